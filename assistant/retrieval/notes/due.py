"""Sections that hold what changes with the year and were not reviewed for long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.core.records import Note


@dataclass(frozen=True, slots=True)
class Due:
    """A volatile section that must be read again."""

    note: str
    line: int
    heading: str
    reviewed: date | None  # None: nobody knows when


def due_sections(notes: Sequence[Note], today: date, days: int) -> tuple[Due, ...]:
    """The volatile sections of notes that were reviewed more than so many days ago, the oldest first."""
    since = today - timedelta(days=days)
    found = [
        Due(note.path, _line_of(note, heading), heading, reviewed)
        for note in notes
        for reviewed in [_date_of(note.reviewed)]
        if reviewed is None or reviewed < since
        for heading in note.volatile
    ]
    return tuple(sorted(found, key=lambda due: (due.reviewed or date.min, due.note, due.line)))


def _date_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _line_of(note: Note, heading: str) -> int:
    return next((passage.line for passage in note.passages if passage.heading == heading), 1)
