"""How likely is it that the notes support a sentence? A logistic model over signs, its weights learned from labels."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from assistant.signs import Signs

MODEL = Path(__file__).with_name("support.json")  # written by `python -m assistant evaluate --support --fit`


@dataclass(frozen=True, slots=True)
class SupportModel:
    """Weights of a logistic regression and the probability from which on a sentence is shown as supported."""

    bias: float
    weights: dict[str, float]
    threshold: float

    def support(self, signs: Signs) -> float:
        """Probability, 0 to 1, that the stretch supports the sentence."""
        values = asdict(signs)
        logit = self.bias + sum(weight * values[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))

    def supports(self, support: float) -> bool:
        """Whether the sentence may be shown as supported."""
        return support >= self.threshold


@cache
def shipped_support() -> SupportModel:
    """The model that was learned from the labelled sentences."""
    return SupportModel(**json.loads(MODEL.read_text(encoding="utf-8")))
