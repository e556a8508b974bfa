"""``models``: every model that could be used here, what it needs, and the one that is chosen."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from assistant.commands.shared import json_option, knowledge_option, settings_for
from assistant.hosts import look_at_host
from assistant.models import GIB, choose, list_candidates


@click.command()
@json_option
@knowledge_option
def models(as_json: bool, knowledge: Path | None) -> None:
    """Show each model that could be used, where it is, what memory it needs, and which one is chosen here and why."""
    settings = settings_for(knowledge)
    host = look_at_host(settings.home)
    candidates = list_candidates(settings, host)
    choice = choose(settings, host)
    chosen = choice.candidate.info.name if choice.candidate else "none"
    if as_json:
        record = {
            "host": asdict(host),
            "models": [
                {
                    "name": candidate.info.name,
                    "engine": candidate.info.engine,
                    "source": candidate.source,
                    "memory_gb": round(candidate.memory / GIB, 2),
                    "usable": candidate.usable,
                    "reason": candidate.reason,
                }
                for candidate in candidates
            ],
            "chosen": chosen,
            "reason": choice.reason,
        }
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
        return
    gpu = f", {host.gpu} with {host.gpu_memory / GIB:.0f} GB" if host.gpu else ", no GPU"
    click.echo(f"This host: {host.memory / GIB:.1f} GB of memory, {host.cores} cores{gpu}.\n")
    for candidate in candidates:
        mark = "*" if candidate.info.name == chosen else " "
        state = "usable" if candidate.usable else "not usable"
        click.echo(f"{mark} {candidate.info.name:<24} {candidate.memory / GIB:>4.1f} GB  {state}: {candidate.reason}")
    click.echo(f"\nChosen: {chosen} ({choice.reason})")
