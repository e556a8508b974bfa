"""``notes``: the group of commands for those who write notes."""

from __future__ import annotations

import click

from assistant.cli.notes_check import check
from assistant.cli.notes_due import due


@click.group()
def notes() -> None:
    """Check the form of the notes, and list what must be read again."""


notes.add_command(check)
notes.add_command(due)
