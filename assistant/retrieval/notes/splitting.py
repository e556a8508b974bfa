"""Cuts the blocks of a note at its headings, and sections that are too long for the embedder between blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant.core.markdown import Block
from assistant.core.records import Figure, Passage

LONGEST_WORDS = 200  # of a passage; MiniLM reads 256 word pieces, so the end of a longer one would not be searched
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]*_]*\s+$")


FigureOf = Callable[[Block], Figure | None]


def passages_of(
    path: str, title: str, topics: tuple[str, ...], found: Sequence[Block], first_line: int, figure_of: FigureOf
) -> Iterator[Passage]:
    """Cut the blocks at headings, and sections that are too long for the embedder between blocks.

    A block that ``figure_of`` takes for a figure is taken out of the text.
    """
    trail: list[tuple[int, str]] = []
    pending: list[Block] = []
    line = 0

    def flush() -> Iterator[Passage]:
        heading = " › ".join(text for _, text in trail if text and text != title)
        for group in _groups(pending):
            start = line if group[0] is pending[0] and trail else group[0].line
            text, figures = _text_and_figures(group, figure_of)
            yield Passage(path, title, heading, first_line + start + 1, text, topics, figures)

    for block in found:
        if block.level:
            yield from flush()
            pending = []
            trail = [entry for entry in trail if entry[0] < block.level] + [(block.level, block.text)]
            line = block.line
        elif block.text.strip():
            pending.append(block)
    yield from flush()


def _text_and_figures(group: Sequence[Block], figure_of: FigureOf) -> tuple[str, tuple[Figure, ...]]:
    """The text of some blocks, and the figures that stood in it. What holds nothing but images stays text."""
    texts: list[str] = []
    figures: list[Figure] = []
    for block in group:
        figure = figure_of(block)
        if figure is None:
            texts.append(block.text)
        else:
            figures.append(replace(figure, at=len("\n\n".join(texts))))
    if not texts:
        return "\n\n".join(block.text for block in group), ()
    return "\n\n".join(texts), tuple(figures)


def _groups(section: list[Block]) -> Iterator[list[Block]]:
    """Blocks of a section in groups of at most LONGEST_WORDS words; a longer block is cut at line or word ends."""
    group: list[Block] = []
    words = 0
    for block in (piece for whole in section for piece in _cut(whole)):
        length = len(block.text.split())
        if group and words + length > LONGEST_WORDS:
            yield group
            group, words = [], 0
        group.append(block)
        words += length
    if group:
        yield group


def _cut(block: Block) -> Iterator[Block]:
    """A block in pieces of at most LONGEST_WORDS words, each a whole block of its kind.

    Prose is cut at sentence ends, anything else at line ends, and what has neither at word ends. Each piece of a table
    gets its header, and each piece of a code block its fences.
    """
    if len(block.text.split()) <= LONGEST_WORDS:
        yield block
        return
    opening, inner, closing = _framed(block)
    starts = [word.start() for word in re.finditer(r"^[ \t]*\S+|\S+", inner, re.M)]
    first_line = block.line + opening.count("\n")
    at = 0
    while at < len(starts):
        end = min(at + LONGEST_WORDS, len(starts))
        if end < len(starts):
            end = _break(inner, starts, at, end, is_prose=block.kind == "paragraph_open")
        text = inner[starts[at] : starts[end] if end < len(starts) else None].rstrip()
        line = first_line + inner.count("\n", 0, starts[at]) if at else block.line
        yield Block(block.kind, line, f"{opening}{text}{closing}")
        at = end


def _framed(block: Block) -> tuple[str, str, str]:
    """What each piece of a block must begin with, what can be cut, and what each piece must end with."""
    lines = block.text.split("\n")
    if block.kind == "table_open":
        return "\n".join(lines[:2]) + "\n", "\n".join(lines[2:]), ""
    if block.kind == "fence":
        mark = lines[0].lstrip()[:1]
        fence = mark * (len(lines[0].lstrip()) - len(lines[0].lstrip().lstrip(mark)))
        is_closed = lines[-1].strip().startswith(fence) and not lines[-1].strip().strip(mark)
        return lines[0] + "\n", "\n".join(lines[1:-1] if is_closed else lines[1:]), f"\n{fence}"
    return "", block.text, ""


def _break(text: str, starts: list[int], at: int, end: int, is_prose: bool) -> int:
    """The word to cut before, after ``at`` and not after ``end``."""
    if is_prose:
        half = (at + end) // 2
        found = (word for word in range(end, half, -1) if _SENTENCE_END.search(text[starts[word - 1] : starts[word]]))
        after_sentence = next(found, 0)
        if after_sentence:
            return after_sentence
    return next((word for word in range(end, at, -1) if text[starts[word] - 1] == "\n"), end)
