"""Learns from the tuning half of the labelled sentences when the notes support a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

import numpy as np
import numpy.typing as npt

from assistant.core.errors import AssistantError
from assistant.grounding.support_features import SupportFeatures
from assistant.grounding.support_model import SupportModel
from assistant.lab.evaluation.support import Judged

PRECISION = 0.95  # on the tuning half, of the sentences shown as supported: it sets the threshold
ROUNDS = 8
FOLDS = 8
RIDGE = 1.0  # strength of the penalty on standardized weights
AGAINST = (
    "novel",
    "names",
    "numbers",
    "differing",
    "flips",
    "swapped",
    "crossed",
    "replaced",
    "absolutes",
    "span",
    "brevity",
)

Matrix = npt.NDArray[np.float64]
NAMES = tuple(field.name for field in fields(SupportFeatures))


def fit_support(judged: Sequence[Judged]) -> SupportModel:
    """A logistic regression whose weights cannot have the wrong sign, and the threshold that PRECISION asks for.

    A sentence is judged by the stretch of the notes that speaks most for it, which depends on the weights: so stretch
    and weights are found in turn (multiple-instance learning as in Andrews, Tsochantaridis and Hofmann 2002). The
    threshold is read off sentences whose evidence group was held out.

    Raises AssistantError when supported or other sentences are missing.
    """
    usable = [one for one in judged if one.compared]
    truth = np.array([one.labelled.label == "supported" for one in usable])
    if truth.all() or not truth.any():
        raise AssistantError("To learn what is supported, the sentences must hold supported ones and others.")
    bags = [np.array([[asdict(one.signs)[name] for name in NAMES] for one in each.compared]) for each in usable]
    weights, bias = _learn(bags, truth)
    held_out = np.zeros(len(usable))
    groups = sorted({one.labelled.group for one in usable})
    for fold in range(FOLDS):
        inside = np.array([groups.index(one.labelled.group) % FOLDS == fold for one in usable])
        if inside.any() and truth[~inside].any() and not truth[~inside].all():
            part = _learn([bag for bag, away in zip(bags, inside, strict=True) if not away], truth[~inside])
            for at in np.flatnonzero(inside):
                held_out[at] = _probability(bags[at] @ part[0] + part[1]).max()
    return SupportModel(
        bias=round(bias, 4),
        weights={name: round(float(weight), 4) for name, weight in zip(NAMES, weights, strict=True)},
        threshold=round(_threshold(held_out, truth), 4),
    )


def _learn(bags: Sequence[Matrix], truth: npt.NDArray[np.bool_]) -> tuple[Matrix, float]:
    everything = np.concatenate(bags)
    spread = np.maximum(everything.std(axis=0), 1e-3)
    weights: Matrix = np.array([-1.0 if name in AGAINST else 1.0 for name in NAMES]) / spread
    bias = 0.0
    for _ in range(ROUNDS):
        chosen = np.stack([bag[int(np.argmax(bag @ weights))] for bag in bags])
        weights, bias = _regress(chosen, truth, spread)
    return weights, bias


def _regress(seen: Matrix, truth: npt.NDArray[np.bool_], spread: Matrix) -> tuple[Matrix, float]:
    from scipy.optimize import minimize  # takes half a second to import; only fitting needs it

    mean = seen.mean(axis=0)
    inputs = np.hstack([(seen - mean) / spread, np.ones((len(seen), 1))])
    signs = np.where(truth, 1.0, -1.0)

    def loss(vector: Matrix) -> tuple[float, Matrix]:
        margins = signs * (inputs @ vector)
        penalty = np.append(vector[:-1], 0.0)
        slope = -(signs * _probability(-margins)) @ inputs + RIDGE * penalty
        return float(np.logaddexp(0.0, -margins).sum() + RIDGE / 2 * penalty @ penalty), slope

    bounds = [(None, 0.0) if name in AGAINST else (0.0, None) for name in NAMES] + [(None, None)]
    found = minimize(loss, np.zeros(len(NAMES) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights: Matrix = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def _threshold(scores: Matrix, truth: npt.NDArray[np.bool_]) -> float:
    """The lowest score from which on PRECISION of the sentences are supported; 1 when there is none."""
    keeping = [score for score in np.unique(scores) if truth[scores >= score].mean() >= PRECISION]
    return float(keeping[0]) if keeping else 1.0


def _probability(logits: Matrix) -> Matrix:
    probabilities: Matrix = 1.0 / (1.0 + np.exp(-np.clip(logits, -60, 60)))
    return probabilities
