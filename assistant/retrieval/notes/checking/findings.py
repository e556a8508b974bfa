"""What a check works with and what it gives: the notes of a folder, rules, and what breaks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.retrieval.notes.checking.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Folder:
    """Notes that are checked together."""

    sheets: tuple[Sheet, ...]
    files: frozenset[str]  # every file below the folder, hidden ones left out
    unreadable: tuple[tuple[str, str], ...] = ()  # notes that cannot be read, and why


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that breaks a rule."""

    file: str
    line: int
    sentence: str  # or heading, link, term: what breaks it


@dataclass(frozen=True, slots=True)
class Finding:
    """A place with the name of the rule that it breaks."""

    rule: str
    file: str
    line: int
    sentence: str


FindInNote = Callable[[Sheet], Iterator[tuple[int, str]]]  # line and sentence
FindInFolder = Callable[[Folder], Iterator[Spot]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, and how many places of the shipped notes may break it."""

    name: str
    says: str
    allowed: int | None  # None: it only warns
    find: FindInFolder

    @property
    def must_hold(self) -> bool:
        """Whether a single place that breaks it is one too many."""
        return self.allowed == 0


def in_each_note(find: FindInNote) -> FindInFolder:
    """A rule on one note, asked of each."""

    def find_in_all(folder: Folder) -> Iterator[Spot]:
        for sheet in folder.sheets:
            for line, sentence in find(sheet):
                yield Spot(sheet.path, line, sentence)

    return find_in_all
