"""Learns the coverage decision from the tuning half of the labelled questions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assistant.core.errors import AssistantError
from assistant.lab.evaluation.gold import Question
from assistant.retrieval.query.coverage import CoverageModel, Evidence

REFUSED_COVERED = 0.015  # share of covered tuning questions that may be refused: it sets the threshold


def fit_coverage(evidence: Sequence[Evidence], questions: Sequence[Question]) -> CoverageModel:
    """A logistic regression on the evidence, classes weighted equally, and the threshold that REFUSED_COVERED asks for.

    Raises AssistantError when one of the two kinds of question is missing.
    """
    from sklearn.linear_model import LogisticRegression  # takes a second to import; only fitting needs it

    names = list(evidence[0].features)
    seen = np.array([[one.features[name] for name in names] for one in evidence])
    covered = np.array([question.covered for question in questions])
    if covered.all() or not covered.any():
        raise AssistantError("To learn what is covered, the questions must hold covered and off-topic ones.")
    mean, spread = seen.mean(axis=0), seen.std(axis=0)
    spread[spread == 0] = 1.0  # what never varies, such as a field that is not known, decides nothing
    learned = LogisticRegression(class_weight="balanced").fit((seen - mean) / spread, covered)
    weights = learned.coef_[0] / spread
    model = CoverageModel(
        bias=round(float(learned.intercept_[0] - (weights * mean).sum()), 4),
        weights={name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
        threshold=0.5,
    )
    scores = [model.confidence(one) for one, is_covered in zip(evidence, covered, strict=True) if is_covered]
    threshold = math.floor(float(np.quantile(scores, REFUSED_COVERED)) * 10_000) / 10_000  # up would refuse one more
    return CoverageModel(model.bias, model.weights, threshold)
