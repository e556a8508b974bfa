"""Learns what questions of the notes' field are like, from learners' questions and from those of other fields."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from assistant.core.errors import AssistantError
from assistant.core.vectors import Embedder
from assistant.retrieval.query.contrast import contrast_questions
from assistant.retrieval.query.field_of_study import FieldOfStudy

QUESTIONS = Path(__file__).with_name("gold") / "field.jsonl"  # written blind; none is among the labelled questions


def fit_field(embedder: Embedder, file: Path = QUESTIONS) -> FieldOfStudy:
    """A logistic regression on the vectors, both kinds weighted equally. Takes half a minute.

    Raises AssistantError when the file cannot be read.
    """
    from sklearn.linear_model import LogisticRegression  # takes a second to import; only fitting needs it

    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        inside = [str(row["q"]) for row in rows if row["field"]]
        outside = [str(row["q"]) for row in rows if not row["field"]] + contrast_questions()
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise AssistantError(f"The questions of the field {file} cannot be read: {fault}.") from None
    vectors = embedder.embed([*inside, *outside])
    kinds = np.repeat([1, 0], [len(inside), len(outside)])
    learned = LogisticRegression(class_weight="balanced", max_iter=500).fit(vectors, kinds)
    weights = np.asarray(learned.coef_[0], dtype=np.float32)
    return FieldOfStudy(embedder.identity, weights, float(learned.intercept_[0]))
