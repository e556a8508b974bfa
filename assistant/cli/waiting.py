"""Waits until the model that a command needs can answer."""

from __future__ import annotations

import sys

import click

from assistant.app.assembly import Parts
from assistant.inference.manager.process import EngineProcess
from assistant.inference.manager.switching import SwitchingGenerator
from assistant.inference.manager.upgrade import Upgrade
from assistant.inference.manager.worker import LOAD_SECONDS


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
