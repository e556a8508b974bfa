"""Reads the question book: learners' questions, each with the section and its sentences that answer it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import AssistantError
from assistant.core.markdown import plain_text
from assistant.core.records import Passage
from assistant.core.vectors import Vectors
from assistant.grounding.quotable import quotables
from assistant.retrieval.index.asked_questions import Asked, Plan, ShippedQuestions, digest_of_text

BOOK = Path(__file__).with_name("book.jsonl")
UNCOVERED = Path(__file__).with_name("uncovered.jsonl")
KINDS = ("plain", "terse", "everyday", "everyday2", "detail", "parts")


@dataclass(frozen=True, slots=True)
class Row:
    """A question and its answer plan."""

    section: str  # "folder/note.md#Heading"
    digest: str  # of the section's text when the plan was made: see `digest_of_text`
    kind: str  # one of KINDS
    question: str
    plan: tuple[int, ...]  # places among the section's quotable parts, from 0, in the order in which a tutor says them


@dataclass(frozen=True, slots=True)
class Section:
    """The passages of one section, and what can be quoted from them."""

    name: str
    passages: tuple[Passage, ...]

    @property
    def parts(self) -> list[str]:
        """What can be quoted, in its order, as plain text."""
        return [plain_text(part.text) for passage in self.passages for part in quotables(passage.text)]

    @property
    def digest(self) -> str:
        """Tells whether the section still says what it said when a plan was made."""
        return digest_of_text([passage.text for passage in self.passages])

    def planned(self, plan: Sequence[int]) -> Plan:
        """A plan's places as passages of the section and parts of these."""
        counts = [len(quotables(passage.text)) for passage in self.passages]
        starts = [sum(counts[:at]) for at in range(len(counts))]
        return tuple(
            (at, place - start)
            for place in plan
            for at, (start, count) in enumerate(zip(starts, counts, strict=True))
            if start <= place < start + count
        )


def sections_of(passages: Iterable[Passage]) -> dict[str, Section]:
    """The sections by their names; a long one has several passages."""
    found: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        found[passage.section].append(passage)
    return {name: Section(name, tuple(own)) for name, own in found.items()}


def read_book(file: Path = BOOK) -> tuple[Row, ...]:
    """The rows of the book. Raises AssistantError naming the line that is wrong."""
    return tuple(
        Row(record["section"], record["digest"], record["kind"], record["question"], tuple(record["plan"]))
        for record in _records(file, ("section", "digest", "kind", "question", "plan"))
    )


def write_book(rows: Sequence[Row], file: Path = BOOK) -> None:
    """Keep the rows, those of one section beside one another."""
    lines = [
        json.dumps(
            {
                "section": row.section,
                "digest": row.digest,
                "kind": row.kind,
                "question": row.question,
                "plan": row.plan,
            },
            ensure_ascii=False,
        )
        for row in sorted(rows, key=lambda row: row.section)
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def asked_about(sections: Mapping[str, Section], rows: Sequence[Row], vectors: Vectors) -> ShippedQuestions:
    """The rows by their sections, with the vectors of their questions, float32 [rows, dimension], to be shipped."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        places[row.section].append(place)
    found = {}
    for name, own in places.items():
        section = sections[name]
        is_current = all(rows[place].digest == section.digest for place in own)
        plans = tuple(section.planned(rows[place].plan) if is_current else () for place in own)
        found[name] = Asked(vectors[own], plans, section.digest)
    return ShippedQuestions(found)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A question that the notes do not answer."""

    kind: str  # such as "everyday-other", "other-field", "unknown-name"
    question: str


def read_uncovered(file: Path = UNCOVERED) -> tuple[Uncovered, ...]:
    """The questions that the notes do not answer. Raises AssistantError naming the line that is wrong."""
    return tuple(Uncovered(record["kind"], record["q"]) for record in _records(file, ("kind", "q")))


def _records(file: Path, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as fault:
        raise AssistantError(f"The questions {file} cannot be read: {fault.strerror}.") from None
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            missing = [name for name in names if name not in record]
        except (ValueError, TypeError) as fault:
            raise AssistantError(f"Line {number} of {file.name} is not a question: {fault}.") from None
        if missing:
            raise AssistantError(f"Line {number} of {file.name} must have {', '.join(missing)}.")
        yield record
