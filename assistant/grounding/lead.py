"""The sentences of the notes that answer a question best: shown first, always cited, true by construction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.core.markdown import plain_text, statements
from assistant.core.records import CheckedSentence, Hit, LeadSentence
from assistant.core.subjects import subjects_of, subjects_of_heading
from assistant.core.vectors import Embed, Vectors
from assistant.grounding.quotable import Quotable, closure, quotables, stands_alone
from assistant.grounding.wording import bare, wording_of

MOST_SENTENCES = 5  # a list, table or code block counts as one
FARTHEST = 0.5  # what a section may lack to the strongest one; weaker ones would change the subject
TOO_ALIKE = 0.8  # cosine above which a sentence repeats one already chosen

Sections = Sequence[Sequence[Quotable]]  # the parts of each hit's passage
Place = tuple[int, int]  # of a part: its section's index among the hits, and its own in the section


@dataclass(frozen=True, slots=True)
class Weights:
    """What makes a section and a sentence in it worth quoting.

    Chosen on the tuning half of the labelled questions, where the figures change little around these values. Cosines
    of single sentences say less than where a sentence stands, so the lead reads on in the best section.
    """

    # A section's strength is the score of its passage and ...
    first_cosine: float = 1.0  # of its first sentence, which answers its heading
    first_words: float = 0.4  # share of the question's words in that sentence
    heading_cosine: float = 0.5
    defines: float = 1.0  # for a heading that asks for just what the question does
    rank: float = 0.06  # taken off for each passage that was found before it
    # A sentence's worth is ...
    behind: float = 1.2  # times what its section lacks to the strongest, taken off
    cosine: float = 0.4
    words: float = 0.1  # share of the question's words in it
    first: float = 0.1  # for being the first of its section
    position: float = 0.1  # taken off for each sentence before it
    joined: float = 0.1  # for standing next to a sentence that is chosen


WEIGHTS = Weights()


def choose_lead(
    question: str, hits: Sequence[Hit], embed: Embed, most: int = MOST_SENTENCES, weights: Weights = WEIGHTS
) -> tuple[LeadSentence, ...]:
    """At most ``most`` whole sentences from the hits, chosen for the question, in an order that reads well.

    Sections are read from their beginning, and the best sentences are taken one after the other, each with what it
    cannot stand without: the sentence that it points back to, the list that it announces. What repeats a sentence
    already taken is passed over. The section that gave the best comes first, the others follow by rank, and within
    each the order is that of the notes.
    """
    sections = [quotables(hit.passage.text) for hit in hits]
    places = _quotable_places(sections)
    if not places:
        return ()
    scores = _score(question, hits, sections, places, embed, weights)
    return _in_order(hits, sections, _pick(sections, scores, most, weights))


def _quotable_places(sections: Sections) -> list[Place]:
    """The parts that can be shown, each with what it cannot stand without."""
    return [
        (hit, at)
        for hit, parts in enumerate(sections)
        for at in range(len(parts))
        if all(stands_alone(parts[place]) for place in closure(parts, at))
    ]


@dataclass(frozen=True, slots=True)
class _Scores:
    """What each quotable part is worth, leaving out the sections that are much weaker than the strongest."""

    worth: dict[Place, float]
    vectors: dict[Place, Vectors]


def _score(
    question: str, hits: Sequence[Hit], sections: Sections, places: Sequence[Place], embed: Embed, weights: Weights
) -> _Scores:
    """How well each part answers the question, and how well its section does; see ``Weights``."""
    headings = [hit.passage.heading or hit.passage.title for hit in hits]
    asked = subjects_of(question)
    vectors = embed([question, *headings, *(plain_text(sections[hit][at].text) for hit, at in places)])
    cosines = vectors @ vectors[0]
    similar = dict(zip(places, cosines[1 + len(hits) :], strict=True))
    shared = {(hit, at): _shared(question, sections[hit][at].text) for hit, at in places}
    strength = {
        hit: hits[hit].score
        + weights.first_cosine * float(similar[hit, at])
        + weights.first_words * shared[hit, at]
        + weights.heading_cosine * float(cosines[1 + hit])
        + weights.defines * bool(asked & subjects_of_heading(headings[hit]))
        - weights.rank * hit
        for hit, at in reversed(places)  # so that the first of each section stays
    }
    lacks = {hit: max(strength.values()) - own for hit, own in strength.items()}
    worth = {
        (hit, at): weights.cosine * float(similar[hit, at])
        + weights.words * shared[hit, at]
        + weights.first * (at == 0)
        - weights.position * at
        - weights.behind * lacks[hit]
        for hit, at in places
        if lacks[hit] <= FARTHEST
    }
    return _Scores(worth, dict(zip(places, vectors[1 + len(hits) :], strict=True)))


def _pick(sections: Sections, scores: _Scores, most: int, weights: Weights) -> list[Place]:
    """The parts to quote, the best first; at most so many."""
    places = list(scores.worth)
    first = {hit: (hit, at) for hit, at in reversed(places)}
    chosen: list[Place] = []
    # A section is quoted from its beginning: what comes later leans on it.
    while len(chosen) < most and (open_to := [at for at in places if at == first[at[0]] or first[at[0]] in chosen]):
        best = max(open_to, key=lambda place: scores.worth[place] + weights.joined * _joins(place, chosen))
        places.remove(best)
        together = [(best[0], at) for at in sorted(closure(sections[best[0]], best[1])) if (best[0], at) not in chosen]
        if not _repeats(best, chosen, scores) and len(chosen) + len(together) <= most:
            chosen += together
    return chosen


def _repeats(place: Place, chosen: Sequence[Place], scores: _Scores) -> bool:
    """Whether a part says what one already chosen says."""
    own = scores.vectors[place]
    return any(float(own @ scores.vectors[other]) >= TOO_ALIKE for other in chosen if other != place)


def lead_text(
    lead: Sequence[LeadSentence],
    mark: Callable[[int], str] = lambda source: "",
    written: Callable[[str], str] = lambda text: text,
) -> str:
    """The lead as one Markdown text.

    ``mark`` writes a source's number and stands behind the last sentence or list that comes from it. Each text goes
    through ``written``, for those who must make it safe first.
    """
    marked = {sentence.source: at for at, sentence in enumerate(lead) if _takes_mark(sentence.text)}
    return "".join(
        (sentence.gap if at else "")
        + written(sentence.text)
        + (mark(sentence.source) if marked.get(sentence.source) == at else "")
        for at, sentence in enumerate(lead)
    )


def beyond_lead(sentences: Iterable[CheckedSentence], lead: Sequence[LeadSentence]) -> list[CheckedSentence]:
    """The sentences of a model that the lead does not hold word for word: nothing need be read twice."""
    said = _said(tuple(lead))
    return [sentence for sentence in sentences if bare(plain_text(sentence.text)) not in said]


@lru_cache(maxsize=64)  # an answer is drawn many times while it grows
def _said(lead: tuple[LeadSentence, ...]) -> frozenset[str]:
    return frozenset(bare(plain_text(part)) for one in lead for part in statements(one.text))


def _shared(question: str, text: str) -> float:
    """Share of the question's words that a text holds."""
    asked = wording_of(question).bag
    return len(asked & wording_of(text).bag) / max(1, len(asked))


def _joins(place: Place, chosen: Sequence[Place]) -> bool:
    hit, at = place
    return (hit, at - 1) in chosen or (hit, at + 1) in chosen


def _in_order(hits: Sequence[Hit], sections: Sections, chosen: Sequence[Place]) -> tuple[LeadSentence, ...]:
    """The chosen parts as they are read: a new section and a block begin a paragraph of their own."""
    lead: list[LeadSentence] = []
    before: tuple[int, str] | None = None  # hit and kind of the part before
    for hit, at in sorted(chosen, key=lambda place: (place[0] != chosen[0][0], place)):
        part = sections[hit][at]
        gap = " " if before == (hit, "sentence") and part.kind == "sentence" else "\n\n"
        lead.append(LeadSentence(part.text, hits[hit].rank, gap if lead else ""))
        before = (hit, part.kind)
    return tuple(lead)


def _takes_mark(text: str) -> bool:
    """Whether a mark behind a text stays readable: behind code, tables and formulas it would become part of them."""
    return not text.rsplit("\n", 1)[-1].lstrip().startswith(("```", "~~~", "|", "$$"))
