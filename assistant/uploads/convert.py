"""The bytes of a file become a note. Runs only in the limited process of ``child.py``."""

from __future__ import annotations

import hashlib
from datetime import date

from assistant.core.errors import NoteError, UploadError
from assistant.core.records import Note
from assistant.retrieval.notes.library import LARGEST_BYTES
from assistant.retrieval.notes.parsing import parse_note, split_front_matter
from assistant.uploads.limits import (
    FILE_BYTES,
    HEADING_CHARACTERS,
    MIB,
    PASSAGE_CHARACTERS,
    PASSAGES,
    TEXT_CHARACTERS,
)
from assistant.uploads.names import shown_name, shown_title, title_from
from assistant.uploads.readers.kinds import kind_of
from assistant.uploads.readers.notebook import read_notebook
from assistant.uploads.readers.pdf import read_pdf
from assistant.uploads.readers.text import decode
from assistant.uploads.readers.web import read_html
from assistant.uploads.readers.word import read_word
from assistant.uploads.stored import Arrival, Origin, compose

UNNAMED = "\ue000"  # the title of a note that states none comes from its path: a character that nobody types


def convert(data: bytes, given: str) -> Arrival:
    """The note that a file becomes. Raises UploadError, one line with a way out."""
    if len(data) > FILE_BYTES:
        raise UploadError(f"It has {len(data) / MIB:.1f} MB, at most {FILE_BYTES // MIB} MB are read. Split it.")
    kind = kind_of(data)
    origin = Origin(shown_name(given), hashlib.sha256(data).hexdigest(), kind, date.today().isoformat())
    remarks: tuple[str, ...] = ()
    if kind == "PDF":
        title, body, remarks = read_pdf(data)
    elif kind == "Word":
        title, body = read_word(data)
    elif kind == "web page":
        title, body = read_html(decode(data))
    elif kind == "notebook":
        title, body = read_notebook(decode(data))
    else:
        return _from_text(decode(data), origin)
    return _arrival(body, title, origin, remarks=remarks)


def _from_text(text: str, origin: Origin) -> Arrival:
    """Markdown and plain text stay as they are; what a note's front matter says is taken over."""
    own = _parsed(text)
    return _arrival(split_front_matter(text)[1], "" if own.title == UNNAMED else own.title, origin, own)


def _arrival(body: str, title: str, origin: Origin, own: Note | None = None, remarks: tuple[str, ...] = ()) -> Arrival:
    if not body.strip():
        raise UploadError("It holds no text. Add a file with text.")
    name = shown_title(title) or ("" if own else _first_heading(body)) or title_from(origin.name)
    more = (own.topics, own.references, own.reviewed) if own else ()
    text = compose(body, name, origin, *more)
    note = _parsed(text)
    if len(note.passages) > PASSAGES:
        raise UploadError(f"It has {len(note.passages):,} passages, at most {PASSAGES:,} are taken. Split it.")
    size = len(text.encode("utf-8", "replace"))
    if size > LARGEST_BYTES:  # a note of the folder that is larger would be skipped
        raise UploadError(f"Its text has {size:,} bytes, at most {LARGEST_BYTES:,} are taken. Split it.")
    heading = max(len(passage.heading) for passage in note.passages)
    if heading > HEADING_CHARACTERS:  # each passage below repeats it
        raise UploadError(
            f"It has headings of {heading:,} characters, at most {HEADING_CHARACTERS:,} are taken. Shorten them."
        )
    longest = max(len(passage.text) for passage in note.passages)
    if longest > PASSAGE_CHARACTERS:
        raise UploadError(f"It has {longest:,} characters without a break, at most {PASSAGE_CHARACTERS:,} are read.")
    return Arrival(origin, text, note, remarks)


def _first_heading(body: str) -> str:
    found = _parsed(f"---\n---\n\n{body}\n").title  # an empty front matter: the body may begin with a rule
    return "" if found == UNNAMED else shown_title(found)


def _parsed(text: str) -> Note:
    if len(text) > TEXT_CHARACTERS:
        raise UploadError(f"It has {len(text):,} characters, at most {TEXT_CHARACTERS:,} are taken. Split it.")
    try:
        return parse_note(f"{UNNAMED}.md", text.encode("utf-8", "replace"))
    except NoteError as fault:
        raise UploadError(str(fault)[:1].upper() + str(fault)[1:]) from None
