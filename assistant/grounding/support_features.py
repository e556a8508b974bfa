"""What speaks for and against a sentence being supported by a stretch of the notes, in numbers from 0 to 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.grounding.wording import Word, Wording

Rarity = Callable[[str], float]  # key of a word -> 0 (in every passage) to 1 (in none)
SHARED_NEIGHBOURS = 2  # words that two numbers must have around them to be numbers of the same
UNKNOWN_SHARE = 0.5  # of a missing word's weight when it stands in the question: said by the asker, not by the notes


@dataclass(frozen=True, slots=True)
class SupportFeatures:
    """One sentence beside one stretch of a passage."""

    cosine: float  # of their vectors
    recall: float  # share of the sentence's content that the stretch, with its heading, holds, weighted by rarity
    passage: float  # the same for the whole passage
    clause: float  # alignment of the clause that is aligned worst: half a truth is none
    pairs: float  # share of neighbouring content words that are near one another in the stretch as well
    order: float  # alignment: share of the content that stands in the stretch in the same order without much between
    novel: float  # rarity of the rarest word that neither the stretch nor the question holds
    names: float  # names, such as Adam, ReLU or L1, that the stretch itself does not hold
    numbers: float  # numbers and formulas that the stretch does not hold
    differing: float  # numbers in whose place the stretch has another one
    flips: float  # words about the same that are negated or turned into their opposite
    swapped: float  # 1: what stands left and right of "than", "before", "causes" ... has changed places
    crossed: float  # share of the words that go with another name here than in the stretch
    replaced: float  # names and words with opposites in whose place the stretch has other words
    absolutes: float  # "always", "only", "best" ... that the stretch does not say
    span: float  # sentences of the stretch beyond the first
    brevity: float  # 1 for no content, 0 from seven content words on

    @property
    def opposes(self) -> bool:
        """Whether the stretch is about the same and says otherwise."""
        return self.flips + self.swapped + self.differing > 0 or self.crossed > MOSTLY


@dataclass(frozen=True, slots=True)
class Stretch:
    """One to three neighbouring sentences of a passage, taken apart."""

    wording: Wording
    keys: tuple[str, ...]  # of the wording, with empty ones between the sentences
    heading: frozenset[str]  # keys of the passage's title and headings, which its sentences take for granted
    passage: frozenset[str]  # keys of the whole passage
    names: frozenset[str]  # keys of the names in the whole passage
    sentences: int
    formulas: str  # the text without spaces and marks, in which formulas are looked up


MOSTLY = 0.5  # share of crossed words from which on roles are taken to be exchanged
PASSED_OVER = 0.3  # cost of a word of the stretch between two that are aligned, relative to a word of the sentence
CLEARLY = 1.3  # times that the surroundings of an opposite must be likelier than those of the word itself
AXIS_RARITY = 0.6  # of a word that has an opposite: it says little by itself, but a sentence turns on it


def support_features(
    said: Wording, question: Wording, stretch: Stretch, cosine: float, rarity: Rarity
) -> SupportFeatures:
    """The signs of a sentence beside a stretch of the notes; ``question`` is what was asked."""
    found = stretch.wording
    held = found.bag | stretch.heading
    missing = said.bag - held
    swapped = _swapped(said, found)
    flips = _flips(said, found)
    if swapped and flips:  # "A is larger than B" and "B is smaller than A"
        swapped, flips = False, flips - 1

    def aligned(keys: tuple[str, ...]) -> float:
        return _aligned([(key, _weight(key, rarity)) for key in keys], stretch.keys)

    order = aligned(said.keys)
    near = list(zip(said.keys, said.keys[1:], strict=False))
    formulas = [formula for formula in said.formulas if formula not in stretch.formulas]
    return SupportFeatures(
        cosine=cosine,
        recall=_share(said.bag, held, question.bag, rarity),
        passage=_share(said.bag, stretch.passage, question.bag, rarity),
        clause=min((order if clause == said.keys else aligned(clause) for clause in said.clauses), default=order),
        pairs=sum(pair in found.pairs for pair in near) / len(near) if near else 0.0,
        order=order,
        novel=max((_rarity(key, rarity) for key in missing - question.bag), default=0.0),
        names=min(2.0, len((said.bag & (said.names | stretch.names)) - found.bag)),
        numbers=min(2.0, len(said.numbers - found.numbers) + len(formulas)),
        differing=min(2.0, _differing(said, found)),
        flips=min(2.0, flips),
        swapped=float(swapped),
        crossed=_crossed(said, found, said.names | stretch.names),
        replaced=min(2.0, _replaced(said, stretch)),
        absolutes=min(2.0, len(said.absolutes - found.absolutes)),
        span=stretch.sentences - 1.0,
        brevity=max(0.0, 1 - len(said.bag) / 7),
    )


def _share(keys: Iterable[str], held: frozenset[str], asked: frozenset[str], rarity: Rarity) -> float:
    """Share of the keys that are held, weighted by rarity."""
    weights = {key: _weight(key, rarity) for key in keys}
    if not weights:
        return 0.0
    missing = sum(
        weight * (UNKNOWN_SHARE if key in asked else 1.0) for key, weight in weights.items() if key not in held
    )
    return 1 - missing / sum(weights.values())


def _weight(key: str, rarity: Rarity) -> float:
    return 0.15 + _rarity(key, rarity)


def _rarity(key: str, rarity: Rarity) -> float:
    return AXIS_RARITY if "+" in key or "-" in key else rarity(key)


def _aligned(keys: Sequence[tuple[str, float]], found: tuple[str, ...]) -> float:
    """Weight of the keys that the stretch holds in their order, less what it holds between them; 1 for a quotation.

    The best local alignment in the manner of Smith and Waterman (1981), with a cost for words of the stretch that are
    passed over: also for the empty ones between two sentences, since the second may be about something else.
    """
    whole = sum(weight for _, weight in keys)
    if not whole:
        return 0.0
    cost = PASSED_OVER * whole / len(keys)
    ending = [0.0] * len(found)  # weight of the best alignment so far that ends at each word
    for key, weight in keys:
        if key not in found:
            continue  # the alignments stay as they are; most words end here
        before = 0.0
        row = list(ending)
        for at, other in enumerate(found):
            if key == other:
                row[at] = max(row[at], before + weight)
            before = max(0.0, before - cost, ending[at])
        ending = row
    return max(ending, default=0.0) / whole


def _flips(said: Wording, found: Wording) -> int:
    """Words whose counterpart with the likest surroundings is negated where they are not, or their opposite."""
    places: dict[int | str, list[tuple[int, dict[str, int]]]] = {}
    for word, near in zip(found.words, found.neighbours, strict=True):
        for name, sign in _directions(word):
            places.setdefault(name, []).append((sign, near))
    flips = 0
    for word, near in zip(said.words, said.neighbours, strict=True):
        for name, sign in _directions(word):
            same = max((_likeness(near, other) for turn, other in places.get(name, ()) if turn == sign), default=0.0)
            turned = max((_likeness(near, other) for turn, other in places.get(name, ()) if turn != sign), default=0.0)
            if turned > CLEARLY * same:
                flips += 1
                break
    return flips


def _likeness(near: dict[str, int], other: dict[str, int]) -> float:
    """How alike two surroundings are: shared words count more the closer they stand."""
    return sum(1 / max(near[key], other[key]) for key in near.keys() & other.keys())


def _directions(word: Word) -> list[tuple[int | str, int]]:
    turned = -1 if word.negated else 1
    return [(pole.axis, pole.sign * turned) for pole in word.poles] or [(word.key, turned)]


def _crossed(said: Wording, found: Wording, names: frozenset[str]) -> float:
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


def _replaced(said: Wording, stretch: Stretch) -> int:
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


def _differing(said: Wording, found: Wording) -> int:
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


def _swapped(said: Wording, found: Wording) -> bool:
    """Whether the sides of a word such as "than" have changed places."""
    for mark, left, right in said.sides:
        for other_mark, other_left, other_right in found.sides:
            if mark == other_mark:
                crossed = right & other_left
                if left & other_right and len(crossed) > len(right & other_right):
                    return True
    return False
