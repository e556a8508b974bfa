"""Which sections are there to define a name: those whose heading asks "What is it?"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.core.records import Passage
from assistant.core.subjects import subjects_of, subjects_of_heading


@dataclass(frozen=True)
class Definitions:
    """Rows of passages by the names that their headings ask for."""

    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, passages: Iterable[Passage]) -> Definitions:
        """Those of a row of passages. Only the first passage of a section can open with the definition."""
        rows: dict[str, list[int]] = defaultdict(list)
        before = ("", "")
        for row, passage in enumerate(passages):
            section = (passage.note, passage.heading)
            heading = passage.heading.rsplit(" › ", 1)[-1]
            if section != before and "?" in heading:
                for name in subjects_of_heading(heading):
                    rows[name].append(row)
            before = section
        return cls({name: tuple(found) for name, found in rows.items()})

    def defining(self, question: str) -> Sequence[int]:
        """The rows whose headings ask for just what the question does, in their order."""
        return sorted({row for name in subjects_of(question) for row in self.rows.get(name, ())})

    def beside(self, other: Definitions, offset: int) -> Definitions:
        """Both, the rows of ``other`` moved behind."""
        if not other.rows:
            return self
        names = {*self.rows, *other.rows}
        moved = {name: tuple(row + offset for row in rows) for name, rows in other.rows.items()}
        return Definitions({name: (*self.rows.get(name, ()), *moved.get(name, ())) for name in names})
