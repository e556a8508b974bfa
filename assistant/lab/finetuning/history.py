"""How a training went: the loss of each step, and what was measured on the notes held out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """Mean losses on held-out notes, in nats a token."""

    step: int  # steps done before
    answers: float  # of the answers to questions, given their prompts
    text: float  # of the notes' plain text

    def perplexities(self) -> dict[str, float]:
        """Each loss as a perplexity: the number of tokens that the model hesitates between."""
        return {"answers": math.exp(self.answers), "text": math.exp(self.text)}


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened until now."""

    losses: tuple[float, ...] = ()  # of each step, in nats a token
    measures: tuple[Measure, ...] = ()

    @property
    def step(self) -> int:
        """Steps done."""
        return len(self.losses)

    def stepped(self, loss: float) -> History:
        """One step later."""
        return replace(self, losses=(*self.losses, loss))

    def measured(self, answers: float, text: float) -> History:
        """With a measure at this step."""
        return replace(self, measures=(*self.measures, Measure(self.step, answers, text)))

    def measured_at(self, step: int) -> bool:
        """Whether there is a measure of this step."""
        return any(measure.step == step for measure in self.measures)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> History:
        """The history that ``dataclasses.asdict`` made a record of."""
        return cls(tuple(record["losses"]), tuple(Measure(**measure) for measure in record["measures"]))
