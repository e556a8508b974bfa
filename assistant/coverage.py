"""Do the notes answer the question? A logistic model over what retrieval saw, its weights learned from labels."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

MODEL = Path(__file__).with_name("coverage.json")  # written by `python -m assistant evaluate --fit`


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features that the decision is made from."""

    best: float  # cosine of the nearest passage
    near: float  # mean cosine of the ten nearest passages: a covered subject has several
    contrast: float  # cosine of the nearest off-topic question
    lexical: float  # BM25 score of the best passage

    @classmethod
    def of(
        cls, cosines: npt.NDArray[np.float32], contrasts: npt.NDArray[np.float32], lexical: npt.NDArray[np.float32]
    ) -> Evidence:
        """Evidence from the best cosines in falling order, the cosines of the off-topic questions and BM25 scores."""
        return cls(
            best=float(cosines[0]),
            near=float(cosines[:10].mean()),
            contrast=float(contrasts.max(initial=0.0)),
            lexical=float(lexical.max(initial=0.0)),
        )


@dataclass(frozen=True, slots=True)
class CoverageModel:
    """Weights of a logistic regression and the probability from which on a question counts as covered."""

    bias: float
    weights: dict[str, float]
    threshold: float

    def confidence(self, evidence: Evidence) -> float:
        """Probability, 0 to 1, that the notes answer the question."""
        values = asdict(evidence)
        logit = self.bias + sum(weight * values[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))

    def covers(self, confidence: float) -> bool:
        """Whether the assistant may answer from the notes."""
        return confidence >= self.threshold


@cache
def shipped_model() -> CoverageModel:
    """The model that was learned from the labelled questions."""
    return CoverageModel(**json.loads(MODEL.read_text(encoding="utf-8")))
