"""Two catalogs searched as one: the shared notes and a visitor's own, without a copy of the shared vectors."""

from __future__ import annotations

from heapq import merge
from itertools import islice

import numpy as np

from assistant.core.records import Passage
from assistant.core.vectors import Vectors
from assistant.retrieval.index.catalog import Catalog, Dense, Lexical, Scores
from assistant.retrieval.index.lexical_index import rarity_among


class JoinedIndex:
    """The rows of one index, followed by those of another."""

    def __init__(self, first: Dense, second: Dense) -> None:
        self._first, self._second = first, second
        self._shift = len(first.passages)
        self._passages = (*first.passages, *second.passages)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Every passage, row by row."""
        return self._passages

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest passages of both: (row, cosine), best first."""
        first = self._first.search(query, count)
        second = [(self._shift + row, cosine) for row, cosine in self._second.search(query, count)]
        return list(islice(merge(first, second, key=lambda found: -found[1]), count))

    def vector(self, row: int) -> Vectors:
        """The unit vector of a passage."""
        return self._first.vector(row) if row < self._shift else self._second.vector(row - self._shift)


class JoinedLexical:
    """The scores of one lexical index, followed by those of another whose words weigh the same."""

    def __init__(self, first: Lexical, second: Lexical, count: int) -> None:
        """``count`` passages are in both together."""
        self._first, self._second, self._count = first, second, count

    def scores(self, query: str) -> Scores:
        """Scores of every passage, float32 [passages of both]."""
        return np.concatenate([self._first.scores(query), self._second.scores(query)])

    def frequency(self, stem: str) -> int:
        """In how many passages of both a stem occurs."""
        return self._first.frequency(stem) + self._second.frequency(stem)

    def rarity(self, stem: str) -> float:
        """How rare a stem is among the passages of both."""
        return rarity_among(self.frequency(stem), self._count)


def joined(first: Catalog, second: Catalog) -> Catalog:
    """Both catalogs as one. The BM25 scores of ``second`` must be comparable: see ``LexicalIndex.beside``."""
    index = JoinedIndex(first.index, second.index)
    lexical = JoinedLexical(first.lexical, second.lexical, len(index.passages))
    abbreviations = first.abbreviations.beside(second.abbreviations)
    definitions = first.definitions.beside(second.definitions, len(first.index.passages))
    vocabulary = first.vocabulary.beside(second.vocabulary)
    return Catalog(index, lexical, abbreviations, definitions, first.asked, vocabulary)  # nobody asked about the second
