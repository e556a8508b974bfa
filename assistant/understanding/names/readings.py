"""What the words of a message may mean, and which readings of them together fit best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.retrieval.index.vocabulary import Vocabulary

BESIDE = 0.65  # of what is expected beside a word is what stands there in the notes, the rest is anything


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a typed word, in lower case, and the logarithm of how likely it is."""

    text: str  # several words where one was typed for them: "learning rate" for "learningrate"
    score: float


@dataclass(frozen=True, slots=True)
class _Path:
    """Readings of the words up to one of them, from the last to the first."""

    score: float
    reading: Reading
    before: _Path | None = None


def best_readings(
    options: Sequence[Sequence[Reading]], beside: Sequence[bool], vocabulary: Vocabulary
) -> list[Reading]:
    """One reading for each word, such that all together fit best (Viterbi).

    ``beside`` says of each two neighbours whether nothing but a space or a hyphen stands between them.
    """
    paths = [_Path(reading.score, reading) for reading in options[0]]
    for readings, adjoins in zip(options[1:], beside, strict=True):
        sure = len(readings) == len(paths) == 1  # nothing to decide here
        longer = []
        for reading in readings:
            weights = [
                path.score + (_together(path, reading, vocabulary) if adjoins and not sure else 0.0) for path in paths
            ]
            best = max(range(len(paths)), key=weights.__getitem__)
            longer.append(_Path(weights[best] + reading.score, reading, paths[best]))
        paths = longer
    chosen: list[Reading] = []
    path: _Path | None = max(paths, key=lambda path: path.score)
    while path:
        chosen.append(path.reading)
        path = path.before
    return chosen[::-1]


def _together(path: _Path, reading: Reading, vocabulary: Vocabulary) -> float:
    first, second = path.reading.text.rsplit(" ", 1)[-1], reading.text.split(" ", 1)[0]
    return math.log(1 - BESIDE + BESIDE * vocabulary.lift(first, second))
