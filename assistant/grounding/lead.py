"""The sentences of the notes that answer a question best: shown first, always cited, true by construction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.core.markdown import plain_text, statements
from assistant.core.records import CheckedSentence, Hit, LeadSentence
from assistant.core.vectors import Embed
from assistant.grounding.lead_features import Place, Sections, Weighed, weigh
from assistant.grounding.lead_model import LeadModel, shipped_lead
from assistant.grounding.opposites import NEGATIONS
from assistant.grounding.quotable import closure, quotables
from assistant.grounding.wording import bare

MOST_SENTENCES = 5  # a list, table or code block counts as one
FEWEST_SENTENCES = 3  # of the likeliest's section; fewer hardly ever answer whole
FEWEST_ELSEWHERE = 2  # before one of another section must be likely: what it adds is often on something near
TOO_ALIKE = 0.8  # cosine above which a sentence repeats one already chosen
SAID_AGAIN = 0.4  # times as likely is what stands in the chat already: it comes again only where nothing else answers
DENIED_WITHIN = 40  # characters around a name in which a negation is about it


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is wanted, and what is not."""

    most: int = MOST_SENTENCES
    said: frozenset[str] = frozenset()  # sentences that stand in the chat already: others come first
    here: frozenset[str] = frozenset()  # sentences that stand in this answer already: never again
    excluded: tuple[str, ...] = ()  # names of what the question leaves out: "activations other than relu"
    is_list: bool = False  # several of a kind are asked for: what adds one is taken sooner


def choose_lead(
    question: str, hits: Sequence[Hit], embed: Embed, wanted: Wanted | None = None, model: LeadModel | None = None
) -> tuple[LeadSentence, ...]:
    """Whole sentences from the hits, chosen for the question, in an order that reads well.

    The likeliest to answer are taken one after the other, each with what it cannot stand without: the sentence that it
    points back to, the list that it announces. What repeats a sentence already taken is passed over. The section of
    the likeliest comes first, the others follow by rank, and within each the order is that of the notes.
    """
    wanted, model = wanted or Wanted(), model or shipped_lead()
    sections = [quotables(hit.passage.text) for hit in hits]
    weighed = weigh(question, hits, sections, embed)
    return _in_order(hits, sections, _pick(sections, weighed, wanted, model))


def _pick(sections: Sections, weighed: Weighed, wanted: Wanted, model: LeadModel) -> list[Place]:
    """The parts to quote, the likeliest first."""
    texts = {place: sections[place[0]][place[1]].text for place in weighed.features}
    places = [
        place
        for place, text in texts.items()
        if text not in wanted.here and not any(_names(text, thing) for thing in wanted.excluded)
    ]
    likely = model.probabilities([weighed.features[place] for place in places])
    worth = {
        place: probability * (SAID_AGAIN if texts[place] in wanted.said else 1.0)
        for place, probability in zip(places, likely, strict=True)
    }
    ranked = sorted(worth, key=lambda place: -worth[place])
    chosen: list[Place] = []
    for place in ranked:
        elsewhere = place[0] != ranked[0][0]
        enough = len(chosen) >= (FEWEST_ELSEWHERE if elsewhere else FEWEST_SENTENCES)
        if enough and not model.is_worth(worth[place], worth[ranked[0]], elsewhere=elsewhere, is_list=wanted.is_list):
            continue
        if place in chosen or _repeats(place, chosen, weighed):
            continue
        needed = closure(sections[place[0]], place[1])
        together = [
            (place[0], at)
            for at in sorted(needed)
            if (place[0], at) not in chosen and sections[place[0]][at].text not in wanted.here
        ]
        if len(chosen) + len(together) <= wanted.most:
            chosen += together
    return chosen


def _names(text: str, thing: str) -> bool:
    """Whether a text names a thing without denying it."""
    words = text.lower()
    held = re.search(rf"(?<!\w){re.escape(thing.lower())}", words)
    if held is None:
        return False
    near = words[max(0, held.start() - DENIED_WITHIN) : held.end() + DENIED_WITHIN]
    return not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", near) for word in (*NEGATIONS, "without", "free"))


def _repeats(place: Place, chosen: Sequence[Place], weighed: Weighed) -> bool:
    """Whether a part says what one already chosen says."""
    own = weighed.vectors[place]
    others = (weighed.vectors[other] for other in chosen if other in weighed.vectors)
    return any(float(own @ other) >= TOO_ALIKE for other in others)


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
        + _labelled(sentence)
        + written(sentence.text)
        + (mark(sentence.source) if marked.get(sentence.source) == at else "")
        for at, sentence in enumerate(lead)
    )


def _labelled(sentence: LeadSentence) -> str:
    """The number of the question's part that begins here, on a line of its own before a block."""
    if not sentence.label:
        return ""
    return f"**{sentence.label}.**" + (" " if _takes_mark(sentence.text) and "\n" not in sentence.text else "\n\n")


def beyond_lead(sentences: Iterable[CheckedSentence], lead: Sequence[LeadSentence]) -> list[CheckedSentence]:
    """The sentences of a model that the lead does not hold word for word: nothing need be read twice."""
    said = _said(tuple(lead))
    return [sentence for sentence in sentences if bare(plain_text(sentence.text)) not in said]


@lru_cache(maxsize=64)  # an answer is drawn many times while it grows
def _said(lead: tuple[LeadSentence, ...]) -> frozenset[str]:
    return frozenset(bare(plain_text(part)) for one in lead for part in statements(one.text))


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
