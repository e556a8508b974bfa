"""A question as it was typed, in blocks to draw: its lines stay lines, and code stays code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from assistant.ui.shared.safe import safe_label, without_turns
from assistant.understanding.messages.message_lines import LineKind, lines_of

_FENCE = re.compile(r"^\s*(?P<marks>```+|~~~+)[ \t]*(?P<language>[\w+-]*)\s*$")
_BLOCK = re.compile(r"^(?=[-=])|(?<=^\d)(?=[.)])|(?<=^\d\d)(?=[.)])")  # would begin a list, a rule or a heading


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a question: Markdown that shows it line by line, or code as it stands."""

    text: str
    language: str | None = None  # of code, empty where it is not told; None: Markdown


def question_blocks(question: str) -> list[Block]:
    """A question in blocks of prose and of code; nothing in it is taken for a mark of the page's own."""
    lines = without_turns(question).strip("\n").splitlines()
    if len(lines) < 2:
        return [Block(_prose(lines))]
    found = [
        Block(_prose(block)) if language is None else Block("\n".join(block), language)
        for language, block in _blocks(lines)
    ]
    return [block for block in found if block.text.strip()]


def _blocks(lines: list[str]) -> Iterator[tuple[str | None, list[str]]]:
    """The lines in blocks of prose and of code, each with the language of its code; None for prose."""
    told = list(_told_apart(lines))
    for (_, language), block in groupby(told, key=lambda each: each[0]):
        yield language, [line for _, line in block]


def _told_apart(lines: list[str]) -> Iterator[tuple[tuple[int, str | None], str]]:
    """Each line with the number of its fence, 0 for those outside, and its language. The fences are left out."""
    fence, fences, language = "", 0, ""
    was_code = False
    for line in lines:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence, fences, language = mark["marks"], fences + 1, mark["language"]
        elif mark and mark["marks"].startswith(fence) and not mark["language"]:
            fence, was_code = "", False
        elif fence:
            yield (fences, language), line
        else:
            was_code = _is_code(line, was_code)
            yield (0, "" if was_code else None), line


def _is_code(line: str, follows_code: bool) -> bool:
    """Whether a line outside a fence is code, part of a traceback or of a log."""
    if not line.strip() or line.rstrip().endswith("?"):
        return False
    if line[0].isspace() and follows_code:
        return True
    kinds = [told.kind for told in lines_of(line) if told.kind != LineKind.BLANK]
    return bool(kinds) and kinds[0] != LineKind.PROSE


def _prose(lines: list[str]) -> str:
    """Plain text with its line breaks; an empty line begins a paragraph."""
    return "\n".join(_plain(line) for line in lines).strip().replace("\n", "  \n").replace("  \n  \n", "\n\n")


def _plain(line: str) -> str:
    """One line, its indentation kept."""
    indent = len(line) - len(line.lstrip())
    return "\u00a0" * indent + _BLOCK.sub(r"\\", safe_label(line))
