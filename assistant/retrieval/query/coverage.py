"""Do the notes answer the question? A logistic model over what retrieval saw, its weights learned from labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.core.logistic import LogisticModel
from assistant.retrieval.query.field_of_study import UNKNOWN

MODEL = Path(__file__).with_name("coverage.json")  # written by `python -m assistant evaluate --fit`


@dataclass(frozen=True, slots=True)
class Words:
    """How the words of a question meet the notes."""

    shared: float
    unknown: float

    @classmethod
    def of(
        cls,
        asked: Sequence[str],
        near: Iterable[str],
        frequency: Callable[[str], int],
        rarity: Callable[[str], float],
    ) -> Words:
        """From the stems of the question and of the nearest passages, and how often a stem occurs in the notes.

        A question without words shares none, and all of it is unknown.
        """
        if not asked:
            return cls(0.0, 1.0)
        held = set(near)
        total = sum(rarity(stem) for stem in asked)
        shared = sum(rarity(stem) for stem in asked if stem in held)
        return cls(shared / max(total, 1e-6), sum(frequency(stem) == 0 for stem in asked) / len(asked))


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features that the decision is made from."""

    best: float  # cosine of the nearest passage
    near: float  # mean cosine of the ten nearest passages: a covered subject has several
    contrast: float  # cosine of the nearest off-topic question
    lexical: float  # BM25 score of the best passage
    shared: float  # share of the question's words, weighed by rarity, that the nearest passages hold
    unknown: float  # share of the question's words that no passage holds
    asked: float = 0.0  # cosine of the nearest question that learners asked about the notes, or what may be expected
    field: float = UNKNOWN  # log-odds that the question is of the field of the notes
    is_subject: bool = False  # it asks for nothing but a subject that a note names as its own: that decides alone

    @property
    def features(self) -> dict[str, float]:
        """What is weighed."""
        return {name: value for name, value in asdict(self).items() if name != "is_subject"}

    @classmethod
    def of(
        cls,
        cosines: npt.NDArray[np.float32],
        contrasts: npt.NDArray[np.float32],
        lexical: npt.NDArray[np.float32],
        words: Words,
        *,
        asked: float = 0.0,
        field: float = UNKNOWN,
        is_subject: bool = False,
    ) -> Evidence:
        """Evidence from the best cosines in falling order, those of the off-topic questions, BM25 scores and words."""
        return cls(
            best=float(cosines[0]),
            near=float(cosines[:10].mean()),
            contrast=float(contrasts.max(initial=0.0)),
            lexical=float(lexical.max(initial=0.0)),
            shared=words.shared,
            unknown=words.unknown,
            asked=asked,
            field=field,
            is_subject=is_subject,
        )


class CoverageModel(LogisticModel):
    """Weights of the evidence, and the confidence from which on a question counts as covered."""

    __slots__ = ()

    def confidence(self, evidence: Evidence) -> float:
        """Probability, 0 to 1, that the notes answer the question; enough to answer for a subject of the notes."""
        probability = self.probability(evidence.features)
        return max(probability, self.threshold) if evidence.is_subject else probability

    def covers(self, confidence: float) -> bool:
        """Whether the assistant may answer from the notes."""
        return self.says_yes(confidence)


@cache
def shipped_model() -> CoverageModel:
    """The model that was learned from the labelled questions."""
    return CoverageModel.read(MODEL)
