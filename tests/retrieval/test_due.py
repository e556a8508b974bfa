"""Volatile sections whose review is old are due, the oldest first."""

from datetime import date

from fakes import write_notes

from assistant.retrieval.notes.due import Due, due_sections
from assistant.retrieval.notes.library import read_library

TEXT = '---\nreviewed: {}\nvolatile:\n  - "Which card?"\n---\n\n## What?\n\nText.\n\n## Which card?\n\nThis one.\n'


def test_only_volatile_sections_of_old_reviews_are_due(tmp_path):
    write_notes(
        tmp_path,
        new=TEXT.format("2026-11-01"),
        old=TEXT.format("2026-01-31"),
        older=TEXT.format("2025-01-31"),
        never=TEXT.format(""),
        steady="---\nreviewed: 2020-01-01\n---\n\n## A?\n\nText.\n",
    )
    notes = read_library(tmp_path).notes
    assert due_sections(notes, date(2026, 11, 29), 180) == (
        Due("never.md", 11, "Which card?", None),
        Due("older.md", 11, "Which card?", date(2025, 1, 31)),
        Due("old.md", 11, "Which card?", date(2026, 1, 31)),
    )
    assert len(due_sections(notes, date(2026, 11, 29), 10)) == 4
