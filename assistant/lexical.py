"""BM25 over the passages: finds the exact words that an embedding blurs, such as names, options and error texts."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from assistant.encoder import whole_text
from assistant.records import Passage

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets its own level to DEBUG and prints


@dataclass(frozen=True)
class LexicalIndex:
    """BM25 (Robertson and Zaragoza 2009) with English stop words and Snowball stems, by bm25s."""

    _scorer: bm25s.BM25 | None  # None when no passage holds a word
    _count: int

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> LexicalIndex:
        """The index of some passages, in memory: 1,500 take about a quarter of a second."""
        terms = _terms([whole_text(passage) for passage in passages])
        if not any(terms):
            return cls(None, len(passages))
        scorer = bm25s.BM25()
        scorer.index(terms, show_progress=False)
        return cls(scorer, len(passages))

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """The BM25 score of every passage, float32 [passages]; all zero when no word of the query is known."""
        known = self._scorer.vocab_dict if self._scorer else {}
        terms = [term for term in _terms([query])[0] if term in known]
        if self._scorer is None or not terms:
            return np.zeros(self._count, dtype=np.float32)
        return np.asarray(self._scorer.get_scores(terms), dtype=np.float32)

    def rarity(self, stem: str) -> float:
        """Inverse document frequency of a stem among the passages, scaled: 0 in every passage, 1 in none."""
        row = self._scorer.vocab_dict.get(stem) if self._scorer else None
        if self._scorer is None or row is None:
            return 1.0
        starts = self._scorer.scores["indptr"]  # of a column of scores for each term: one for a passage that holds it
        return 1.0 - math.log(max(1, int(starts[row + 1] - starts[row]))) / math.log(max(2, self._count))


def _terms(texts: list[str]) -> list[list[str]]:
    # A stemmer of its own for each call: the C object must not be shared by threads.
    stemmer = Stemmer.Stemmer("english")
    terms: list[list[str]] = bm25s.tokenize(
        texts, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
    )
    return terms
