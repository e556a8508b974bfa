"""``models``: every model that could be used here, what it needs, and the one that is chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.core.host import Host, look_at_host
from assistant.inference.models.catalog import Candidate, Choice, list_candidates
from assistant.inference.models.choice import choose
from assistant.inference.models.hub import hub_answers
from assistant.inference.models.shapes import GIB


@click.command()
@json_option
@knowledge_option
def models(as_json: bool, knowledge: Path | None) -> None:
    """Show each model that could be used, where it is, what memory it needs, and which one is chosen here and why."""
    settings = settings_for(knowledge)
    host = look_at_host(settings.home)
    hub = hub_answers() if settings.download else False
    listed = list_candidates(settings, host, hub)
    choice = choose(settings, host, hub)
    named = (choice.better, choice.candidate)
    candidates = (*(own for own in named if own and not any(_is(own, other) for other in listed)), *listed)
    if as_json:
        click.echo(json.dumps(_record(host, hub, candidates, choice), ensure_ascii=False, indent=2))
    else:
        click.echo(_text(host, hub, candidates, choice))


def _record(host: Host, hub: bool, candidates: Sequence[Candidate], choice: Choice) -> dict[str, Any]:
    return {
        "host": asdict(host),
        "hub": hub,
        "models": [
            {
                "name": candidate.info.name,
                "engine": candidate.info.engine,
                "source": candidate.source,
                "memory_gb": round(candidate.memory / GIB, 2),
                "usable": candidate.usable,
                "obtainable": candidate.plan is not None,
                "reason": candidate.reason,
            }
            for candidate in candidates
        ],
        "chosen": _chosen(choice),
        "reason": choice.reason,
        "better": choice.better.info.name if choice.better else None,
    }


def _text(host: Host, hub: bool, candidates: Sequence[Candidate], choice: Choice) -> str:
    gpu = f", {host.gpu} with {host.gpu_memory / GIB:.0f} GB" if host.gpu else ", no GPU"
    lines = [f"This host: {host.memory / GIB:.1f} GB of memory, {host.cores} cores{gpu}.", ""]
    lines += [_line(candidate, choice) for candidate in candidates]
    lines += ["", f"Chosen: {_chosen(choice)} ({choice.reason})"]
    if hub is False and not any(candidate.usable for candidate in candidates[:-1]):
        lines.append("With a GPT-2 checkpoint in a folder, run: python -m assistant convert FOLDER")
    if choice.better:
        first = f"{choice.meanwhile.info.name} first, then " if choice.meanwhile else ""
        lines.append(f"The app gets {first}{choice.better.info.name} in the background, then switches to it.")
    return "\n".join(lines)


def _line(candidate: Candidate, choice: Choice) -> str:
    """One model: a star when it is chosen, a plus when the app would get it."""
    mark = "*" if _is(choice.candidate, candidate) else "+" if _is(choice.better, candidate) else " "
    state = "usable" if candidate.usable else "can be got" if candidate.plan else "not usable"
    what = f"{candidate.info.name:<22} {candidate.info.engine:<9} {candidate.memory / GIB:>4.1f} GB"
    return f"{mark} {what}  {state}: {candidate.reason}"


def _chosen(choice: Choice) -> str:
    return choice.candidate.info.name if choice.candidate else "none"


def _is(chosen: Candidate | None, candidate: Candidate) -> bool:
    return chosen is not None and chosen.info == candidate.info
