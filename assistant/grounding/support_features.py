"""What speaks for and against a sentence being supported by a stretch of the notes, in numbers from 0 to 2."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.grounding.contradictions import crossed, differing, flips, replaced, swapped
from assistant.grounding.stretch import Stretch
from assistant.grounding.wording import Wording

Rarity = Callable[[str], float]  # key of a word -> 0 (in every passage) to 1 (in none)
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


MOSTLY = 0.5  # share of crossed words from which on roles are taken to be exchanged
PASSED_OVER = 0.3  # cost of a word of the stretch between two that are aligned, relative to a word of the sentence
AXIS_RARITY = 0.6  # of a word that has an opposite: it says little by itself, but a sentence turns on it


def support_features(
    said: Wording, question: Wording, stretch: Stretch, cosine: float, rarity: Rarity
) -> SupportFeatures:
    """The signs of a sentence beside a stretch of the notes; ``question`` is what was asked."""
    found = stretch.wording
    held = found.bag | stretch.heading
    missing = said.bag - held
    turned, exchanged = flips(said, found), swapped(said, found)
    if exchanged and turned:  # "A is larger than B" and "B is smaller than A"
        turned, exchanged = turned - 1, False

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
        differing=min(2.0, differing(said, found)),
        flips=min(2.0, turned),
        swapped=float(exchanged),
        crossed=crossed(said, found, said.names | stretch.names),
        replaced=min(2.0, replaced(said, stretch)),
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
