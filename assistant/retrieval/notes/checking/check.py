"""Checks the notes of a folder, or some of them, by the rules."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import NoteError
from assistant.retrieval.notes.checking.findings import Finding, Folder, Rule
from assistant.retrieval.notes.checking.rules import RULES
from assistant.retrieval.notes.checking.sheet import Sheet, read_sheet
from assistant.retrieval.notes.library import UPLOADS, list_files, read_bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found."""

    notes: int
    rules: tuple[Rule, ...]
    findings: tuple[Finding, ...]  # rule by rule, then by file and line

    def of(self, rule: Rule) -> tuple[Finding, ...]:
        """What breaks one rule."""
        return tuple(finding for finding in self.findings if finding.rule == rule.name)

    @property
    def broken(self) -> tuple[Rule, ...]:
        """Rules that must hold and do not."""
        return tuple(rule for rule in self.rules if rule.must_hold and self.of(rule))

    @property
    def over_budget(self) -> tuple[Rule, ...]:
        """Rules that more places break than the shipped notes are allowed."""
        return tuple(rule for rule in self.rules if rule.allowed is not None and len(self.of(rule)) > rule.allowed)


def read_folder(root: Path) -> Folder:
    """The notes of a folder and its sub-folders but for uploads. Raises NoteError when there is no such folder."""
    sheets: list[Sheet] = []
    unreadable: list[tuple[str, str]] = []
    for file in list_files(root):
        if file.path.startswith(f"{UPLOADS}/"):
            continue
        try:
            sheets.append(read_sheet(file.path, read_bytes(root, file.path)))
        except NoteError as fault:
            unreadable.append((file.path, str(fault)))
    return Folder(tuple(sheets), frozenset(_files(root)), tuple(unreadable))


def read_file(file: Path) -> Folder:
    """One note that stands in no folder of notes: it may point at what lies beside it."""
    path = file.name
    files = frozenset(_files(file.parent, deep=False))
    try:
        return Folder((read_sheet(path, read_bytes(file.parent, path)),), files)
    except NoteError as fault:
        return Folder((), files, ((path, str(fault)),))


def check(folder: Folder, rules: Sequence[Rule] = RULES, below: Sequence[str] = ()) -> Report:
    """What breaks the rules, in the files and folders named by ``below``, or in all.

    The folder is always read whole: a term may be defined, and a link may lead, anywhere in it.
    """

    def is_meant(path: str) -> bool:
        return not below or any(path == name or path.startswith(f"{name}/") for name in below)

    findings = [
        Finding(rule.name, spot.file, spot.line, spot.sentence)
        for rule in rules
        for spot in sorted(rule.find(folder), key=lambda spot: (spot.file, spot.line))
        if is_meant(spot.file)
    ]
    notes = sum(is_meant(sheet.path) for sheet in folder.sheets)
    return Report(notes, tuple(rules), tuple(findings))


def _files(root: Path, deep: bool = True) -> Iterator[str]:
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if deep and not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                yield Path(folder, name).relative_to(root).as_posix()
