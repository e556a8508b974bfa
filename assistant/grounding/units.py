"""Generated Markdown is cut, while it arrives, into what can be checked: sentences, list items, blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from assistant.core.markdown import split_sentences

# Rules are off whose result changes with what comes later: what was cut off once must stay as it was.
PARSER = (
    MarkdownIt("commonmark")
    .use(dollarmath_plugin, allow_space=False, double_inline=True)
    .disable(["code", "lheading", "reference"])
)
_BLOCKS = ("fence", "math_block", "html_block", "hr")
# A new line is a new unit unless it goes on in lower case, as wrapped text does, or in a row of a table.
_NEW_LINE = re.compile(r"\n(?![ \t]*(?:[a-z(]|\|))")
_MARKER = re.compile(r"\s*(?:[-*+>]|\d{1,3}[.)])(?=\s)")  # of a list item or quotation: belongs to its first sentence
_WORD = re.compile(r"\S+")
_ENDS = re.compile(r"[.!?:;…|)\]}*_`\"'”’$>]\s*$|```\s*$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of generated text that is checked as one, and the white space that stood before it."""

    text: str
    gap: str
    kind: str  # "prose", "heading", "code" for fenced code, or "block" for displayed formulas, rules and HTML

    @property
    def ends(self) -> bool:
        """Whether it looks complete, rather than cut by a limit in the middle of a sentence."""
        return self.kind != "prose" or bool(_ENDS.search(self.text))


class Cutter:
    """Takes text as it arrives and gives units as they are complete; joined again they are the text."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, text: str) -> list[Unit]:
        """The units that this text completes: those that something else now follows."""
        self._rest += text
        if not text.strip():
            return []
        open_formula = self._rest.rfind("$$") if self._rest.count("$$") % 2 else len(self._rest)
        complete, taken = [], 0
        for unit in cut(self._rest)[:-1]:
            if taken + len(unit.gap) + len(unit.text) > open_formula:
                break
            complete.append(unit)
            taken += len(unit.gap) + len(unit.text)
        self._rest = self._rest[taken:]
        return complete

    def finish(self) -> list[Unit]:
        """What is left at the end of the text."""
        rest, self._rest = self._rest, ""
        return cut(rest)


def cut(text: str) -> list[Unit]:
    """The units of a Markdown text in their order; only white space at its end is left out."""
    units: list[Unit] = []
    at = 0
    for end, kind in _ends(text):
        piece = text[at:end]
        if not piece.strip():
            continue
        body = piece.lstrip()
        units.append(Unit(body.rstrip(), piece[: len(piece) - len(body)], kind))
        at += len(piece.rstrip())
    if text[at:].strip():
        body = text[at:].lstrip()
        units.append(Unit(body.rstrip(), text[at : len(text) - len(body)], "prose"))
    return units


def _ends(text: str) -> Iterator[tuple[int, str]]:
    """Where each unit ends, as an offset in the text, and of what kind it is."""
    starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text)]
    tokens = PARSER.parse(text)
    for at, token in enumerate(tokens):
        if token.map is None:
            continue
        first, last = starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)]
        if token.type in _BLOCKS:
            yield last, "code" if token.type == "fence" else "block"
        elif token.type == "inline":
            heading = at > 0 and tokens[at - 1].type == "heading_open"
            yield from _in_prose(text, first, last, "heading" if heading else "prose")


def _in_prose(text: str, first: int, last: int, kind: str) -> Iterator[tuple[int, str]]:
    """Ends of sentences in the lines of a paragraph, list item or heading."""
    for begin, end in _lines(text, first, last):
        at = begin
        while marker := _MARKER.match(text, at, end):
            at = marker.end()
        words = list(_WORD.finditer(text, at, end))
        line = " ".join(word[0] for word in words)
        places = [place for word in words for place in range(word.start(), word.end() + 1)]  # of the line's characters
        done = 0
        for sentence in [line] if kind == "heading" else split_sentences(line):
            found = line.find(sentence, done)
            if sentence and found >= 0:
                done = found + len(sentence)
                yield places[done - 1] + 1, kind


def _lines(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    at = begin
    for match in _NEW_LINE.finditer(text, begin, end):
        yield at, match.start()
        at = match.end()
    yield at, end
