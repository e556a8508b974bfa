"""Sentences that were labelled by hand: supported by their evidence, contradicted, or neither."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.core.records import Hit, Passage

LABELLED = Path(__file__).with_name("gold") / "support.jsonl"
EVIDENCE = Path(__file__).with_name("gold") / "evidence.jsonl"  # the sections as they were when they were judged by
LABELS = ("supported", "contradicted", "unrelated")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence, the question that it answers, and the sections that it was judged by."""

    id: str  # "group-number"; sentences of a group share their evidence
    question: str
    sentence: str
    evidence: tuple[str, ...]  # sections as "folder/note.md#Heading", in the order of the prompt
    label: str  # one of LABELS

    @property
    def group(self) -> str:
        """What stands before the number in the id."""
        return self.id.rsplit("-", 1)[0]

    @property
    def half(self) -> str:
        """Tune or test: whole groups, by the hash that splits the labelled questions too. Nothing is tuned on test."""
        return "tune" if hashlib.sha256(self.group.encode()).digest()[-1] % 2 else "test"


def read_labelled(file: Path = LABELLED) -> tuple[Labelled, ...]:
    """The sentences of a JSONL file. Raises AssistantError naming the line that is wrong."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as fault:
        raise AssistantError(f"The labelled sentences {file} cannot be read: {fault.strerror}.") from None
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            one = Labelled(
                record["id"], record["question"], record["sentence"], tuple(record["evidence"]), record["label"]
            )
            if one.label not in LABELS:
                raise ValueError(f"label must be one of {', '.join(LABELS)}, got {one.label!r}")
        except (ValueError, KeyError, TypeError) as fault:
            raise AssistantError(f"Line {number} of {file.name} is not a labelled sentence: {fault}.") from None
        found.append(one)
    return tuple(found)


@cache
def kept_evidence() -> tuple[Passage, ...]:
    """The sections that the shipped sentences were judged by: a note may say it in other words since."""
    records = map(json.loads, EVIDENCE.read_text(encoding="utf-8").splitlines())
    return tuple(Passage(**{**record, "topics": tuple(record["topics"])}) for record in records)


def evidence_of(one: Labelled, passages: Iterable[Passage]) -> tuple[Hit, ...]:
    """The passages of a sentence, as hits. Raises AssistantError when the notes no longer hold a section."""
    sections = {passage.section: passage for passage in passages}
    missing = [section for section in one.evidence if section not in sections]
    if missing:
        raise AssistantError(f"The evidence of {one.id} must be in the notes; {missing[0]!r} is not.")
    return tuple(Hit(rank, 0.0, sections[section]) for rank, section in enumerate(one.evidence, start=1))
