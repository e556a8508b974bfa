"""What the notes hold for a message: each part of it is searched, and the sentences that answer are chosen in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from assistant.chat.question import on_one_line
from assistant.core.records import Hit, LeadSentence, Passage, Retrieval
from assistant.grounding.lead import MOST_SENTENCES, Wanted, choose_lead
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.retriever import LEXICAL_WEIGHT, LEXICAL_WEIGHT_OF_ERRORS, Retriever
from assistant.understanding.kinds import Kind
from assistant.understanding.parts import Part
from assistant.understanding.understand import Understood

FOR_A_PART = 2  # passages of each, where a message has several
FOR_A_LIST = 2  # passages more, where a list is wanted: its items stand in several
SENTENCES = {1: MOST_SENTENCES, 2: 3, 3: 3, 4: 2}  # of each part, by their number


@dataclass(frozen=True, slots=True)
class Look:
    """The passages of all parts, best first, their sentences, and the parts that the notes do not cover."""

    retrieval: Retrieval
    lead: tuple[LeadSentence, ...]
    uncovered: tuple[str, ...] = ()


def look(message: str, understood: Understood, catalog: Catalog, retriever: Retriever, snippets: int) -> Look:
    """Search each part and choose what is said to it, in the order asked; nothing is said twice."""
    parts = understood.parts
    if not parts:
        return Look(Retrieval(message, understood.searched_for, (), covered=True, confidence=0.0), ())
    count = snippets if len(parts) == 1 else FOR_A_PART
    count += FOR_A_LIST * understood.wants_list
    weight = LEXICAL_WEIGHT_OF_ERRORS if understood.kind == Kind.ERROR else LEXICAL_WEIGHT
    searches = [retriever.find(catalog, on_one_line(part.text), count, weight) for part in parts]
    asked = [found for part, found in zip(parts, searches, strict=True) if part.kind == "asked"]
    is_answered = not understood.is_only_unknown and understood.kind != Kind.NOT_ENGLISH
    is_covered = is_answered and any(found.covered for found in asked)
    hits = merged([found.hits for found in searches if found.covered or not is_covered])
    retrieval = Retrieval(message, understood.searched_for, hits, is_covered, max(found.confidence for found in asked))
    if not is_covered:
        return Look(retrieval, ())
    ranks = {_place(hit.passage): hit.rank for hit in hits}
    lead: list[LeadSentence] = []
    for part, found in zip(parts, searches, strict=True):
        if found.covered and not (part.kind == "side" and _tells_of(part, lead)):
            own = [replace(hit, rank=ranks[_place(hit.passage)]) for hit in found.hits]
            lead += _said_to(part, own, lead, understood, retriever, len(asked))
    uncovered = tuple(
        part.text for part, found in zip(parts, searches, strict=True) if part.kind == "asked" and not found.covered
    )
    return Look(retrieval, tuple(lead), uncovered)


def merged(found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """The hits of several searches as one row: the best of each first, each passage once, ranks counted anew."""
    row = [hit for same_rank in zip_longest(*found) for hit in same_rank if hit is not None]
    once = {_place(hit.passage): hit for hit in reversed(row)}
    kept = [hit for hit in row if once[_place(hit.passage)] is hit]
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(kept, start=1))


def _said_to(
    part: Part,
    hits: Sequence[Hit],
    before: Sequence[LeadSentence],
    understood: Understood,
    retriever: Retriever,
    asked: int,
) -> list[LeadSentence]:
    most = SENTENCES[min(asked, 4)] if part.kind == "asked" else 1
    here = frozenset(sentence.text for sentence in before)
    wanted = Wanted(most, frozenset(understood.said), here, understood.excluded, is_list=understood.wants_list)
    chosen = list(choose_lead(part.text, hits, retriever.embed, wanted))
    if chosen and before:
        chosen[0] = replace(chosen[0], gap="\n\n")
    if chosen and part.label:
        chosen[0] = replace(chosen[0], label=part.label)
    return chosen


def _tells_of(side: Part, lead: Sequence[LeadSentence]) -> bool:
    """Whether the sentences chosen so far speak of one side of the comparison already."""
    name = side.text.lower().removeprefix("what is ").removeprefix("what are ").strip(" ?")
    return any(name in sentence.text.lower() for sentence in lead)


def _place(passage: Passage) -> tuple[str, int]:
    return passage.note, passage.line
