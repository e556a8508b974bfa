"""Results as lines for people, the same for several commands."""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.core.records import Figure, Hit


def print_hit(hit: Hit, *, whole: bool) -> None:
    """A source on one line; with ``whole``, its text below."""
    click.echo(f"[{hit.rank}] {hit.passage.name}  ({hit.passage.note}:{hit.passage.line}, score {hit.score:.2f})")
    if whole:
        click.echo("\n".join("    " + line for line in hit.passage.text.splitlines()) + "\n")


def print_figure(figure: Figure, knowledge: Path) -> None:
    """A figure on one line: its caption and where its file is, seen from here if it is below."""
    file, here = (knowledge / figure.path).absolute(), Path.cwd()
    place = os.path.relpath(file, here) if file.is_relative_to(here) else str(file)
    click.echo(f"Figure: {figure.caption or figure.alt} ({place})")
