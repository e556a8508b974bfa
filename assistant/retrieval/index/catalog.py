"""Everything that one question is answered from: the indexes over the same passages, as the retriever sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.core.records import Passage
from assistant.core.vectors import Vectors
from assistant.retrieval.index.abbreviations import Abbreviations
from assistant.retrieval.index.asked_questions import AskedQuestions
from assistant.retrieval.index.definitions import Definitions
from assistant.retrieval.index.vocabulary import Vocabulary

Scores = npt.NDArray[np.float32]  # [passages]


class Dense(Protocol):
    """Passages and their vectors, such as ``Index``."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, row by row."""

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest passages: (row, cosine), best first."""

    def vector(self, row: int) -> Vectors:
        """The unit vector of a passage."""


class Lexical(Protocol):
    """Scores by words, such as ``LexicalIndex``."""

    def scores(self, query: str) -> Scores:
        """The score of every passage."""

    def frequency(self, stem: str) -> int:
        """In how many passages a stem occurs."""

    def rarity(self, stem: str) -> float:
        """How rare a stem is: 0 in every passage, 1 in none."""


@dataclass(frozen=True)
class Catalog:
    """Both indexes over the same passages, what these abbreviate and define, and their words: all that answers."""

    index: Dense
    lexical: Lexical
    abbreviations: Abbreviations = field(default_factory=Abbreviations)
    definitions: Definitions = field(default_factory=Definitions)
    asked: AskedQuestions = field(default_factory=AskedQuestions)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
