"""``notes due``: volatile sections that were not reviewed for long."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.retrieval.notes.due import due_sections
from assistant.retrieval.notes.library import read_library


@click.command()
@json_option
@knowledge_option
@click.option("--days", type=click.IntRange(0), default=180, help="How long a review is good for. [default: 180]")
def due(as_json: bool, knowledge: Path | None, days: int) -> int:
    """List sections that change with the year and were not reviewed for so many days, the oldest first."""
    found = due_sections(read_library(settings_for(knowledge).knowledge).notes, date.today(), days)
    if as_json:
        records = [
            {"note": each.note, "line": each.line, "heading": each.heading, "reviewed": str(each.reviewed or "")}
            for each in found
        ]
        click.echo(json.dumps({"days": days, "due": records}, ensure_ascii=False, indent=2))
        return 0
    for each in found:
        click.echo(f"{each.reviewed or 'never'!s:<10}  {each.note}:{each.line}: {each.heading}")
    click.echo(f"{len(found)} sections are due." if len(found) != 1 else "1 section is due.")
    return 0
