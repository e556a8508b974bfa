"""Markdown taken apart: sections, blocks, plain text and whole sentences.

The parser is markdown-it-py (CommonMark with tables and ``$`` formulas); nothing here reads Markdown by hand. Text
is always cut out of the source by the parser's line numbers, so formulas, tables and code survive unchanged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import sentencex
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from assistant.core.caching import memoize_text

PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, allow_space=False, double_inline=True)


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block of Markdown: a paragraph, a list, a table, a fenced code block ..."""

    kind: str  # markdown-it's token type
    line: int  # first line, counted from 0
    text: str
    level: int = 0  # of a heading, 1 to 6; 0 for any other block


def blocks(source: str) -> list[Block]:
    """The top-level blocks of a Markdown text in their order."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # the parser counts lines by \n alone
    lines = source.split("\n")
    tokens = PARSER.parse(source)
    found = []
    for at, token in enumerate(tokens):
        if token.level != 0 or token.map is None or token.nesting < 0:
            continue
        if token.type == "heading_open":
            found.append(Block(token.type, token.map[0], _inline_text(tokens[at + 1]), int(token.tag[1])))
        else:
            text = "\n".join(lines[token.map[0] : token.map[1]]).rstrip()
            found.append(Block(token.type, token.map[0], text))
    return found


@memoize_text(8192)
def plain_text(source: str) -> str:
    """A Markdown text without its marks: what a reader would read aloud. Code and formulas keep their content."""
    parts: list[str] = []
    for token in PARSER.parse(source):
        if token.type == "inline":
            parts.append(_inline_text(token))
        elif token.type in ("fence", "code_block", "math_block"):
            parts.append(token.content.strip())
    return "\n".join(part for part in parts if part)


@memoize_text(8192)
def sentences(source: str) -> tuple[str, ...]:
    """The whole sentences of the prose in a Markdown text, as Markdown, in their order.

    Paragraphs are split into sentences and each list item counts as prose of its own; headings, tables, code blocks
    and displayed formulas are not sentences.
    """
    found: list[str] = []
    tokens = PARSER.parse(source)
    for at, token in enumerate(tokens):
        if token.type == "inline" and tokens[at - 1].type == "paragraph_open":
            found.extend(split_sentences(" ".join(token.content.split())))
    return tuple(found)


@memoize_text(8192)
def statements(source: str) -> tuple[str, ...]:
    """Everything in a Markdown text that can support a claim, in its order.

    Its whole sentences as ``sentences`` gives them, and besides the rows of tables with the names of their columns,
    the blocks of code and the displayed formulas.
    """
    found: list[str] = []
    names: list[str] = []
    row: list[str] = []
    tokens = PARSER.parse(source)
    for at, token in enumerate(tokens):
        if token.type == "table_open":
            names = []
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            if names:
                cells = zip(names, row, strict=False)
                found.append("; ".join(f"{name}: {cell}" if name else cell for name, cell in cells))
            names = names or row
        elif token.type == "math_block":
            found.append(f"$${token.content.strip()}$$")
        elif token.type in ("fence", "code_block"):
            found.append(token.content.strip())
        elif token.type == "inline" and tokens[at - 1].type == "paragraph_open":
            found.extend(split_sentences(" ".join(token.content.split())))
        elif token.type == "inline" and tokens[at - 1].type in ("th_open", "td_open"):
            row.append(token.content)
    return tuple(found)


# A full stop inside a formula, inline code, a link target or a dotted name such as nn.Linear does not end a sentence.
# Written so that its time grows with the text and not with its square, as in ``ui/shared/safe.py``.
_ATOMS = re.compile(r"\$\$.+?\$\$|\$[^$\s](?:[^$]*[^$\s])?\$|`[^`]+`|\]\([^)]{0,2000}+\)|(?<!\w)\w{2,}+(?:\.\w{2,}+)++")


def split_sentences(text: str) -> list[str]:
    """Sentences of a line of Markdown prose; formulas, code spans and links are never cut."""
    atoms: list[str] = []

    def hide(match: re.Match[str]) -> str:
        atoms.append(match[0])
        return f"\ue000{len(atoms) - 1}\ue001"

    hidden = _ATOMS.sub(hide, text.replace("\ue000", "").replace("\ue001", ""))
    split = (sentence.strip() for sentence in sentencex.segment("en", hidden))
    return [re.sub("\ue000(\\d+)\ue001", lambda m: atoms[int(m[1])], sentence) for sentence in split if sentence]


def _inline_text(token: Token) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("text", "code_inline", "math_inline", "math_inline_double", "html_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image":
            parts.append(child.content)
    return "".join(parts).strip()
