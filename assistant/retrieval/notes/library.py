"""A folder of notes becomes passages: one section each, with its title, heading path and line."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from frontmatter.default_handlers import YAMLHandler

from assistant.core.errors import NoteError
from assistant.core.markdown import Block, blocks
from assistant.core.records import Note, Passage, Reference, SkippedNote

SUFFIXES = (".md", ".markdown", ".txt")
UPLOADS = "uploads"  # sub-folder of what visitors added; it is not shipped with the notes
PREFIX = "private:"  # of the path of a private note; no file of the knowledge folder begins like this
LARGEST_BYTES = 5_000_000
LONGEST_FRONT_MATTER = 20_000  # characters
LONGEST_WORDS = 200  # of a passage; MiniLM reads 256 word pieces, so the end of a longer one would not be searched
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]*_]*\s+$")


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A file of the knowledge folder as the disk describes it: cheap to list, enough to notice a change."""

    path: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Library:
    """All notes of a folder that could be read, and those that could not."""

    notes: tuple[Note, ...]
    skipped: tuple[SkippedNote, ...]
    read: Mapping[NoteFile, Note] = field(default_factory=dict)  # what each file held when it was read

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, in the order of notes and lines."""
        return tuple(passage for note in self.notes for passage in note.passages)


def list_files(folder: Path) -> tuple[NoteFile, ...]:
    """The note files of a folder and its sub-folders, sorted by path.

    Hidden files and folders are left out. Symbolic links are listed, so that they can be reported, but never followed.
    """
    return tuple(sorted(_walk(folder, folder), key=lambda file: file.path))


def _walk(root: Path, folder: Path) -> Iterator[NoteFile]:
    if not folder.is_dir():
        raise NoteError(f"The knowledge folder must exist and be a folder; {folder} is not. Give one with --knowledge.")
    try:
        entries = list(os.scandir(folder))
    except OSError as fault:
        raise NoteError(f"The knowledge folder {folder} cannot be listed: {fault.strerror}.") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, Path(entry.path))
        elif entry.name.lower().endswith(SUFFIXES):
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # removed since the folder was listed
                continue
            relative = Path(entry.path).relative_to(root).as_posix()
            yield NoteFile(relative, status.st_size, status.st_mtime_ns)


def read_library(folder: Path, before: Library | None = None) -> Library:
    """Every note of a folder. A file that cannot be used is reported in ``skipped`` and never stops the others.

    Files that look as they did when ``before`` was read are not read again. Raises NoteError when the folder itself
    cannot be read.
    """
    known = before.read if before else {}
    read: dict[NoteFile, Note] = {}
    skipped: list[SkippedNote] = []
    for file in list_files(folder):
        try:
            read[file] = known.get(file) or read_note(folder, file.path)
        except NoteError as fault:
            shown = file.path.encode("utf-8", "replace").decode()  # a name that is not UTF-8 could not be drawn
            skipped.append(SkippedNote(shown, str(fault)))
    return Library(tuple(read.values()), tuple(skipped), read)


def read_note(folder: Path, path: str) -> Note:
    """One note of the folder. Raises NoteError saying what is wrong with the file."""
    if path != path.encode("utf-8", "replace").decode():
        raise NoteError("its file name must be UTF-8. Rename it.")
    raw = _read_bytes(folder / path)
    return parse_note(path, raw)


def parse_note(path: str, raw: bytes) -> Note:
    """A note from the bytes of its file. Raises NoteError when they are not a usable note."""
    if b"\0" in raw:
        raise NoteError("it must be text but holds binary data. Convert it to Markdown.")
    try:
        source = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as fault:
        raise NoteError(f"it must be UTF-8 text; byte {fault.start} is not. Save it as UTF-8.") from None
    meta, body = split_front_matter(source)
    if not body.strip():
        raise NoteError("it is empty. Write at least one paragraph.")
    first_line = source[: source.rindex(body)].count("\n") if body in source else 0
    found = blocks(body)
    title = _text(meta.get("title")) or _first_heading(found) or _title_from(path)
    topics = tuple(_text(topic) for topic in _as_list(meta.get("topics")))
    passages = tuple(_passages(path, title, topics, found, first_line))
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
    )


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


def _read_bytes(file: Path) -> bytes:
    if file.is_symlink():
        raise NoteError("it is a symbolic link, which is not followed. Copy the file itself.")
    try:
        if not file.is_file():
            raise NoteError("it must be a regular file. Copy its text into one.")  # a pipe would be read for ever
        size = file.stat().st_size
        if size > LARGEST_BYTES:
            raise NoteError(f"it must be at most {LARGEST_BYTES:,} bytes, it has {size:,}. Split it.")
        return file.read_bytes()
    except OSError as fault:
        raise NoteError(f"it cannot be read: {fault.strerror}.") from None


def _passages(path: str, title: str, topics: tuple[str, ...], found: list[Block], first_line: int) -> Iterator[Passage]:
    """Cut the blocks at headings, and sections that are too long for the embedder between blocks."""
    trail: list[tuple[int, str]] = []
    pending: list[Block] = []
    line = 0

    def flush() -> Iterator[Passage]:
        heading = " › ".join(text for _, text in trail if text and text != title)
        for group in _groups(pending):
            start = line if group[0] is pending[0] and trail else group[0].line
            text = "\n\n".join(block.text for block in group)
            yield Passage(path, title, heading, first_line + start + 1, text, topics)

    for block in found:
        if block.level:
            yield from flush()
            pending = []
            trail = [entry for entry in trail if entry[0] < block.level] + [(block.level, block.text)]
            line = block.line
        elif block.text.strip():
            pending.append(block)
    yield from flush()


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
