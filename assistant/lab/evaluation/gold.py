"""The labelled questions that retrieval is measured with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.core.records import Passage

GOLD = Path(__file__).with_name("gold") / "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a good answer says: a passage states it when one of the patterns matches its lower-case text."""

    says: str
    patterns: tuple[re.Pattern[str], ...]

    def stated_in(self, text: str) -> bool:
        """Whether a lower-case text states the fact."""
        return any(pattern.search(text) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a learner types it, with what an answer needs; off-topic when it is not covered."""

    id: str
    text: str
    covered: bool
    half: str  # "tune" or "test"; nothing may be chosen by looking at the test half
    topic: str
    facts: tuple[Fact, ...]
    answers: frozenset[str]  # sections that answer it, as "folder/note.md#Heading"


def read_gold(file: Path = GOLD) -> tuple[Question, ...]:
    """The questions of a JSONL file. Raises AssistantError naming the line that is wrong."""
    questions = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as fault:
        raise AssistantError(f"The labelled questions {file} cannot be read: {fault.strerror}.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            facts = tuple(
                Fact(fact["say"], tuple(re.compile(pattern) for pattern in fact["any"])) for fact in record["facts"]
            )
            question = Question(
                id=record["id"],
                text=record["question"],
                covered=record["covered"],
                half=record.get("half", "test"),
                topic=record.get("topic", ""),
                facts=facts,
                answers=frozenset(record["answers"]),
            )
        except (ValueError, KeyError, TypeError, re.error) as fault:
            raise AssistantError(f"Line {number} of {file.name} is not a labelled question: {fault!r}.") from None
        questions.append(question)
    return tuple(questions)


def searchable(passage: Passage) -> str:
    """The lower-case text that facts are looked for in: what a reader of the passage sees."""
    return f"{passage.name}\n{passage.text}".lower()
