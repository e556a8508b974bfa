"""Holds the question book against the notes: what it names must exist, and say what it said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.lab.questions.book import KINDS, Row, Section, Uncovered

LIKE_HEADING = 0.8  # share of a question's and its heading's words that they have in common: then it is a copy
LEAST_WORDS = 4  # of a heading that can be copied: in a shorter one the words are the subject itself


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with a row."""

    rule: str
    where: str  # the section, or the question of a row without one
    what: str


def faults_of(
    rows: Sequence[Row], sections: Mapping[str, Section], uncovered: Sequence[Uncovered] = ()
) -> Iterator[Fault]:
    """Every fault: sections and sentences that do not exist, plans of an earlier text, questions that repeat."""
    lengths = {name: len(section.parts) for name, section in sections.items()}
    digests = {name: section.digest for name, section in sections.items()}
    seen = Counter(_plain(row.question) for row in rows)
    for row in rows:
        if row.section not in sections:
            yield Fault("missing-section", row.section, f"{row.question!r} names a section that the notes do not hold")
            continue
        if row.kind not in KINDS:
            yield Fault("unknown-kind", row.section, f"{row.question!r} is of the kind {row.kind!r}")
        if row.digest != digests[row.section]:
            yield Fault("old-plan", row.section, f"the plan of {row.question!r} is of an earlier text")
        elif not row.plan or max(row.plan) >= lengths[row.section] or min(row.plan) < 0:
            yield Fault("missing-sentence", row.section, f"the plan of {row.question!r} must name sentences, 0 to "
                        f"{lengths[row.section] - 1}; it is {list(row.plan)}")  # fmt: skip
        if _copies(row.question, row.section.split("#", 1)[1]):
            yield Fault("copied-heading", row.section, f"{row.question!r} repeats its heading")
    asked = seen + Counter(_plain(row.question) for row in uncovered)
    for question, times in asked.items():
        if times > 1:
            yield Fault("repeated", question, f"{question!r} stands there {times} times")


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.lower()))


def _copies(question: str, heading: str) -> bool:
    asked, own = set(_plain(question).split()), set(_plain(heading).split())
    return len(own) >= LEAST_WORDS and len(asked & own) / max(1, len(asked | own)) > LIKE_HEADING
