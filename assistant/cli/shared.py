"""What several commands need: the --knowledge option, loading with a progress bar, questions from standard input."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click
from tqdm import tqdm

from assistant.core.errors import AssistantError, ModelError
from assistant.core.settings import Settings, read_settings
from assistant.inference.manager.upgrade import Upgrade
from assistant.inference.models.catalog import Candidate

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


class ProgressBar:
    """A bar on standard error for what takes long; nothing where nobody watches."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def __call__(self, what: str, share: float | None = None) -> None:
        """See ``assembly.Report``."""
        if share is None or not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = tqdm(total=100, unit="%", bar_format="{desc} |{bar}| {elapsed}", file=sys.stderr, leave=False)
        self._bar.set_description_str(what)
        self._bar.update(round(share * 100) - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


class _Waiting:
    """A place for a model that waits to be used."""

    def __init__(self) -> None:
        self.ready: Candidate | None = None

    def room(self, candidate: Candidate) -> AbstractContextManager[None]:
        """See ``upgrade.Place``."""
        return nullcontext()

    def install(self, candidate: Candidate) -> None:
        """See ``upgrade.Place``."""
        self.ready = candidate


def obtain(candidate: Candidate, settings: Settings) -> Candidate:
    """The candidate with its plan carried out, shown with a bar. Raises ModelError at the first fault."""
    place = _Waiting()
    upgrade = Upgrade(candidate, settings, place)
    try:
        with tqdm(unit="B", unit_scale=True, desc=candidate.info.name, disable=not sys.stderr.isatty()) as bar:
            while place.ready is None:
                status = upgrade.wait(0.25)
                if status.state in ("waiting", "failed", "closed"):
                    raise ModelError(f"{candidate.info.name} cannot be had: {status.problem}")
                bar.set_description_str(f"{status.state.capitalize()} {candidate.info.name}")
                bar.total = status.total or None
                bar.update(status.done - bar.n)
    finally:
        upgrade.close()
    return place.ready


def questions_from_input() -> Iterator[str]:
    """The questions on standard input, one a line; empty lines are left out."""
    if sys.stdin.isatty():
        click.echo("Type one question a line; end with Ctrl-D.", err=True)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # one bad byte spoils its own question, not the rest
    for line in sys.stdin:
        if line.strip():
            yield line.strip()


def answer_each(questions: Iterator[str], answer: Callable[[str], dict[str, Any]]) -> int:
    """Write one JSON object a line; a question that fails gets one with "error". The exit status: 1 if any failed."""
    failed = False
    for question in questions:
        try:
            record = answer(question)
        except AssistantError as fault:
            record = {"question": question, "error": str(fault)}
            failed = True
        click.echo(json.dumps(record, ensure_ascii=False))
    return int(failed)
