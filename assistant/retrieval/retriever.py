"""A question becomes the passages that answer it, or the knowledge that the notes do not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
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
LEXICAL_WEIGHT = 0.1  # of the BM25 score, relative to the relevance; see `python -m assistant evaluate`
LEXICAL_WEIGHT_OF_ERRORS = 0.3  # their exact words say more than what they are near to
ASKED_WEIGHT = 0.5  # of the nearest question that learners asked, in place of the passage's own cosine
# What the cosine of a passage lets expect of that of its nearest question: for passages that nobody asked about.
EXPECTED_SLOPE, EXPECTED_BASE = 0.63, 0.10
READ_FOR_WORDS = 3  # nearest passages in which the words of the question are looked for
ASKING = set(chain.from_iterable(stems_of(["what explain define describe definition meaning mean"])))
TOO_ALIKE = 0.93  # cosine above which a passage repeats one already chosen

Found = list[tuple[int, float]]  # rows with their cosines, best first


@dataclass(frozen=True, slots=True)
class _Searched:
    """What the searches found for a query."""

    vector: Vectors  # of the query
    nearest: Found
    asked: Vectors  # [passages], cosine of the nearest question that learners asked about each; NaN without one
    lexical: Scores


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

    def find(
        self, catalog: Catalog, question: str, count: int = 3, lexical_weight: float = LEXICAL_WEIGHT
    ) -> Retrieval:
        """The ``count`` best passages of the catalog for a question that stands alone, and whether they answer it."""
        query = as_in_notes(question, catalog.lexical.frequency)
        if not catalog.index.passages:
            return Retrieval(question, query, (), covered=False, confidence=0.0)
        searched = self._search(catalog, query)
        defining = catalog.definitions.defining(query)
        others = [*best_rows(searched.lexical, CANDIDATES), *best_rows(searched.asked, CANDIDATES), *defining]
        cosines = self._candidates(catalog.index, searched.vector, searched.nearest, others)
        relevant = {row: relevance(cosine, float(searched.asked[row])) for row, cosine in cosines.items()}
        chosen = self._diverse(
            catalog.index, definition_first(fuse(relevant, searched.lexical, lexical_weight), defining), count
        )
        hits = tuple(
            Hit(
                rank,
                round(relevant[row], 4),
                catalog.index.passages[row],
                catalog.asked.votes(searched.vector, row),
            )
            for rank, row in enumerate(chosen, start=1)
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

    def _search(self, catalog: Catalog, query: str) -> _Searched:
        vector = self._embed([query])[0]
        asked = catalog.asked.nearest(vector, len(catalog.index.passages))
        return _Searched(vector, catalog.index.search(vector, CANDIDATES), asked, catalog.lexical.scores(query))

    def _evidence(self, catalog: Catalog, query: str, searched: _Searched) -> Evidence:
        """From what was ``searched``; a query with abbreviations is searched again with them spelled out."""
        spelled = catalog.abbreviations.spelled_out(query)
        found_for = searched if spelled == query else self._search(catalog, spelled)
        vector, nearest, lexical = found_for.vector, found_for.nearest, found_for.lexical
        cosines = np.array([cosine for _, cosine in nearest], dtype=np.float32)
        near = [whole_text(catalog.index.passages[row]) for row, _ in nearest[:READ_FOR_WORDS]]
        asked, *held = stems_of([spelled, *near])
        words = Words.of(asked, chain.from_iterable(held), catalog.lexical.frequency, catalog.lexical.rarity)
        rows = [row for row, _ in nearest[:READ_FOR_WORDS]] + best_rows(lexical, READ_FOR_WORDS)
        subject = bool(catalog.definitions.defining(query))
        subject = subject or is_subject(query, [catalog.index.passages[row] for row in rows])
        found = [catalog.index.vector(row) for row, _ in nearest[:READ_FOR_WORDS]]
        field = self._field.score(vector, np.array(found)) if self._field else UNKNOWN
        asked_about = max(expected(float(cosines[0])), float(np.nanmax(found_for.asked, initial=-1.0)))
        contrasts = self._contrast @ vector
        return Evidence.of(cosines, contrasts, lexical, words, asked=asked_about, field=field, is_subject=subject)

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


def relevance(cosine: float, asked: float) -> float:
    """How near a question is to a passage and to what learners ask about it.

    ``cosine`` is that of the passage, ``asked`` that of the nearest of their questions, NaN where nobody asked: then
    what the passage's own lets expect.
    """
    nearest = expected(cosine) if math.isnan(asked) else asked
    return (1 - ASKED_WEIGHT) * cosine + ASKED_WEIGHT * nearest


def expected(cosine: float) -> float:
    """The cosine of the nearest question about a passage that the passage's own cosine lets expect."""
    return EXPECTED_SLOPE * cosine + EXPECTED_BASE


def is_subject(query: str, passages: Sequence[Passage]) -> bool:
    """Whether a question asks for nothing but a subject that one of the passages' notes names as its own.

    "What is Adam?" comes nearer to questions about the name than to any passage. Who asks it here means the optimizer.
    """
    names = sorted({name for passage in passages for name in (passage.title, *passage.topics)})
    asked, *subjects = (set(stems) - ASKING for stems in stems_of([query, *names]))
    return bool(asked) and asked in subjects


def fuse(dense: dict[int, float], lexical: Scores, weight: float = LEXICAL_WEIGHT) -> list[int]:
    """Rows ordered by relevance plus weighted BM25, the latter scaled to the best BM25 score among all passages."""
    best = float(lexical.max(initial=0.0))
    scale = weight / best if best > 0 else 0.0
    return sorted(dense, key=lambda row: (-(dense[row] + scale * float(lexical[row])), row))


def definition_first(ranked: Sequence[int], defining: Sequence[int]) -> list[int]:
    """The ranking, with the best of the sections that are there to define what is asked in front.

    "What is recall?" is nearer to sections that use the word more often than to the one that says what it is.
    """
    best = next((row for row in ranked if row in defining), None)
    return list(ranked) if best is None else [best, *(row for row in ranked if row != best)]


def best_rows(scores: Scores, count: int) -> list[int]:
    """The rows with the highest scores above zero, at most ``count``, best first."""
    rows = np.flatnonzero(scores > 0)  # NaN is not
    if len(rows) > count:  # sorting them all would take longer than the search when there are many
        rows = rows[np.argpartition(-scores[rows], count)[:count]]
    return [int(row) for row in rows[np.lexsort((rows, -scores[rows]))]]
