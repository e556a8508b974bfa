"""How likely is it that the notes support a sentence? A logistic model over signs, its weights learned from labels."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import Path

from assistant.core.logistic import LogisticModel
from assistant.grounding.support_features import SupportFeatures

MODEL = Path(__file__).with_name("support_model.json")  # written by `python -m assistant evaluate --support --fit`


class SupportModel(LogisticModel):
    """Weights of the signs, and the support from which on a sentence is shown as supported."""

    __slots__ = ()

    def support(self, signs: SupportFeatures) -> float:
        """Probability, 0 to 1, that the stretch supports the sentence."""
        return self.probability(asdict(signs))

    def supports(self, support: float) -> bool:
        """Whether the sentence may be shown as supported."""
        return self.says_yes(support)


@cache
def shipped_support() -> SupportModel:
    """The model that was learned from the labelled sentences."""
    return SupportModel.read(MODEL)
