"""Waits for the model that a command needs: until it can answer, or until it is had."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext

import click
from tqdm import tqdm

from assistant.app.assembly import Parts
from assistant.core.errors import ModelError
from assistant.core.settings import Settings
from assistant.inference.manager.process import EngineProcess
from assistant.inference.manager.switching import SwitchingGenerator
from assistant.inference.manager.upgrade import Upgrade
from assistant.inference.manager.worker import LOAD_SECONDS
from assistant.inference.models.catalog import Candidate


def await_model(parts: Parts) -> None:
    """Wait for the first load, and for a model that was named and must be got first.

    A model that fails is reported; then the notes, or the model that is here, answer alone.
    """
    if parts.upgrade is not None:
        _await_upgrade(parts.upgrade)
    if isinstance(parts.generator, (EngineProcess, SwitchingGenerator)):
        status = parts.generator.wait(LOAD_SECONDS)
        if status.state != "ready":
            click.echo(f"note: {status.detail} The notes answer alone.", err=True)
    elif parts.generator is None:
        click.echo(f"note: {parts.choice.reason}", err=True)


def _await_upgrade(upgrade: Upgrade) -> None:
    while (status := upgrade.wait(1.0)).state not in ("done", "waiting", "failed", "closed"):
        if sys.stderr.isatty():
            click.echo(f"\r{status.line:<78}", nl=False, err=True)
    if status.state != "done":
        click.echo(f"note: {status.line}", err=True)


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
