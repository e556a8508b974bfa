"""Do the notes answer the question? A logistic model over what retrieval saw, its weights learned from labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.records import Hit

# Learned from the labelled questions by `python -m assistant evaluate --fit`; see the README's retrieval section.
WEIGHTS = {"bias": -6.0, "best": 10.0, "mean": 4.0, "lexical": 0.05}
THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features that the decision is made from."""

    best: float  # cosine of the best hit
    mean: float  # mean cosine of the hits
    lexical: float  # best BM25 score of a hit

    @classmethod
    def of(cls, query: str, hits: Sequence[Hit], dense: dict[int, float], lexical: npt.NDArray[np.float32]) -> Evidence:
        """Evidence from one retrieval."""
        scores = [hit.score for hit in hits]
        rows = sorted(dense, key=lambda row: -dense[row])[: len(hits)]
        return cls(max(scores), sum(scores) / len(scores), max((float(lexical[row]) for row in rows), default=0.0))


def confidence_of(evidence: Evidence) -> float:
    """Probability, 0 to 1, that the notes answer the question."""
    logit = WEIGHTS["bias"] + sum(WEIGHTS[name] * getattr(evidence, name) for name in ("best", "mean", "lexical"))
    return 1.0 / (1.0 + math.exp(-logit))


def is_covered(confidence: float) -> bool:
    """Whether the assistant may answer from the notes."""
    return confidence >= THRESHOLD
