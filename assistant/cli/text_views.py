"""Results as lines for people, the same for several commands."""

from __future__ import annotations

import click

from assistant.core.records import Hit


def print_hit(hit: Hit, *, whole: bool) -> None:
    """A source on one line; with ``whole``, its text below."""
    click.echo(f"[{hit.rank}] {hit.passage.name}  ({hit.passage.note}:{hit.passage.line}, score {hit.score:.2f})")
    if whole:
        click.echo("\n".join("    " + line for line in hit.passage.text.splitlines()) + "\n")
