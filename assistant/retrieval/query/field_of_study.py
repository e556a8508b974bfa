"""Whether a question is one of the field that the notes are about, told from the question alone.

Questions about bread, dogs or quantum gates can come near to a note's words; what they are about differs. A logistic
regression on the packaged embedder's vectors, learned from learners' questions and from those of other fields, sees it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.core.arrays import UNREADABLE
from assistant.core.errors import IndexingError
from assistant.core.vectors import Vectors

SHIPPED = Path(__file__).with_name("field_of_study.npz")  # written by `python -m assistant evaluate --fit`
UNKNOWN = 3.0  # that of a usual question of the field: what is not known speaks for nothing
MOST = 4.0  # beyond, a question is no more of the field than others
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FieldOfStudy:
    """Weights of a unit vector, and the embedder that they belong to."""

    embedder: str
    weights: Vectors  # [dimension]
    bias: float

    def score(self, question: Vectors, found: Vectors) -> float:
        """Log-odds, -4 to 4, that a question is of the field; ``found`` holds the vectors of what it found.

        Where these are of another field, the notes are somebody's own, and the question's field says nothing.
        """
        if not len(found) or float((found @ self.weights).mean()) + self.bias < 0:
            return UNKNOWN
        return float(np.clip(question @ self.weights + self.bias, -MOST, MOST))

    def write(self, file: Path = SHIPPED) -> None:
        """Keep it. Raises IndexingError when the disk refuses."""
        try:
            np.savez(file, embedder=np.array(self.embedder), weights=self.weights, bias=np.float32(self.bias))
        except OSError as fault:
            raise IndexingError(f"The field of study cannot be written to {file}: {fault.strerror}.") from None


def load_field(embedder: str, file: Path = SHIPPED) -> FieldOfStudy | None:
    """What was learned for the embedder of this identity; None when there is nothing."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            known = FieldOfStudy(str(arrays["embedder"]), arrays["weights"].astype(np.float32), float(arrays["bias"]))
    except UNREADABLE as fault:
        log.warning("the field of study is not known: %s", fault)
        return None
    return known if known.embedder == embedder else None
