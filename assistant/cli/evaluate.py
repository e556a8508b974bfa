"""``evaluate``: what is measured on labelled questions: retrieval, whole answers, or citations."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from assistant.cli.evaluate_answers import show_answer_figures
from assistant.cli.evaluate_retrieval import evaluate_retrieval
from assistant.cli.evaluate_support import evaluate_support
from assistant.cli.evaluate_understanding import evaluate_understanding
from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.inference.decoding import PRESETS
from assistant.lab.evaluation.answers import sample
from assistant.lab.evaluation.gold import GOLD, read_gold
from assistant.lab.evaluation.labelled import LABELLED


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
@click.option("--understanding", is_flag=True, help="Ask the blind sets: misspelt, everyday, parts, dialogues, ...")
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
    help="With --answers or --understanding: write what is shown to this JSONL, to be checked by hand.",
)
def evaluate(
    as_json: bool,
    knowledge: Path | None,
    gold: Path,
    half: str,
    support: bool,
    understanding: bool,
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

    With --understanding: questions that are misspelt, in everyday words, of several parts, with names that nobody
    holds, with an error; lists, dialogues, messages that are no question.

    With --support: sentences that were labelled by hand. How often what is shown as supported by the notes really is.
    """
    if shown is not None and not (answers or understanding):
        raise click.UsageError("--shown writes what --answers or --understanding measures: give one of them, too.")
    settings = settings_for(knowledge)
    if understanding:
        click.echo(evaluate_understanding(settings, half, shown, as_json=as_json))
        return
    if support:
        click.echo(evaluate_support(settings, LABELLED if gold == GOLD else gold, half, fit=fit, as_json=as_json))
        return
    questions = read_gold(gold)
    if answers:
        chosen = sample([question for question in questions if half in ("all", question.half)], limit)
        show_answer_figures(settings, models, presets, chosen, shown, as_json)
        return
    click.echo(evaluate_retrieval(settings, questions, half, fit=fit, plot=plot, as_json=as_json))
