"""A logistic regression kept as JSON: weights by name, and the probability from which on its answer is yes."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Weights of named features, and the threshold of the decision."""

    bias: float
    weights: dict[str, float]
    threshold: float

    @classmethod
    def read(cls, file: Path) -> Self:
        """The model that ``write`` kept."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))

    def write(self, file: Path) -> None:
        """Keep the model."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    def probability(self, features: dict[str, float]) -> float:
        """Between 0 and 1. Features without a weight do not count."""
        logit = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, logit))))

    def says_yes(self, probability: float) -> bool:
        """Whether a probability reaches the threshold."""
        return probability >= self.threshold
