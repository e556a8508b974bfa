"""``fetch``: a model from the hub, downloaded and made ready before anybody asks."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from assistant.cli.options import settings_for
from assistant.cli.waiting import obtain
from assistant.core.errors import ModelError, Postponed
from assistant.core.host import look_at_host
from assistant.core.processes import end_with_parent
from assistant.inference.models.choice import choose
from assistant.inference.models.download import fetch_checkpoint
from assistant.inference.models.hub import hub_answers

REPORT_SECONDS = 0.5


@click.command()
@click.argument("model", default="auto")
@click.option("--child", is_flag=True, hidden=True)
@click.option("--folder", type=click.Path(path_type=Path), hidden=True)
@click.option("--reserve", type=int, default=0, hidden=True)
def fetch(model: str, child: bool, folder: Path | None, reserve: int) -> None:
    """Download MODEL from the hub and convert it, so that the app starts with it.

    MODEL is auto (the best that this host can run), gpt2-xl, gpt2-large, gpt2-medium, gpt2, embedded (the small chat
    model) or a hub id. A download that broke off goes on where it was.
    """
    if child and folder:
        _fetch_for_parent(model, folder, reserve)
        return
    settings = settings_for(None, model=model)
    choice = choose(settings, look_at_host(settings.home), hub_answers())
    if choice.better is None:
        chosen = choice.candidate.info.name if choice.candidate else "none"
        click.echo(f"Nothing to fetch. Chosen: {chosen} ({choice.reason})")
        return
    began = time.monotonic()
    ready = obtain(choice.better, settings)
    click.echo(f"{ready.info.name} is ready in {ready.source} after {time.monotonic() - began:.0f} s.")


def _fetch_for_parent(hub_id: str, folder: Path, reserve: int) -> None:
    """Download, with progress and the fault as lines of JSON for ``inference/manager/upgrade.py``."""
    end_with_parent()
    said_at = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal said_at
        if time.monotonic() - said_at > REPORT_SECONDS or done == total:
            said_at = time.monotonic()
            click.echo(json.dumps({"done": done, "total": total}))

    try:
        fetch_checkpoint(hub_id, folder, reserve, progress)
    except ModelError as fault:
        click.echo(json.dumps({"problem": str(fault), "may_pass": isinstance(fault, Postponed)}))
        raise
