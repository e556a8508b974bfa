"""What the notes do not cover: questions of other fields that a new question is compared with.

A question about a transformer station shares words with the notes and can come quite near to them; it comes nearer
still to other questions about electricity. Knowing both sides tells near misses apart better than a bare threshold.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import numpy as np

from assistant.core.arrays import UNREADABLE
from assistant.core.errors import IndexingError
from assistant.core.vectors import Embedder, Vectors

QUESTIONS = Path(__file__).with_name("offtopic.txt")
SHIPPED = Path(__file__).with_name("offtopic.npz")  # their vectors, so that no start need embed them
log = logging.getLogger(__name__)


def load_contrast(embedder: Embedder) -> Vectors:
    """Unit vectors of the off-topic questions, float32 [questions, dimension]: shipped, or else embedded now."""
    questions = contrast_questions()
    try:
        with np.load(SHIPPED, allow_pickle=False) as arrays:
            if str(arrays["made_from"]) == _made_from(embedder, questions):
                vectors = arrays["vectors"].astype(np.float32)
                return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
    except UNREADABLE as fault:
        log.warning("shipped vectors of the off-topic questions ignored: %s", fault)
    return embedder.embed(questions)


def write_contrast(embedder: Embedder) -> int:
    """Embed the off-topic questions and write their vectors beside them; the number of questions."""
    questions = contrast_questions()
    vectors = embedder.embed(questions).astype(np.float16)
    try:
        np.savez(SHIPPED, made_from=np.array(_made_from(embedder, questions)), vectors=vectors)
    except OSError as fault:
        raise IndexingError(f"Vectors cannot be written to {SHIPPED}: {fault.strerror}.") from None
    return len(questions)


def contrast_questions() -> list[str]:
    """The off-topic questions."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _made_from(embedder: Embedder, questions: list[str]) -> str:
    return f"{embedder.identity}/{hashlib.sha256(chr(10).join(questions).encode()).hexdigest()}"
