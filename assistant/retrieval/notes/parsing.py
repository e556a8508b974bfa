"""The bytes of a file become a note: front matter, title, topics, references, passages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from frontmatter.default_handlers import YAMLHandler

from assistant.core.errors import NoteError
from assistant.core.markdown import Block, blocks
from assistant.core.records import Note, Reference
from assistant.retrieval.notes.pointers import figure_in, notes_named, see_also_apart
from assistant.retrieval.notes.splitting import passages_of

LONGEST_FRONT_MATTER = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a note apart from its front matter."""

    meta: Mapping[str, Any]
    body: str
    first_line: int  # of the body in the file, counted from 0


def parse_note(path: str, raw: bytes, *, with_figures: bool = False) -> Note:
    """A note from the bytes of its file. Raises NoteError when they are not a usable note.

    ``with_figures`` is for the knowledge folder's own notes: images of files in the folder become figures. In what
    visitors add they stay text, and are drawn as such.
    """
    source = read_source(raw)
    meta, found = source.meta, blocks(source.body)
    title = _text(meta.get("title")) or _first_heading(found) or _title_from(path)
    topics = tuple(_text(topic) for topic in _as_list(meta.get("topics")))
    figure_of = partial(figure_in, path) if with_figures else _no_figure
    sections, see_also = see_also_apart(found)
    passages = tuple(passages_of(path, title, topics, sections, source.first_line, figure_of))
    if not passages:
        raise NoteError("it has headings but no text under them. Write at least one paragraph.")
    return Note(
        path=path,
        title=title,
        topics=topics,
        references=tuple(_reference(entry) for entry in _as_list(meta.get("references"))),
        reviewed=_text(meta.get("reviewed")),
        sha256=hashlib.sha256(raw).hexdigest(),
        passages=passages,
        see_also=notes_named(path, see_also),
        volatile=tuple(_text(heading) for heading in _as_list(meta.get("volatile"))),
    )


def read_source(raw: bytes) -> Source:
    """Front matter and body of a note's file. Raises NoteError when there is no text in it."""
    if b"\0" in raw:
        raise NoteError("it must be text but holds binary data. Convert it to Markdown.")
    try:
        source = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as fault:
        raise NoteError(f"it must be UTF-8 text; byte {fault.start} is not. Save it as UTF-8.") from None
    meta, body = split_front_matter(source)
    if not body.strip():
        raise NoteError("it is empty. Write at least one paragraph.")
    return Source(meta, body, source[: source.rindex(body)].count("\n") if body in source else 0)


def split_front_matter(source: str) -> tuple[dict[str, Any], str]:
    """The values between the first two rules and the text behind them, or all of the text when those are no values.

    Raises NoteError when they cannot be read.
    """
    handler, text = YAMLHandler(), source.strip()
    try:
        front, body = handler.split(text) if handler.detect(text) else ("", text)
    except ValueError:  # there is no second rule
        return {}, text
    if len(front) > LONGEST_FRONT_MATTER:
        # Not only for tidiness: tens of thousands of nested brackets end the process inside PyYAML's C code.
        raise NoteError(f"its front matter must have at most {LONGEST_FRONT_MATTER:,} characters. Shorten it.")
    try:
        values = handler.load(front)
    except Exception as fault:  # PyYAML lets out whatever its constructors raise, such as KeyError for "!!bool maybe"
        problem = getattr(fault, "problem", None) or "not valid YAML"
        raise NoteError(f"its front matter cannot be read ({problem}). Quote values that contain a colon.") from None
    if isinstance(values, dict):
        return values, body.strip()
    return {}, (text if values else body.strip())  # two rules around a paragraph are part of the text


def _no_figure(block: Block) -> None:
    """Images stay text."""


def _first_heading(found: list[Block]) -> str:
    return next((block.text for block in found if block.level == 1), "")


def _title_from(path: str) -> str:
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return stem.replace("-", " ").replace("_", " ").strip().capitalize() or "Untitled"


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _text(value: object) -> str:
    """A plain value of the front matter as text; lists and mappings, which YAML may nest without end, are none."""
    return str(value).strip() if isinstance(value, (str, int, float, date)) else ""


def _reference(entry: object) -> Reference:
    if not isinstance(entry, dict):
        return Reference("", _text(entry), None, "")
    year = entry.get("year")
    return Reference(
        author=_text(entry.get("author")),
        title=_text(entry.get("title")),
        year=year if isinstance(year, int) else None,
        link=_text(entry.get("link")),
    )
