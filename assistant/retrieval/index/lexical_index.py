"""BM25 over the passages: finds the exact words that an embedding blurs, such as names, options and error texts."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import Stemmer

from assistant.core.records import Passage
from assistant.retrieval.embedding.passage_encoder import whole_text

if TYPE_CHECKING:
    import bm25s


@dataclass(frozen=True)
class LexicalIndex:
    """BM25 (Robertson and Zaragoza 2009) with English stop words and Snowball stems, by bm25s."""

    _scorer: bm25s.BM25 | None  # None when no passage holds a word
    _count: int
    _stems: Mapping[Passage, list[str]]  # of each passage, for the next index

    @classmethod
    def of(cls, passages: Sequence[Passage], before: LexicalIndex | None = None) -> LexicalIndex:
        """The index of some passages, in memory: 1,500 take about a quarter of a second.

        The words of passages that ``before`` holds are taken from there.
        """
        known = before._stems if before else {}
        fresh = [passage for passage in passages if passage not in known]
        made = dict(zip(fresh, stems_of([whole_text(passage) for passage in fresh]), strict=True))
        stems = {passage: known[passage] if passage in known else made[passage] for passage in passages}
        if not any(stems.values()):
            return cls(None, len(passages), stems)
        scorer = _bm25s().BM25()
        scorer.index([stems[passage] for passage in passages], show_progress=False)
        return cls(scorer, len(passages), stems)

    def beside(self, frequency: Callable[[str], int], count: int) -> LexicalIndex:
        """The same index with each word weighed as if both collections were one.

        In a handful of passages every word is frequent, so their scores would be too low to compare with those of the
        other collection: ``count`` passages, ``frequency(stem)`` of which hold a stem. Only the inverse document
        frequencies change, not the lengths.
        """
        if self._scorer is None:
            return self
        ends = np.asarray(self._scorer.scores["indptr"], dtype=np.int64)  # of the columns, which are words
        own = ends[1:] - ends[:-1]
        ratios = np.ones(len(own), dtype=np.float32)
        for term, at in self._scorer.vocab_dict.items():
            if at < len(own):  # bm25s adds an empty word at the end
                together = int(own[at]) + frequency(term)
                ratios[at] = _weight(together, self._count + count) / _weight(int(own[at]), self._count)
        scorer = copy(self._scorer)
        scorer.scores = {**scorer.scores, "data": scorer.scores["data"] * np.repeat(ratios, own)}
        return LexicalIndex(scorer, self._count, self._stems)

    def frequency(self, stem: str) -> int:
        """In how many passages a stem occurs."""
        at = self._scorer.vocab_dict.get(stem) if self._scorer else None
        ends = self._scorer.scores["indptr"] if self._scorer else ()  # a column of scores for each word
        return int(ends[at + 1] - ends[at]) if at is not None and at + 1 < len(ends) else 0

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """The BM25 score of every passage, float32 [passages]; all zero when no word of the query is known."""
        known = self._scorer.vocab_dict if self._scorer else {}
        terms = [term for term in stems_of([query])[0] if term in known]
        if self._scorer is None or not terms:
            return np.zeros(self._count, dtype=np.float32)
        return np.asarray(self._scorer.get_scores(terms), dtype=np.float32)

    def rarity(self, stem: str) -> float:
        """Inverse document frequency of a stem among the passages, scaled: 0 in every passage, 1 in none."""
        return rarity_among(self.frequency(stem), self._count)


def rarity_among(frequency: int, count: int) -> float:
    """Rarity of a word that ``frequency`` of ``count`` passages hold: see ``LexicalIndex.rarity``."""
    return 1.0 - math.log(max(1, frequency)) / math.log(max(2, count))


def _weight(passages: int, of: int) -> float:
    """BM25's inverse document frequency in the form that Lucene and bm25s use: always above zero."""
    return math.log(1 + (of - passages + 0.5) / (passages + 0.5))


def stems_of(texts: list[str]) -> list[list[str]]:
    """The stems of the words of each text, in their order, stop words left out."""
    # A stemmer of its own for each call: the C object must not be shared by threads.
    stemmer = Stemmer.Stemmer("english")
    terms: list[list[str]] = _bm25s().tokenize(
        texts, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
    )
    return terms


@cache
def _bm25s() -> Any:
    """The library. It brings SciPy, which takes a fifth of a second that the first page need not wait."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets its own level to DEBUG and prints
    return bm25s
