"""``index``: bring the index of the notes up to date."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.app.note_opening import open_note_store
from assistant.cli.options import knowledge_option, settings_for
from assistant.cli.progress import ProgressBar
from assistant.core.errors import IndexingError
from assistant.retrieval.embedding.embedder import load_embedder
from assistant.retrieval.index.note_map import write_places
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
        write_shipped(store.last_refresh.index, settings.knowledge)
        write_places(store.last_refresh.index, settings.knowledge)
        write_contrast(load_embedder(settings.embedder))
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
