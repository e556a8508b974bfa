"""Measures of ranked passages and of the coverage decision."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assistant.lab.evaluation.gold import Fact


def recall_at(ranks: Sequence[bool], count: int) -> float:
    """1 when one of the first ``count`` passages answers, else 0 (hit rate: one answering section is enough)."""
    return float(any(ranks[:count]))


def reciprocal_rank(ranks: Sequence[bool]) -> float:
    """One over the rank of the first passage that answers; 0 when none does."""
    return next((1.0 / rank for rank, answers in enumerate(ranks, start=1) if answers), 0.0)


def ndcg_at(ranks: Sequence[bool], relevant: int, count: int = 10) -> float:
    """Normalized discounted cumulative gain with binary gains (Järvelin and Kekäläinen 2002)."""
    gain = sum(1.0 / math.log2(rank + 1) for rank, answers in enumerate(ranks[:count], start=1) if answers)
    best = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(relevant, count) + 1))
    return gain / best if best else 0.0


def all_facts(facts: Sequence[Fact], texts: Sequence[str]) -> bool:
    """Whether the texts together state every fact."""
    return all(any(fact.stated_in(text) for text in texts) for fact in facts)


def auc(scores: npt.NDArray[np.float64], covered: npt.NDArray[np.bool_]) -> float:
    """Probability that a covered question scores higher than an off-topic one, ties counting half."""
    good, bad = scores[covered], scores[~covered]
    if not len(good) or not len(bad):
        return float("nan")
    higher = (good[:, None] > bad[None, :]).mean()
    equal = (good[:, None] == bad[None, :]).mean()
    return float(higher + equal / 2)


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; not a number for no values."""
    return sum(values) / len(values) if values else float("nan")
