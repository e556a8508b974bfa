"""``index``: bring the index of the notes up to date."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.assembly import open_shelf
from assistant.commands.shared import ProgressBar, knowledge_option, settings_for


@click.command()
@knowledge_option
def index(knowledge: Path | None) -> None:
    """Build or refresh the index of the notes. Only changed notes are embedded again."""
    bar = ProgressBar()
    shelf, _ = open_shelf(settings_for(knowledge), bar)
    bar.close()
    for skipped in shelf.skipped:
        click.echo(f"skipped {skipped.path}: {skipped.reason}", err=True)
    made = shelf.last_refresh
    if made.repaired:
        click.echo(f"made again from the notes: {made.repaired}", err=True)
    click.echo(
        f"{len(shelf.library.notes)} notes, {len(made.index.passages)} passages: "
        f"{made.embedded} embedded, {made.reused} taken over."
    )
