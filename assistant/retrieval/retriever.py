"""A question becomes the passages that answer it, or the knowledge that the notes do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from itertools import chain

import numpy as np

from assistant.core.records import Hit, Passage, Retrieval
from assistant.core.vectors import Embed, Embedder, Vectors
from assistant.retrieval.embedding.cache import CachedEmbedder
from assistant.retrieval.embedding.passage_encoder import whole_text
from assistant.retrieval.index.catalog import Catalog, Dense, Scores
from assistant.retrieval.index.lexical_index import stems_of
from assistant.retrieval.query.coverage import CoverageModel, Evidence, Words
from assistant.retrieval.query.field_of_study import UNKNOWN, FieldOfStudy
from assistant.retrieval.query.spelling import as_in_notes

CANDIDATES = 50  # looked at by both searches before the best are chosen
LEXICAL_WEIGHT = 0.3  # of the BM25 score, relative to the cosine; see `python -m assistant evaluate`
READ_FOR_WORDS = 3  # nearest passages in which the words of the question are looked for
ASKING = set(chain.from_iterable(stems_of(["what explain define describe definition meaning mean"])))
TOO_ALIKE = 0.93  # cosine above which a passage repeats one already chosen

Found = list[tuple[int, float]]  # rows with their cosines, best first
Searched = tuple[Vectors, Found, Scores]  # the vector of a query, and what both searches found


class Retriever:
    """Hybrid search: cosine of MiniLM vectors through FAISS, fused with BM25."""

    def __init__(
        self, embedder: Embedder, contrast: Vectors, model: CoverageModel, field: FieldOfStudy | None = None
    ) -> None:
        """``contrast`` holds unit vectors of off-topic questions; ``model`` decides whether the notes answer, also by
        whether the question is of their ``field``, where that is known.
        """
        self._embed: Embed = embedder.embed
        self._contrast = contrast
        self._model = model
        self._field = field

    def remembering(self) -> Retriever:
        """The same retriever, which embeds a text again only when many others came in between.

        A question is compared with the sentences that were found for it, and visitors ask what others have asked.
        """
        other = copy(self)
        other._embed = CachedEmbedder(self._embed)
        return other

    def find(self, catalog: Catalog, question: str, count: int = 3) -> Retrieval:
        """The ``count`` best passages of the catalog for a question, and whether they answer it."""
        query = as_in_notes(question, catalog.lexical.frequency)
        if not catalog.index.passages:
            return Retrieval(question, query, (), covered=False, confidence=0.0)
        vector, nearest, lexical = searched = self._search(catalog, query)
        defining = catalog.definitions.defining(query)
        cosines = self._candidates(catalog.index, vector, nearest, [*best_rows(lexical, CANDIDATES), *defining])
        chosen = self._diverse(catalog.index, definition_first(fuse(cosines, lexical), defining), count)
        hits = tuple(
            Hit(rank, round(cosines[row], 4), catalog.index.passages[row]) for rank, row in enumerate(chosen, start=1)
        )
        confidence = self._model.confidence(self._evidence(catalog, query, searched))
        return Retrieval(question, query, hits, self._model.covers(confidence), round(confidence, 4))

    def evidence(self, catalog: Catalog, question: str) -> Evidence:
        """What the coverage decision sees of a question; the catalog must hold a passage."""
        query = as_in_notes(question, catalog.lexical.frequency)
        return self._evidence(catalog, query, self._search(catalog, query))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, for those who compare sentences after retrieval."""
        return self._embed(texts)

    def _search(self, catalog: Catalog, query: str) -> Searched:
        vector = self._embed([query])[0]
        return vector, catalog.index.search(vector, CANDIDATES), catalog.lexical.scores(query)

    def _evidence(self, catalog: Catalog, query: str, searched: Searched) -> Evidence:
        """From what was ``searched``; a query with abbreviations is searched again with them spelled out."""
        spelled = catalog.abbreviations.spelled_out(query)
        vector, nearest, lexical = searched if spelled == query else self._search(catalog, spelled)
        cosines = np.array([cosine for _, cosine in nearest], dtype=np.float32)
        near = [whole_text(catalog.index.passages[row]) for row, _ in nearest[:READ_FOR_WORDS]]
        asked, *held = stems_of([spelled, *near])
        words = Words.of(asked, chain.from_iterable(held), catalog.lexical.frequency, catalog.lexical.rarity)
        rows = [row for row, _ in nearest[:READ_FOR_WORDS]] + best_rows(lexical, READ_FOR_WORDS)
        subject = bool(catalog.definitions.defining(query))
        subject = subject or is_subject(query, [catalog.index.passages[row] for row in rows])
        found = [catalog.index.vector(row) for row, _ in nearest[:READ_FOR_WORDS]]
        field = self._field.score(vector, np.array(found)) if self._field else UNKNOWN
        return Evidence.of(cosines, self._contrast @ vector, lexical, words, field=field, is_subject=subject)

    def _candidates(self, index: Dense, vector: Vectors, nearest: Found, others: Iterable[int]) -> dict[int, float]:
        """Cosines of the nearest rows and of others that may be chosen."""
        cosines = dict(nearest)
        for row in others:
            if row not in cosines:
                cosines[row] = float(index.vector(row) @ vector)
        return cosines

    def _diverse(self, index: Dense, ranked: Sequence[int], count: int) -> list[int]:
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


def is_subject(query: str, passages: Sequence[Passage]) -> bool:
    """Whether a question asks for nothing but a subject that one of the passages' notes names as its own.

    "What is Adam?" comes nearer to questions about the name than to any passage. Who asks it here means the optimizer.
    """
    names = sorted({name for passage in passages for name in (passage.title, *passage.topics)})
    asked, *subjects = (set(stems) - ASKING for stems in stems_of([query, *names]))
    return bool(asked) and asked in subjects


def fuse(dense: dict[int, float], lexical: Scores) -> list[int]:
    """Rows ordered by cosine plus weighted BM25, the latter scaled to the best BM25 score among all passages."""
    best = float(lexical.max(initial=0.0))
    scale = LEXICAL_WEIGHT / best if best > 0 else 0.0
    return sorted(dense, key=lambda row: (-(dense[row] + scale * float(lexical[row])), row))


def definition_first(ranked: Sequence[int], defining: Sequence[int]) -> list[int]:
    """The ranking, with the best of the sections that are there to define what is asked in front.

    "What is recall?" is nearer to sections that use the word more often than to the one that says what it is.
    """
    best = next((row for row in ranked if row in defining), None)
    return list(ranked) if best is None else [best, *(row for row in ranked if row != best)]


def best_rows(scores: Scores, count: int) -> list[int]:
    """The rows with the highest scores above zero, at most ``count``, best first."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > count:  # sorting them all would take longer than the search when there are many
        rows = rows[np.argpartition(-scores[rows], count)[:count]]
    return [int(row) for row in rows[np.lexsort((rows, -scores[rows]))]]
