"""Made-up passages in any number: unit vectors that lie as those of real notes do, and notes to go with them.

A vector is the sum of what all notes have in common, a topic, a subject that some five notes share, a note, and the
passage itself, scaled to length 1. Each part is drawn from a normal distribution whose variance falls with the
dimension as in the shipped vectors, and some passages keep to their note more closely than others. A question is a
passage with noise that is larger than the passage. The weights were set by comparing 3,000 made-up passages with the
3,047 shipped ones and the covered questions of the tuning half, mean cosines (made-up, shipped): of two passages of
one note 0.54, 0.49; of two topics 0.18, 0.17; of a passage and its first, tenth and fiftieth neighbour 0.69, 0.56,
0.41 and 0.72, 0.54, 0.42; of a question and its first and tenth passage 0.66, 0.41 and 0.65, 0.42.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.core.vectors import Vectors

DIMENSION = 384
NOTE_PASSAGES = 8
SUBJECT_NOTES = 5
COMMON, TOPIC, SUBJECT, NOTE, PASSAGE = 0.45, 0.25, 0.46, 0.3, 0.68  # length of each part, before the sum is scaled
QUESTION = 1.25  # length of the noise that turns a passage into a question about it
SPREAD = 0.65  # a passage's own part and the noise vary by this share
BLOCK = 50_000  # passages made at once
WORDS = 30_000  # different words in the texts
SECTION_WORDS = 70


class Corpus:
    """Vectors of a made-up collection of ``count`` passages. The same numbers always give the same vectors."""

    def __init__(self, count: int, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        topics = max(4, round(0.45 * count**0.5))  # 25 for the 3,000 passages of the shipped notes
        subjects = round(3.05 * topics)
        about = self._random.integers(topics, size=subjects)
        self._subjects = COMMON * self._draw(1) + TOPIC * self._draw(topics)[about] + SUBJECT * self._draw(subjects)

    def fill(self, vectors: Vectors) -> None:
        """Write unit vectors into an array, float32 [passages, DIMENSION], note after note."""
        for start in range(0, len(vectors), BLOCK):
            end = min(start + BLOCK, len(vectors))
            vectors[start:end] = self.notes(-(-(end - start) // NOTE_PASSAGES))[: end - start]

    def notes(self, count: int) -> Vectors:
        """Unit vectors of the passages of some new notes, NOTE_PASSAGES rows each."""
        about = self._random.integers(len(self._subjects), size=count)
        centres = self._subjects[about] + NOTE * self._draw(count)
        passages = self._draw(count * NOTE_PASSAGES) * self._lengths(count * NOTE_PASSAGES)
        return _unit(np.repeat(centres, NOTE_PASSAGES, axis=0) + PASSAGE * passages)

    def questions(self, vectors: Vectors, count: int) -> Vectors:
        """Unit vectors near ``count`` of the passages, float32 [count, DIMENSION], none of them a passage."""
        rows = np.sort(self._random.choice(len(vectors), count, replace=len(vectors) < count))
        return _unit(np.asarray(vectors[rows]) + QUESTION * self._draw(count) * self._lengths(count))

    def _draw(self, count: int) -> Vectors:
        """Random vectors of about unit length; half their variance lies in 31 dimensions, 90% in 160."""
        at = np.arange(DIMENSION)
        spread = np.sqrt((1 + at) ** -0.4 * np.exp(-at / 130))
        spread /= np.linalg.norm(spread)
        drawn = self._random.standard_normal((count, DIMENSION), dtype=np.float32)
        return np.asarray(drawn * spread, dtype=np.float32)

    def _lengths(self, count: int) -> Vectors:
        """Some passages keep to their subject and others do not: factors from 1 - SPREAD to 1 + SPREAD."""
        return self._random.uniform(1 - SPREAD, 1 + SPREAD, (count, 1)).astype(np.float32)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def write_notes(folder: Path, count: int, first: int = 0) -> None:
    """Write ``count`` notes of NOTE_PASSAGES sections each; words occur by Zipf's law, as in any language."""
    random = np.random.default_rng(first)
    often = 1.0 / np.arange(1, WORDS + 1)
    often /= often.sum()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        drawn = random.choice(WORDS, (NOTE_PASSAGES, SECTION_WORDS), p=often)
        sections = [f"## Section {at} of {number}\n\n{_prose(words)}" for at, words in enumerate(drawn)]
        text = f"---\ntitle: Note {number}\n---\n\n" + "\n\n".join(sections) + "\n"
        (folder / f"note-{number:06}.md").write_text(text, encoding="utf-8")


def _prose(words: Sequence[int]) -> str:
    return " ".join(f"word{word}" for word in words) + "."
