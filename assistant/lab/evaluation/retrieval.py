"""Runs the labelled questions through the retriever's parts: dense, BM25 and hybrid, and the coverage decision."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.core.records import Passage
from assistant.lab.evaluation.gold import Question, searchable
from assistant.lab.evaluation.measures import all_facts, auc, mean, ndcg_at, recall_at, reciprocal_rank
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.query.coverage import CoverageModel, Evidence
from assistant.retrieval.retriever import Retriever, best_rows

DEPTH = 10


@dataclass(frozen=True, slots=True)
class Ranking:
    """Means over the covered questions of one half, for one way to search."""

    way: str
    questions: int
    recall_1: float
    recall_3: float
    recall_5: float
    mrr: float
    ndcg_10: float
    facts_3: float  # share whose needed facts all stand in the first three passages together
    facts_single: float  # share for which one of the three holds them all


@dataclass(frozen=True, slots=True)
class Decision:
    """The coverage decision on the questions of one half."""

    covered: int
    off_topic: int
    auc: float
    refused_off_topic: float
    refused_covered: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds of one whole search, embedding included."""

    p50: float
    p95: float


def rank_all(catalog: Catalog, retriever: Retriever, questions: Sequence[Question]) -> list[Ranking]:
    """The rankings of dense, BM25 and hybrid search over the covered questions."""
    covered = [question for question in questions if question.covered]
    rows = {id(passage): row for row, passage in enumerate(catalog.index.passages)}
    vectors = retriever.embed([question.text for question in covered])
    ways: dict[str, list[list[int]]] = {"dense": [], "bm25": [], "hybrid": []}
    for question, vector in zip(covered, vectors, strict=True):
        ways["dense"].append([row for row, _ in catalog.index.search(vector, DEPTH)])
        ways["bm25"].append(best_rows(catalog.lexical.scores(question.text), DEPTH))
        hits = retriever.find(catalog, question.text, count=DEPTH).hits
        ways["hybrid"].append([rows[id(hit.passage)] for hit in hits])
    return [_ranking(way, covered, found, catalog.index.passages) for way, found in ways.items()]


def decide_all(model: CoverageModel, evidence: Sequence[Evidence], questions: Sequence[Question]) -> Decision:
    """How well the model tells covered questions from off-topic ones."""
    scores = np.array([model.confidence(seen) for seen in evidence], dtype=np.float64)
    covered: npt.NDArray[np.bool_] = np.array([question.covered for question in questions], dtype=np.bool_)
    refused = scores < model.threshold
    return Decision(
        covered=int(covered.sum()),
        off_topic=int((~covered).sum()),
        auc=auc(scores, covered),
        refused_off_topic=float(refused[~covered].mean()),
        refused_covered=float(refused[covered].mean()),
    )


def time_all(catalog: Catalog, retriever: Retriever, questions: Sequence[Question]) -> Latency:
    """Seconds of each question's whole search."""
    seconds = []
    for question in questions:
        began = time.perf_counter()
        retriever.find(catalog, question.text)
        seconds.append(time.perf_counter() - began)
    return Latency(float(np.quantile(seconds, 0.5)), float(np.quantile(seconds, 0.95)))


def _ranking(
    way: str, questions: Sequence[Question], found: Sequence[list[int]], passages: Sequence[Passage]
) -> Ranking:
    labelled = [(q, rows) for q, rows in zip(questions, found, strict=True) if q.answers]
    ranks = [([passages[row].section in question.answers for row in rows], question) for question, rows in labelled]
    texts = [([searchable(passages[row]) for row in rows[:3]], q) for q, rows in zip(questions, found, strict=True)]
    return Ranking(
        way=way,
        questions=len(questions),
        recall_1=mean([recall_at(rank, 1) for rank, _ in ranks]),
        recall_3=mean([recall_at(rank, 3) for rank, _ in ranks]),
        recall_5=mean([recall_at(rank, 5) for rank, _ in ranks]),
        mrr=mean([reciprocal_rank(rank) for rank, _ in ranks]),
        ndcg_10=mean([ndcg_at(rank, len(question.answers)) for rank, question in ranks]),
        facts_3=mean([float(all_facts(q.facts, top)) for top, q in texts]),
        facts_single=mean([float(any(all_facts(q.facts, [text]) for text in top)) for top, q in texts]),
    )
