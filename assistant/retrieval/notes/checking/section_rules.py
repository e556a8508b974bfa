"""Rules on sections and their headings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from assistant.retrieval.notes.checking.sheet import Sheet

Found = Iterator[tuple[int, str]]

LONGEST_WORDS = 160  # of a section, code and formulas included
_MESSAGE = re.compile(r"error|exception|warning|not found|failed|out of memory|cannot|not implemented", re.I)
_ON_MESSAGES = re.compile(r"\berrors?\b", re.I)  # in the title of a note whose headings are messages


def heading_nobody_types(sheet: Sheet) -> Found:
    """A heading that is neither a question, nor "A vs B", nor an error as people paste it."""
    if _ON_MESSAGES.search(sheet.note.title):
        return
    for section in sheet.sections:
        heading = section.heading
        if heading and not (heading.endswith("?") or " vs " in heading or _MESSAGE.search(heading)):
            yield section.line, heading


# Words of a question that an answer need not repeat.
_ASKING = frozenset(
    """
    a an the is are was were be been do does did how what why when which who where should shall i my me we you your it
    its in on of for to from with and or vs versus can could would will not no at by as if than that this these those
    use uses used using there have has had into much many so instead need needs one get gets go goes mean means work
    works happen happens between about difference different compare compared explain explained simply example examples
    good best better choose pick way ways make makes give gives really still more most any some other
    """.split()  # noqa: SIM905
)
LEAST_SHARE = 1 / 3


def first_sentence(sheet: Sheet) -> Found:
    """A first sentence that has too few of its heading's words: quoted alone, it may answer something else."""
    for section in sheet.sections:
        prose = section.prose or section.sentences
        wanted = _content(section.heading)
        if prose and wanted and len(wanted & _content(prose[0].text)) < LEAST_SHARE * len(wanted):
            yield prose[0].line, f"[{section.heading}] {prose[0].text}"


def _content(text: str) -> frozenset[str]:
    text = re.sub(r"\b([A-Z]{2,})s\b", r"\1", text)  # GPUs
    words = (word for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in _ASKING)
    return frozenset(_stemmer().stemWords(list(words)))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer  # here: parsing a note needs none

    return Stemmer.Stemmer("english")


def long_section(sheet: Sheet) -> Found:
    """A section that is too long to be one idea, and for the embedder to read whole."""
    for section in sheet.sections:
        if section.words > LONGEST_WORDS:
            yield section.line, f"{section.words} words: {section.heading}"


def broken_python(sheet: Sheet) -> Found:
    """A Python block that does not parse."""
    for section in sheet.sections:
        for code in section.code:
            if code.is_python:
                try:
                    ast.parse(code.text)
                except (SyntaxError, ValueError) as fault:
                    line = getattr(fault, "lineno", None) or 1
                    yield code.line + line - 1, str(getattr(fault, "msg", fault))


def unknown_volatile(sheet: Sheet) -> Found:
    """A volatile heading that no section has."""
    headings = {section.heading for section in sheet.sections}
    for heading in sheet.note.volatile:
        if heading not in headings:
            yield 1, heading
