"""``evaluate``: how well the retriever finds what labelled questions need, and whether it knows when it does not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from assistant.app.note_opening import open_note_store
from assistant.cli.progress import ProgressBar
from assistant.core.settings import Settings
from assistant.grounding.lead_model import MODEL as LEAD
from assistant.lab.evaluation.fit import fit_coverage
from assistant.lab.evaluation.fit_field import fit_field
from assistant.lab.evaluation.fit_lead import examples_of, fit_lead
from assistant.lab.evaluation.fit_names import fit_plain_names
from assistant.lab.evaluation.gold import Question
from assistant.lab.evaluation.retrieval import Ranking, decide_all, rank_all, time_all
from assistant.lab.evaluation.understanding import blind_questions
from assistant.lab.questions.book import read_book
from assistant.retrieval.embedding.embedder import load_embedder
from assistant.retrieval.index.asked_questions import read_shipped_questions
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.query.coverage import MODEL, CoverageModel, shipped_model
from assistant.retrieval.retriever import Retriever
from assistant.understanding.names.plain_names import MODEL as PLAIN_NAMES


def evaluate_retrieval(
    settings: Settings, questions: Sequence[Question], half: str, *, fit: bool, plot: Path | None, as_json: bool
) -> str:
    """The figures as text or JSON; with ``fit`` the decision is first learned from the tuning half and kept."""
    if fit:
        fit_field(load_embedder(settings.embedder)).write()  # before the retriever is made, which reads it
    bar = ProgressBar()
    store, retriever = open_note_store(settings, bar)
    bar.close()
    catalog = store.catalog()
    model = _fitted(catalog, retriever, questions) if fit else shipped_model()
    if fit:
        _learn_lead(catalog, retriever, settings)
        fit_plain_names(catalog).write(PLAIN_NAMES)
    chosen = [question for question in questions if half in ("all", question.half)]
    rankings = rank_all(catalog, retriever, chosen)
    decision = decide_all(model, [retriever.evidence(catalog, question.text) for question in chosen], chosen)
    latency = time_all(catalog, retriever, chosen)
    if plot:
        from assistant.lab.evaluation.plot import draw_rankings

        draw_rankings(rankings, plot)
    record = {
        "half": half,
        "questions": len(chosen),
        "passages": len(catalog.index.passages),
        "rankings": [asdict(ranking) for ranking in rankings],
        "covered": asdict(decision),
        "latency_ms": {"p50": round(latency.p50 * 1000, 1), "p95": round(latency.p95 * 1000, 1)},
    }
    return json.dumps(record, indent=2) if as_json else _table(record, rankings)


def _fitted(catalog: Catalog, retriever: Retriever, questions: Sequence[Question]) -> CoverageModel:
    """The decision learned from the tuning half and that of the blind sets, and kept."""
    tuning = [question for question in questions if question.half == "tune"] + blind_questions("tune")
    model = fit_coverage([retriever.evidence(catalog, question.text) for question in tuning], tuning)
    model.write(MODEL)
    return model


def _learn_lead(catalog: Catalog, retriever: Retriever, settings: Settings) -> None:
    """Which sentences are quoted, learned from the question book, and kept."""
    rows = read_book()
    asked = read_shipped_questions(settings.knowledge, load_embedder(settings.embedder).identity)
    with tqdm(total=len(rows), desc="Learning what to quote", disable=None) as bar:

        def report(done: int) -> None:
            bar.update(done - bar.n)

        examples = list(examples_of(catalog, retriever, rows, asked, report))
    fit_lead(examples).write(LEAD)


def _table(record: dict[str, Any], rankings: list[Ranking]) -> str:
    lines = [
        f"{record['questions']} questions of the {record['half']} half, {record['passages']} passages",
        "",
        f"{'way':<8}{'recall@1':>10}{'recall@3':>10}{'recall@5':>10}"
        f"{'MRR':>8}{'nDCG@10':>9}{'facts@3':>9}{'in one':>8}",
    ]
    lines += [
        f"{r.way:<8}{r.recall_1:>10.3f}{r.recall_3:>10.3f}{r.recall_5:>10.3f}{r.mrr:>8.3f}{r.ndcg_10:>9.3f}"
        f"{r.facts_3:>9.3f}{r.facts_single:>8.3f}"
        for r in rankings
    ]
    decision, latency = record["covered"], record["latency_ms"]
    lines += [
        "",
        f"covered or not: AUC {decision['auc']:.3f}; refused {decision['refused_off_topic']:.1%} of "
        f"{decision['off_topic']} off-topic and {decision['refused_covered']:.1%} of {decision['covered']} covered",
        f"one search: {latency['p50']} ms median, {latency['p95']} ms at the 95th percentile",
    ]
    return "\n".join(lines)
