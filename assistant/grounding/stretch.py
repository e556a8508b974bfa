"""A stretch of the notes that a sentence is held against."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.grounding.wording import Wording


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
