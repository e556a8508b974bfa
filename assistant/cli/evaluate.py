"""``evaluate``: how well the retriever finds what labelled questions need, and whether it knows when it does not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import click

from assistant.app.note_opening import open_note_store
from assistant.cli.evaluate_answers import show_answer_figures
from assistant.cli.evaluate_support import evaluate_support
from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.cli.progress import ProgressBar
from assistant.inference.decoding import PRESETS
from assistant.lab.evaluation.answers import sample
from assistant.lab.evaluation.fit import fit_coverage
from assistant.lab.evaluation.fit_field import fit_field
from assistant.lab.evaluation.gold import GOLD, read_gold
from assistant.lab.evaluation.labelled import LABELLED
from assistant.lab.evaluation.retrieval import Ranking, decide_all, rank_all, time_all
from assistant.retrieval.embedding.embedder import load_embedder
from assistant.retrieval.query.coverage import MODEL, shipped_model


@click.command()
@json_option
@knowledge_option
@click.option("--gold", type=click.Path(path_type=Path), default=GOLD, help="Labelled questions, or sentences (JSONL).")
@click.option(
    "--half",
    type=click.Choice(["tune", "test", "all"]),
    default="test",
    show_default=True,
    help="Questions to measure on.",
)
@click.option("--support", is_flag=True, help="Measure citations of generated sentences instead of retrieval.")
@click.option("--fit", is_flag=True, help="First learn the decision from the tuning half and keep it.")
@click.option("--plot", type=click.Path(path_type=Path), help="Also draw the table to this PNG.")
@click.option("--answers", is_flag=True, help="Measure whole answers instead of retrieval.")
@click.option("--model", "models", multiple=True, help="With --answers: as for ask; none is quick. Can be repeated.")
@click.option(
    "--preset", "presets", multiple=True, type=click.Choice(list(PRESETS)), help="With --answers. Can be repeated."
)
@click.option("--limit", type=click.IntRange(1), help="With --answers: ask this many questions, evenly spread.")
@click.option(
    "--shown",
    type=click.File("w", encoding="utf-8", lazy=False),
    help="With --answers: write what is shown as supported to this JSONL, to be checked by hand.",
)
def evaluate(
    as_json: bool,
    knowledge: Path | None,
    gold: Path,
    half: str,
    support: bool,
    fit: bool,
    plot: Path | None,
    answers: bool,
    models: tuple[str, ...],
    presets: tuple[str, ...],
    limit: int | None,
    shown: TextIO | None,
) -> None:
    """Measure retrieval on labelled questions: dense, BM25 and hybrid, and the "not covered" decision.

    With --answers: whole answers. How often the lead alone, and with what the model writes, states every key fact;
    how many of the model's sentences the notes support; repetition, length and seconds.

    With --support: sentences that were labelled by hand. How often what is shown as supported by the notes really is.
    """
    if shown is not None and not answers:
        raise click.UsageError("--shown writes what --answers measures: give both.")
    settings = settings_for(knowledge)
    if support:
        click.echo(evaluate_support(settings, LABELLED if gold == GOLD else gold, half, fit=fit, as_json=as_json))
        return
    questions = read_gold(gold)
    if answers:
        chosen = sample([question for question in questions if half in ("all", question.half)], limit)
        show_answer_figures(settings, models, presets, chosen, shown, as_json)
        return
    if fit:
        fit_field(load_embedder(settings.embedder)).write()
    bar = ProgressBar()
    store, retriever = open_note_store(settings, bar)
    bar.close()
    catalog = store.catalog()
    model = shipped_model()
    if fit:
        tuning = [question for question in questions if question.half == "tune"]
        model = fit_coverage([retriever.evidence(catalog, question.text) for question in tuning], tuning)
        model.write(MODEL)
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
    click.echo(json.dumps(record, indent=2) if as_json else _table(record, rankings))


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
