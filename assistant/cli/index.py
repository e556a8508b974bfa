"""``index``: bring the index of the notes up to date."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.app.note_opening import open_note_store
from assistant.cli.options import knowledge_option, settings_for
from assistant.cli.progress import ProgressBar
from assistant.core.errors import IndexingError
from assistant.core.settings import Settings
from assistant.retrieval.embedding.embedder import load_embedder
from assistant.retrieval.index.asked_questions import write_shipped_questions
from assistant.retrieval.index.note_map import write_places
from assistant.retrieval.index.passage_index import Index
from assistant.retrieval.index.shipped_vectors import write_shipped
from assistant.retrieval.query.contrast import write_contrast


@click.command()
@knowledge_option
@click.option("--ship", is_flag=True, help="Also write the vectors into the folder, to be committed with the notes.")
def index(knowledge: Path | None, ship: bool) -> None:
    """Build or refresh the index of the notes. Only changed notes are embedded again."""
    settings = settings_for(knowledge)
    bar = ProgressBar()
    store, _ = open_note_store(settings, bar)
    if ship:
        _ship(store.last_refresh.index, settings)
    bar.close()
    for skipped in store.skipped:
        click.echo(f"skipped {skipped.path}: {skipped.reason}", err=True)
    made = store.last_refresh
    if made.unsaved:
        raise IndexingError(made.unsaved)
    if made.repaired:
        click.echo(f"made again from the notes: {made.repaired}", err=True)
    click.echo(
        f"{len(store.library.notes)} notes, {len(made.index.passages)} passages: "
        f"{made.embedded} new, {made.reused} taken over."
    )


def _ship(index: Index, settings: Settings) -> None:
    """Write all vectors that need not be made again where the repository is taken from."""
    from assistant.lab.questions.book import asked_about, read_book, sections_of  # here: refreshing needs no book

    embedder = load_embedder(settings.embedder)
    write_shipped(index, settings.knowledge)
    write_places(index, settings.knowledge)
    write_contrast(embedder)
    sections = sections_of(index.passages)
    rows = [row for row in read_book() if row.section in sections]
    vectors = embedder.embed([row.question for row in rows])
    write_shipped_questions(settings.knowledge, embedder.identity, asked_about(sections, rows, vectors))
