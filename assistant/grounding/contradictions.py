"""The ways in which a sentence says otherwise than a stretch of the notes about the same."""

from __future__ import annotations

from assistant.grounding.stretch import Stretch
from assistant.grounding.wording import Word, Wording

SHARED_NEIGHBOURS = 2  # words that two numbers must have around them to be numbers of the same
CLEARLY = 1.3  # times that the surroundings of an opposite must be likelier than those of the word itself


def flips(said: Wording, found: Wording) -> int:
    """Words whose counterpart with the likest surroundings is negated where they are not, or their opposite."""
    places: dict[int | str, list[tuple[int, dict[str, int]]]] = {}
    for word, near in zip(found.words, found.neighbours, strict=True):
        for name, sign in _directions(word):
            places.setdefault(name, []).append((sign, near))
    count = 0
    for word, near in zip(said.words, said.neighbours, strict=True):
        for name, sign in _directions(word):
            same = max((_likeness(near, other) for turn, other in places.get(name, ()) if turn == sign), default=0.0)
            turned = max((_likeness(near, other) for turn, other in places.get(name, ()) if turn != sign), default=0.0)
            if turned > CLEARLY * same:
                count += 1
                break
    return count


def _likeness(near: dict[str, int], other: dict[str, int]) -> float:
    """How alike two surroundings are: shared words count more the closer they stand."""
    return sum(1 / max(near[key], other[key]) for key in near.keys() & other.keys())


def _directions(word: Word) -> list[tuple[int | str, int]]:
    turned = -1 if word.negated else 1
    return [(pole.axis, pole.sign * turned) for pole in word.poles] or [(word.key, turned)]


def crossed(said: Wording, found: Wording, names: frozenset[str]) -> float:
    """Share of the words in common that belong to another name: "BERT generates, GPT classifies" turned around.

    A word belongs to the last name before it, or else to the first. Where fewer than two names are shared, opposites
    that the stretch holds both of, such as encoder and decoder, are names as well.
    """
    ends = {(pole.axis, pole.sign): word.key for word in found.words for pole in word.poles if pole.axis > 0}
    both = {key for (axis, sign), key in ends.items() if (axis, -sign) in ends}
    contrasted = names & found.bag & said.bag
    if len(contrasted) < 2:
        contrasted = (names | both) & found.bag
    if len(contrasted) < 2 or not contrasted & said.bag:
        return 0.0
    owners = _owners(found.keys, contrasted)
    mine = _owners(said.keys, contrasted & said.bag)
    shared = [key for key in mine if key in owners]
    if len(shared) < SHARED_NEIGHBOURS:
        return 0.0
    return sum(not mine[key] & owners[key] for key in shared) / len(shared)


def replaced(said: Wording, stretch: Stretch) -> int:
    """Telling words that the stretch lacks, where it has something else between the same two words."""
    keys = stretch.keys
    beside = {
        (keys[at], keys[at + distance])
        for at in range(len(keys))
        for distance in (2, 3)
        if at + distance < len(keys) and not said.bag.intersection(keys[at + 1 : at + distance])
    }
    subject = keys[0] if len(keys) > 1 and keys[0] in stretch.names - stretch.heading - said.bag else None
    begins = {keys[at] for at in (1, 2) if at < len(keys) and not said.bag.intersection(keys[:at])}
    count = int(subject is not None and said.keys[:1] == keys[1:2])  # it says the same of nobody, or of another
    for at, word in enumerate(said.words):
        telling = word.poles or word.key in said.names or word.key in stretch.names
        if telling and word.key not in stretch.wording.bag and at + 1 < len(said.keys):
            after = said.keys[at + 1]
            count += after in begins if at == 0 else (said.keys[at - 1], after) in beside
    return count


def _owners(keys: tuple[str, ...], names: frozenset[str] | set[str]) -> dict[str, set[str]]:
    """For each other word the names that it belongs to."""
    first = next((key for key in keys if key in names), None)
    found: dict[str, set[str]] = {}
    last = first
    for key in keys:
        if key in names:
            last = key
        elif last is not None:
            found.setdefault(key, set()).add(last)
    return found


def differing(said: Wording, found: Wording) -> int:
    """Numbers that the stretch lacks, where it has another number among the same words."""
    others = [
        near
        for word, near in zip(found.words, found.neighbours, strict=True)
        if word.number is not None and word.number not in said.numbers
    ]
    return sum(
        word.number is not None
        and word.number not in found.numbers
        and any(len(near.keys() & other.keys()) >= SHARED_NEIGHBOURS for other in others)
        for word, near in zip(said.words, said.neighbours, strict=True)
    )


def swapped(said: Wording, found: Wording) -> bool:
    """Whether the sides of a word such as "than" have changed places."""
    for mark, left, right in said.sides:
        for other_mark, other_left, other_right in found.sides:
            if mark == other_mark:
                exchanged = right & other_left
                if left & other_right and len(exchanged) > len(right & other_right):
                    return True
    return False
