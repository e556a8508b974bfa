"""A folder of notes: its files are listed and read; one that cannot be used never stops the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.core.errors import NoteError
from assistant.core.records import Note, Passage, SkippedNote
from assistant.core.text import readable
from assistant.retrieval.notes.parsing import parse_note

SUFFIXES = (".md", ".markdown", ".txt")
UPLOADS = "uploads"  # sub-folder of what visitors added; it is not shipped with the notes
PREFIX = "private:"  # of the path of a private note; no file of the knowledge folder begins like this
LARGEST_BYTES = 5_000_000


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
    folder: Path | None = None  # where the notes' figures are; None when the notes are in no folder

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, in the order of notes and lines."""
        return tuple(passage for note in self.notes for passage in note.passages)

    def own(self, passage: Passage) -> Passage | None:
        """A passage as it stands here; None when it is no longer here as it was, or never was.

        Its figures are those of the library: one that comes from a kept chat may have had none yet, or name any.
        """
        note = self.note_at(passage.note)
        bare = replace(passage, figures=())
        return next((each for each in note.passages if replace(each, figures=()) == bare), None) if note else None

    def note_at(self, path: str) -> Note | None:
        """The note of a path."""
        return next((note for note in self.notes if note.path == path), None)


def list_files(folder: Path) -> tuple[NoteFile, ...]:
    """The note files of a folder and its sub-folders, sorted by path.

    Hidden files and folders are left out. Symbolic links are listed, so that they can be reported, but never followed.
    """
    return tuple(sorted(_walk(folder, folder), key=lambda file: file.path))


def check_folder(folder: Path) -> None:
    """Raise NoteError unless there is such a folder: whoever loads anything else first would load it for nothing."""
    if not folder.is_dir():
        raise NoteError(f"The knowledge folder must exist and be a folder; {folder} is not. Give one with --knowledge.")


def _walk(root: Path, folder: Path) -> Iterator[NoteFile]:
    check_folder(folder)
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
            shown = readable(file.path)  # a name that is not UTF-8 could not be drawn
            skipped.append(SkippedNote(shown, str(fault)))
    return Library(tuple(read.values()), tuple(skipped), read, folder)


def read_note(folder: Path, path: str) -> Note:
    """One note of the folder. Raises NoteError saying what is wrong with the file."""
    return parse_note(path, read_bytes(folder, path), with_figures=not path.startswith(f"{UPLOADS}/"))


def read_bytes(folder: Path, path: str) -> bytes:
    """What the file of a note holds. Raises NoteError when it is none that can be read."""
    if path != readable(path):
        raise NoteError("its file name must be UTF-8. Rename it.")
    file = folder / path
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
