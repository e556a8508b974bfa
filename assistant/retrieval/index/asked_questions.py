"""Learners' questions as vectors, by the section that answers them: a new question may be near to an old one.

"My net remembers the examples by heart" has no word in common with the section on overfitting, but with what others
asked who were sent there; and which of its sentences answered them, is known. The questions are those of the question
book; notes that came later have none.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.core.arrays import UNREADABLE
from assistant.core.errors import IndexingError
from assistant.core.records import Passage
from assistant.core.vectors import Vectors

FILE = Path(".vectors") / "asked" / "questions.npz"  # in the knowledge folder
DIGEST_CHARACTERS = 8
_STEPS = 127  # of an 8-bit number, to each side of zero
log = logging.getLogger(__name__)


Plan = tuple[tuple[int, int], ...]  # what answers a question: the passage's place in its section, the part's in it


@dataclass(frozen=True)
class Asked:
    """What was asked about one section."""

    vectors: Vectors  # [questions, dimension], unit length
    plans: tuple[Plan, ...]  # of each question
    digest: str  # of the section's text that the plans were made for: see `digest_of_text`


@dataclass(frozen=True)
class AskedQuestions:
    """The questions about the sections of a row of passages, those of one section beside one another."""

    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))  # [questions, dimension], unit
    starts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # of each section's own
    section: npt.NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(0, dtype=np.int64)
    )  # of each passage, or -1
    within: tuple[int, ...] = ()  # place of each passage in its section
    plans: tuple[tuple[Plan, ...], ...] = ()  # [sections][questions]; none where the text has changed since

    def nearest(self, question: Vectors, passages: int) -> Vectors:
        """For each of ``passages``, the cosine of the nearest question that its section answers, float32 [passages].

        NaN where nobody asked: also for passages that stand behind the known ones, such as a visitor's own.
        """
        found = np.full(passages, np.nan, dtype=np.float32)
        if len(self.starts):
            best = np.maximum.reduceat(self.vectors @ question, self.starts)
            rows = np.flatnonzero(self.section >= 0)
            found[rows] = best[self.section[rows]]
        return found

    def votes(self, question: Vectors, row: int) -> tuple[float, ...]:
        """For each part of a passage, the cosine of the nearest question that it answered; 0 where it answered none.

        Empty where nobody asked, or the text has changed since; parts behind the last one that answered are left out.
        """
        section = int(self.section[row]) if row < len(self.section) else -1
        if section < 0 or not self.plans[section]:
            return ()
        start = int(self.starts[section])
        plans = self.plans[section]
        cosines = self.vectors[start : start + len(plans)] @ question
        votes: dict[int, float] = {}
        for plan, cosine in zip(plans, cosines, strict=True):
            for passage, part in plan:
                if passage == self.within[row]:
                    votes[part] = max(votes.get(part, 0.0), float(cosine))
        return tuple(round(votes.get(part, 0.0), 4) for part in range(1 + max(votes, default=-1)))


@dataclass(frozen=True)
class ShippedQuestions:
    """What travels with the notes, by the names of the sections."""

    asked: Mapping[str, Asked] = field(default_factory=dict)

    def of(self, passages: Sequence[Passage]) -> AskedQuestions:
        """The questions about the sections that some passages are from."""
        names = [passage.section for passage in passages]
        places: dict[str, list[int]] = defaultdict(list)
        within = []
        for row, name in enumerate(names):
            within.append(len(places[name]))
            places[name].append(row)
        known = {name: at for at, name in enumerate(name for name in places if name in self.asked)}
        groups = [self.asked[name] for name in known]
        texts = [digest_of_text([passages[row].text for row in places[name]]) for name in known]
        return AskedQuestions(
            np.concatenate([group.vectors for group in groups]) if groups else np.zeros((0, 0), dtype=np.float32),
            np.cumsum([0, *(len(group.vectors) for group in groups)], dtype=np.int64)[: len(groups)],
            np.array([known.get(name, -1) for name in names], dtype=np.int64),
            tuple(within),
            tuple(group.plans if group.digest == text else () for group, text in zip(groups, texts, strict=True)),
        )


def digest_of_text(texts: Sequence[str]) -> str:
    """Start of the SHA-256 of a section's text: tells whether it still says what it said when a plan was made."""
    return hashlib.sha256("\n\n".join(texts).encode()).hexdigest()[:DIGEST_CHARACTERS]


def read_shipped_questions(knowledge: Path, identity: str) -> ShippedQuestions:
    """The questions of a knowledge folder; none when they are missing or were made by another embedder."""
    file = knowledge / FILE
    if not file.exists():
        return ShippedQuestions()
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if str(arrays["identity"]) != identity:
                return ShippedQuestions()
            names, digests = [str(name) for name in arrays["sections"]], [str(each) for each in arrays["digests"]]
            ends = np.cumsum(arrays["counts"])[:-1]
            vectors = arrays["vectors"].astype(np.float32)
            pairs = [(int(passage), int(part)) for passage, part in arrays["planned"].tolist()]
            planned = arrays["planned_counts"].tolist()
    except UNREADABLE as fault:
        log.warning("the learners' questions are ignored, %s cannot be read: %s", file.name, fault)
        return ShippedQuestions()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    plans = [tuple(pairs[end - count : end]) for count, end in zip(planned, accumulate(planned), strict=True)]
    found, at = {}, 0
    for name, digest, own in zip(names, digests, np.split(vectors, ends), strict=True):
        found[name] = Asked(own, tuple(plans[at : at + len(own)]), digest)
        at += len(own)
    return ShippedQuestions(found)


def write_shipped_questions(knowledge: Path, identity: str, shipped: ShippedQuestions) -> None:
    """Write questions, 8 bits a number. Raises IndexingError when the folder cannot be written."""
    names = sorted(shipped.asked)
    groups = [shipped.asked[name] for name in names]
    vectors = np.concatenate([group.vectors for group in groups])
    plans = [plan for group in groups for plan in group.plans]
    file = knowledge / FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            file,
            identity=np.array(identity),
            sections=np.array(names),
            digests=np.array([group.digest for group in groups]),
            counts=np.array([len(group.vectors) for group in groups], dtype=np.int32),
            vectors=np.rint(vectors / np.abs(vectors).max(axis=1, keepdims=True) * _STEPS).astype(np.int8),
            planned=np.array([pair for plan in plans for pair in plan], dtype=np.uint8).reshape(-1, 2),
            planned_counts=np.array([len(plan) for plan in plans], dtype=np.int32),
        )
    except OSError as fault:
        raise IndexingError(f"The learners' questions cannot be written to {file}: {fault.strerror}.") from None
