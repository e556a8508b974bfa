"""Options that several commands take, and the settings that they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from assistant.core.settings import Settings, read_settings

Command = TypeVar("Command", bound=Callable[..., Any])

knowledge_option = click.option(
    "--knowledge",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of notes. [default: knowledge/ beside the program, or ASSISTANT_KNOWLEDGE]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def settings_for(knowledge: Path | None, **given: object) -> Settings:
    """The settings with what was given on the command line on top."""
    return read_settings(knowledge=knowledge, **given)
