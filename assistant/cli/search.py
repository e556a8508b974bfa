"""``search``: the passages for a question, without a model."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assistant.app.note_opening import open_note_store
from assistant.chat.question import checked_question
from assistant.cli.json_views import retrieval_view
from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.cli.progress import ProgressBar
from assistant.cli.questions import answer_each, questions_from_input
from assistant.cli.text_views import print_hit
from assistant.core.records import Retrieval


@click.command()
@click.argument("question", required=False)
@json_option
@knowledge_option
@click.option("--k", "snippets", type=click.IntRange(1, 50), help="Passages to find. [default: 3]")
def search(question: str | None, as_json: bool, knowledge: Path | None, snippets: int | None) -> int:
    """Find the passages that answer QUESTION, without a model.

    Without QUESTION, one question a line is read from standard input and one JSON object a line is written.
    """
    settings = settings_for(knowledge)
    count = snippets or settings.snippets
    bar = ProgressBar()
    store, retriever = open_note_store(settings, bar)
    bar.close()

    def find(text: str) -> Retrieval:
        return retriever.find(store.catalog(), checked_question(text, settings.question_limit), count=count)

    if question is None:
        return answer_each(questions_from_input(), lambda text: retrieval_view(find(text)))
    retrieval = find(question)
    if as_json:
        click.echo(json.dumps(retrieval_view(retrieval), ensure_ascii=False, indent=2))
        return 0
    verdict = "The notes cover this" if retrieval.covered else "The notes do not cover this"
    click.echo(f"{verdict} (confidence {retrieval.confidence:.2f}).")
    for hit in retrieval.hits:
        print_hit(hit, whole=True)
    return 0
