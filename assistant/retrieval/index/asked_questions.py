"""Learners' questions as vectors, by the section that answers them: a new question may be near to an old one.

"My net remembers the examples by heart" has no word in common with the section on overfitting, but with what others
asked who were sent there. The questions are those of the question book; notes that came later have none.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from assistant.core.errors import IndexingError
from assistant.core.records import Passage
from assistant.core.vectors import Vectors

FILE = Path(".vectors") / "asked" / "questions.npz"  # in the knowledge folder
_STEPS = 127  # of an 8-bit number, to each side of zero
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AskedQuestions:
    """Vectors of questions, those of one section beside one another, and the section of each passage."""

    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))  # [questions, dimension], unit
    starts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))  # of each section's own
    section: npt.NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(0, dtype=np.int64)
    )  # of each passage, or -1

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


@dataclass(frozen=True)
class ShippedQuestions:
    """The vectors that travel with the notes, by the names of the sections."""

    vectors: Mapping[str, Vectors] = field(default_factory=dict)  # [questions of the section, dimension]

    def of(self, passages: Sequence[Passage]) -> AskedQuestions:
        """Those of the sections that some passages are from."""
        names = [f"{passage.note}#{passage.heading}" for passage in passages]
        known = {name: at for at, name in enumerate(name for name in dict.fromkeys(names) if name in self.vectors)}
        groups = [self.vectors[name] for name in known]
        starts = np.cumsum([0, *(len(group) for group in groups)], dtype=np.int64)[: len(groups)]
        vectors = np.concatenate(groups) if groups else np.zeros((0, 0), dtype=np.float32)
        return AskedQuestions(vectors, starts, np.array([known.get(name, -1) for name in names], dtype=np.int64))


def read_shipped_questions(knowledge: Path, identity: str) -> ShippedQuestions:
    """The questions of a knowledge folder; none when they are missing or were made by another embedder."""
    file = knowledge / FILE
    if not file.exists():
        return ShippedQuestions()
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if str(arrays["identity"]) != identity:
                return ShippedQuestions()
            names = [str(name) for name in arrays["sections"]]
            ends = np.cumsum(arrays["counts"])
            vectors = arrays["vectors"].astype(np.float32)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as fault:  # EOFError: an empty file
        log.warning("the learners' questions are ignored, %s cannot be read: %s", file.name, fault)
        return ShippedQuestions()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return ShippedQuestions(dict(zip(names, np.split(vectors, ends[:-1]), strict=True)))


def write_shipped_questions(knowledge: Path, identity: str, asked: Iterable[tuple[str, Vectors]]) -> int:
    """Write questions, each as its section's name and its unit vector, 8 bits a number; how many there are.

    Raises IndexingError when the folder cannot be written.
    """
    groups: dict[str, list[Vectors]] = defaultdict(list)
    for name, vector in asked:
        groups[name].append(vector)
    names = sorted(groups)
    vectors = np.array([vector for name in names for vector in groups[name]], dtype=np.float32)
    scaled = np.rint(vectors / np.abs(vectors).max(axis=1, keepdims=True) * _STEPS).astype(np.int8)
    file = knowledge / FILE
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            file,
            identity=np.array(identity),
            sections=np.array(names),
            counts=np.array([len(groups[name]) for name in names], dtype=np.int32),
            vectors=scaled,
        )
    except OSError as fault:
        raise IndexingError(f"The learners' questions cannot be written to {file}: {fault.strerror}.") from None
    return len(vectors)
