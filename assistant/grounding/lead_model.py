"""How likely does a sentence of the notes belong into the answer? A small network, learned from answer plans."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.grounding.lead_features import Features

MODEL = Path(__file__).with_name("lead_model.json")  # written by `python -m assistant evaluate --fit`
# Of the likeliest sentence's probability, from which on another is worth quoting: of its section, and of others.
SHARE, SHARE_ELSEWHERE = 0.15, 0.5
FOR_LISTS = 0.5  # times as much is enough where a list is wanted

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LeadModel:
    """A perceptron with one hidden layer of rectified units (Rumelhart et al., 1986)."""

    names: tuple[str, ...]  # of the features, in their order
    hidden: tuple[Row, ...]  # [features][units]
    hidden_bias: Row  # [units]
    output: Row  # [units]
    output_bias: float
    threshold: float  # probability from which on a sentence is quoted in any case

    @classmethod
    def read(cls, file: Path = MODEL) -> LeadModel:
        """The model that ``write`` kept."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(
            tuple(kept["names"]),
            tuple(map(tuple, kept["hidden"])),
            tuple(kept["hidden_bias"]),
            tuple(kept["output"]),
            kept["output_bias"],
            kept["threshold"],
        )

    def write(self, file: Path = MODEL) -> None:
        """Keep the model."""
        file.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")

    def probabilities(self, rows: list[Features]) -> list[float]:
        """Between 0 and 1, for the features of each sentence."""
        if not rows:
            return []
        seen = np.array([[row[name] for name in self.names] for row in rows])
        units = np.maximum(seen @ np.array(self.hidden) + np.array(self.hidden_bias), 0.0)
        logits = units @ np.array(self.output) + self.output_bias
        return [float(value) for value in 1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0)))]

    def is_worth(self, probability: float, best: float, *, elsewhere: bool, is_list: bool) -> bool:
        """Whether a sentence is quoted beside the likeliest one; ``elsewhere``: from another section."""
        share = (SHARE_ELSEWHERE if elsewhere else SHARE) * (FOR_LISTS if is_list else 1.0)
        return probability >= self.threshold or probability >= share * best


@cache
def shipped_lead() -> LeadModel:
    """The model that was learned from the question book."""
    return LeadModel.read()
