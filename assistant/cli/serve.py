"""``serve``: the model alone, behind an OpenAI-compatible address."""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.cli.options import knowledge_option, settings_for
from assistant.cli.waiting import obtain
from assistant.core.errors import ModelError
from assistant.core.host import Host, look_at_host
from assistant.core.settings import Settings
from assistant.inference.engines.loading import load_engine
from assistant.inference.manager.memory import cache_bytes
from assistant.inference.models.catalog import Candidate
from assistant.inference.models.choice import choose
from assistant.inference.models.hub import hub_answers
from assistant.inference.serving.child import KEY_VARIABLE
from assistant.inference.serving.child import serve as run_server


@click.command()
@knowledge_option
@click.option("--model", help="auto, embedded, gpt2-xl, a folder, a GGUF file or a hub id.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
def serve(knowledge: Path | None, model: str | None, host: str, port: int) -> None:
    """Serve the model at http://HOST:PORT/v1/completions (OpenAI's interface), without notes.

    Set ASSISTANT_SERVE_KEY to require a key from callers.
    """
    key = os.environ.pop(KEY_VARIABLE, "")
    settings = settings_for(knowledge, model=model)
    seen = look_at_host(settings.home)
    candidate = _chosen(settings, seen)
    engine = load_engine(
        candidate.info.engine,
        candidate.source,
        candidate.info,
        running=settings.running,
        waiting=settings.waiting,
        cache_bytes=cache_bytes(seen, candidate.memory),
        threads=settings.threads,
        models=settings.home / "models",
    )
    run_server(engine, host, port, key)


def _chosen(settings: Settings, seen: Host) -> Candidate:
    """The model to serve; one that was named is downloaded first if need be. Raises ModelError when there is none."""
    choice = choose(settings, seen, hub_answers() if settings.model != "auto" else False)
    candidate = obtain(choice.better, settings) if choice.better and settings.model != "auto" else choice.candidate
    if candidate is None:
        raise ModelError("No model can be served here. See: python -m assistant models")
    return candidate
