"""Learns what questions of the notes' field are like, from the question book and from questions of other fields."""

from __future__ import annotations

import numpy as np

from assistant.core.vectors import Embedder
from assistant.lab.questions.book import Row, read_book
from assistant.retrieval.query.contrast import contrast_questions
from assistant.retrieval.query.field_of_study import FieldOfStudy

EVERY = 4  # of so many questions of the book one is taken: the others are like it


def fit_field(embedder: Embedder, book: tuple[Row, ...] | None = None) -> FieldOfStudy:
    """A logistic regression on the vectors, both kinds weighted equally. Takes a minute.

    Raises AssistantError when the book cannot be read.
    """
    from sklearn.linear_model import LogisticRegression  # takes a second to import; only fitting needs it

    inside = [row.question for row in (read_book() if book is None else book)[::EVERY]]
    outside = contrast_questions()
    vectors = embedder.embed([*inside, *outside])
    kinds = np.repeat([1, 0], [len(inside), len(outside)])
    learned = LogisticRegression(class_weight="balanced", max_iter=500).fit(vectors, kinds)
    weights = np.asarray(learned.coef_[0], dtype=np.float32)
    return FieldOfStudy(embedder.identity, weights, float(learned.intercept_[0]))
