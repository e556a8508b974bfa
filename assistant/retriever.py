"""A question becomes the passages that answer it, or the knowledge that the notes do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.coverage import Evidence, confidence_of, is_covered
from assistant.embedder import Embedder, Vectors
from assistant.followup import standalone
from assistant.index import Index
from assistant.lexical import LexicalIndex
from assistant.records import Hit, Retrieval, Turn

CANDIDATES = 50  # looked at by both searches before the best are chosen
LEXICAL_WEIGHT = 0.25  # of the BM25 score, relative to the cosine; see `python -m assistant evaluate`
TOO_ALIKE = 0.93  # cosine above which a passage repeats one already chosen


@dataclass(frozen=True)
class Catalog:
    """Both indexes over the same passages: what one question is answered from."""

    index: Index
    lexical: LexicalIndex


class Retriever:
    """Hybrid search: cosine of MiniLM vectors through FAISS, fused with BM25."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def find(self, catalog: Catalog, question: str, history: Sequence[Turn] = (), count: int = 3) -> Retrieval:
        """The ``count`` best passages of the catalog for a question, and whether they answer it."""
        query = standalone(question, history)
        vector = self._embedder.embed([query])[0]
        dense = dict(catalog.index.search(vector, CANDIDATES))
        lexical = catalog.lexical.scores(query)
        for row in np.argsort(-lexical)[:CANDIDATES]:
            if lexical[row] > 0 and int(row) not in dense:
                dense[int(row)] = float(catalog.index.vector(int(row)) @ vector)
        if not dense:
            return Retrieval(question, query, (), covered=False, confidence=0.0)
        ranked = fuse(dense, lexical)
        chosen = self._diverse(catalog.index, ranked, count)
        hits = tuple(
            Hit(rank, round(dense[row], 4), catalog.index.passages[row]) for rank, row in enumerate(chosen, start=1)
        )
        evidence = Evidence.of(query, hits, dense, lexical)
        confidence = confidence_of(evidence)
        return Retrieval(question, query, hits, is_covered(confidence), round(confidence, 4))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, for those who compare sentences after retrieval."""
        return self._embedder.embed(texts)

    def _diverse(self, index: Index, ranked: Sequence[int], count: int) -> list[int]:
        """The first ``count`` rows that do not repeat one another."""
        chosen: list[int] = []
        vectors: list[Vectors] = []
        for row in ranked:
            vector = index.vector(row)
            if all(float(vector @ other) < TOO_ALIKE for other in vectors):
                chosen.append(row)
                vectors.append(vector)
            if len(chosen) == count:
                break
        return chosen


def fuse(dense: dict[int, float], lexical: npt.NDArray[np.float32]) -> list[int]:
    """Rows ordered by cosine plus weighted BM25, the latter scaled to the best BM25 score among all passages."""
    best = float(lexical.max(initial=0.0))
    scale = LEXICAL_WEIGHT / best if best > 0 else 0.0
    return sorted(dense, key=lambda row: (-(dense[row] + scale * float(lexical[row])), row))
