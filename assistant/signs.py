"""What speaks for and against a sentence being supported by a stretch of the notes, in numbers from 0 to 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assistant.wording import Wording

Rarity = Callable[[str], float]  # key of a word -> 0 (in every passage) to 1 (in none)
SHARED_NEIGHBOURS = 2  # words that two numbers must have around them to be numbers of the same
UNKNOWN_SHARE = 0.5  # of a missing word's weight when it stands in the question: said by the asker, not by the notes


@dataclass(frozen=True, slots=True)
class Signs:
    """One sentence beside one stretch of a passage."""

    cosine: float  # of their vectors
    recall: float  # share of the sentence's content that the stretch, with its heading, holds, weighted by rarity
    passage: float  # the same for the whole passage
    clause: float  # recall of the worst covered clause: half a truth is none
    pairs: float  # share of neighbouring content words that are near one another in the stretch as well
    order: float  # longest common subsequence of content words, relative to the sentence
    novel: float  # rarity of the rarest word that neither the stretch nor the question holds
    numbers: float  # numbers and formulas that the stretch does not hold
    differing: float  # numbers in whose place the stretch has another one
    flips: float  # words about the same that are negated or turned into their opposite
    swapped: float  # 1: what stands left and right of "than", "before", "causes" ... has changed places
    absolutes: float  # "always", "only", "best" ... that the stretch does not say
    brevity: float  # 1 for no content, 0 from seven content words on

    @property
    def opposes(self) -> bool:
        """Whether the stretch is about the same and says otherwise."""
        return self.flips + self.swapped + self.differing > 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """One to three neighbouring sentences of a passage, taken apart."""

    wording: Wording
    heading: frozenset[str]  # keys of the passage's title and headings, which its sentences take for granted
    passage: frozenset[str]  # keys of the whole passage
    formulas: str  # the text without spaces and marks, in which formulas are looked up


AXIS_RARITY = 0.3  # of a word such as "larger", which says little by itself


def signs_of(said: Wording, question: Wording, stretch: Stretch, cosine: float, rarity: Rarity) -> Signs:
    """The signs of a sentence beside a stretch of the notes; ``question`` is what was asked."""
    found = stretch.wording
    held = found.bag | stretch.heading
    missing = said.bag - held
    order = _longest_common(said.keys, found.keys)
    swapped = _swapped(said, found)
    flips = _flips(said, found)
    if swapped and flips:  # "A is larger than B" and "B is smaller than A"
        swapped, flips = False, flips - 1
    near = list(zip(said.keys, said.keys[1:], strict=False))
    formulas = [formula for formula in said.formulas if formula not in stretch.formulas]
    return Signs(
        cosine=cosine,
        recall=_share(said.bag, held, question.bag, rarity),
        passage=_share(said.bag, stretch.passage, question.bag, rarity),
        clause=min((_share(clause, held, question.bag, rarity) for clause in said.clauses), default=0.5),
        pairs=sum(pair in found.pairs for pair in near) / len(near) if near else 0.0,
        order=order / len(said.keys) if said.keys else 0.0,
        novel=max((_rarity(key, rarity) for key in missing - question.bag), default=0.0),
        numbers=min(2.0, len(said.numbers - found.numbers) + len(formulas)),
        differing=min(2.0, _differing(said, found)),
        flips=min(2.0, flips),
        swapped=float(swapped),
        absolutes=min(2.0, len(said.absolutes - found.absolutes)),
        brevity=max(0.0, 1 - len(said.bag) / 7),
    )


def _share(keys: Iterable[str], held: frozenset[str], asked: frozenset[str], rarity: Rarity) -> float:
    """Share of the keys that are held, weighted by rarity."""
    weights = {key: 0.15 + _rarity(key, rarity) for key in keys}
    if not weights:
        return 0.0
    missing = sum(
        weight * (UNKNOWN_SHARE if key in asked else 1.0) for key, weight in weights.items() if key not in held
    )
    return 1 - missing / sum(weights.values())


def _rarity(key: str, rarity: Rarity) -> float:
    return AXIS_RARITY if key[-1] in "+-" else rarity(key)


def _longest_common(said: tuple[str, ...], found: tuple[str, ...]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(found) + 1)
    for key in said:
        left_above = 0
        for at, other in enumerate(found, start=1):
            above = row[at]
            row[at] = left_above + 1 if key == other else max(above, row[at - 1])
            left_above = above
    return row[-1]


def _flips(said: Wording, found: Wording) -> int:
    """Words whose counterpart with the likest surroundings is negated where they are not, or their opposite."""
    flips = 0
    places: dict[int | str, list[tuple[int, frozenset[str]]]] = {}
    for word, near in zip(found.words, found.neighbours, strict=True):
        for name, sign in _directions(word.key, word.axes, word.negated):
            places.setdefault(name, []).append((sign, near))
    for word, near in zip(said.words, said.neighbours, strict=True):
        for name, sign in _directions(word.key, word.axes, word.negated):
            fits = [(len(near & other), direction == sign) for direction, other in places.get(name, ())]
            if fits and not max(fits)[1] and max(fits)[0] > 0:
                flips += 1
                break
    return flips


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
        and any(len(near & other) >= SHARED_NEIGHBOURS for other in others)
        for word, near in zip(said.words, said.neighbours, strict=True)
    )


def _directions(key: str, axes: tuple[tuple[int, int], ...], negated: bool) -> list[tuple[int | str, int]]:
    turned = -1 if negated else 1
    return [(axis, sign * turned) for axis, sign in axes] or [(key, turned)]


def _swapped(said: Wording, found: Wording) -> bool:
    """Whether the sides of a word such as "than" have changed places."""
    for mark, left, right in said.sides:
        for other_mark, other_left, other_right in found.sides:
            if mark == other_mark:
                kept = len(left & other_left) + len(right & other_right)
                crossed = len((left - right) & other_right) + len((right - left) & other_left)
                if crossed > kept and crossed >= 2:
                    return True
    return False
