"""``evaluate --answers``: whole answers to the labelled questions, measured for one or more models and presets."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

import click
from tqdm import tqdm

from assistant.app.assembly import Parts, assemble
from assistant.cli.options import settings_for
from assistant.cli.progress import ProgressBar
from assistant.cli.waiting import await_model
from assistant.core.records import Answer
from assistant.core.settings import Settings
from assistant.inference.decoding import decoding_for
from assistant.lab.evaluation.answers import AnswerFigures, measure_answers, shown_as_supported
from assistant.lab.evaluation.gold import Question


def show_answer_figures(
    settings: Settings,
    models: Sequence[str],
    presets: Sequence[str],
    questions: Sequence[Question],
    shown: TextIO | None,
    as_json: bool,
) -> None:
    """Measure each model with each preset and print one row for each. Raises AssistantError when a model fails.

    Each sentence that was shown as supported goes to the file ``shown``, as JSON lines with its passage.
    """
    figures: list[AnswerFigures] = []
    answers: list[Answer] = []
    for model in models or [settings.model]:
        bar = ProgressBar()
        parts = assemble(settings_for(settings.knowledge, model=model), bar, upgrade=model != "auto")
        bar.close()
        try:
            await_model(parts)
            figures += [
                _measured(parts, preset, questions, settings.snippets, answers)
                for preset in presets or [settings.preset]
            ]
        finally:
            parts.close()
    if shown is not None:
        for row in (row for answer in answers for row in shown_as_supported(answer)):
            shown.write(json.dumps(row, ensure_ascii=False) + "\n")
    rows = [asdict(row) for row in figures]
    click.echo(json.dumps({"answers": rows}, indent=2) if as_json else _table(rows))


def _measured(
    parts: Parts, preset: str, questions: Sequence[Question], snippets: int, answers: list[Answer]
) -> AnswerFigures:
    with tqdm(total=len(questions), unit="question", disable=not sys.stderr.isatty(), leave=False) as bar:

        def done(answer: Answer) -> None:
            answers.append(answer)
            bar.update()

        return measure_answers(parts.assistant, parts.store.catalog(), decoding_for(preset), questions, snippets, done)


# Heading, the field behind it, and how its value is written.
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("lead holds", "lead_holds", ".1%"),
    ("with answer", "answer_holds", ".1%"),
    ("supported", "supported", ".1%"),
    ("repeated", "repeated", ".1%"),
    ("lead words", "lead_words", ".0f"),
    ("words", "words", ".0f"),
    ("to lead s", "seconds_to_lead", ".2f"),
    ("s", "seconds", ".2f"),
)


def _table(rows: Sequence[dict[str, Any]]) -> str:
    first = rows[0]
    lines = [
        f"{first['covered']} covered and {first['off_topic']} off-topic questions",
        "",
        f"{'model':<24}{'preset':<10}" + "".join(f"{heading:>12}" for heading, _, _ in _COLUMNS) + f"{'off-topic':>12}",
    ]
    for row in rows:
        values = ["-" if row[field] is None else format(row[field], form) for _, field, form in _COLUMNS]
        lines.append(
            f"{row['model']:<24}{row['preset']:<10}"
            + "".join(f"{value:>12}" for value in values)
            + f"{row['off_topic_written']:>12}"
        )
    return "\n".join(lines)
