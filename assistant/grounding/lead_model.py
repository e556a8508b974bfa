"""How likely does a sentence of the notes belong into the answer? A logistic model, learned from answer plans."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from assistant.core.logistic import LogisticModel

MODEL = Path(__file__).with_name("lead_model.json")  # written by `python -m assistant evaluate --fit`
SHARE, SHARE_FOR_LISTS = 0.45, 0.25  # of the likeliest sentence's probability, from which on another is worth quoting


class LeadModel(LogisticModel):
    """Weights of the features of a sentence, and the probability from which on it is quoted in any case."""

    __slots__ = ()

    def is_worth(self, probability: float, best: float, *, is_list: bool) -> bool:
        """Whether a sentence is quoted beside the likeliest one."""
        return self.says_yes(probability) or probability >= (SHARE_FOR_LISTS if is_list else SHARE) * best


@cache
def shipped_lead() -> LeadModel:
    """The model that was learned from the question book."""
    return LeadModel.read(MODEL)
