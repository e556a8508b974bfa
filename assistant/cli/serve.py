"""``serve``: the model alone, behind an OpenAI-compatible address; also how the app starts its engine process."""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.cli.options import knowledge_option, settings_for
from assistant.cli.waiting import obtain
from assistant.core.errors import AssistantError, ModelError
from assistant.core.host import look_at_host
from assistant.core.processes import end_with_parent
from assistant.core.records import ModelInfo
from assistant.inference.engines.loading import load_engine
from assistant.inference.manager.memory import cache_bytes
from assistant.inference.manager.worker import KEY_VARIABLE
from assistant.inference.models.choice import choose
from assistant.inference.models.hub import hub_answers
from assistant.inference.serving.child import FAILED
from assistant.inference.serving.child import serve as run_server


@click.command()
@knowledge_option
@click.option("--model", help="auto, embedded, gpt2-xl, a folder, a GGUF file or a hub id.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--child", is_flag=True, hidden=True)
@click.option("--engine", hidden=True)
@click.option("--source", hidden=True)
@click.option("--name", hidden=True)
@click.option("--window", type=int, hidden=True)
@click.option("--detail", hidden=True, default="")
@click.option("--cache-bytes", "cache", type=int, hidden=True)
@click.option("--models", type=click.Path(path_type=Path), hidden=True)
@click.option("--running", type=int, hidden=True)
@click.option("--waiting", type=int, hidden=True)
@click.option("--threads", type=int, hidden=True)
def serve(
    knowledge: Path | None,
    model: str | None,
    host: str,
    port: int,
    child: bool,
    engine: str | None,
    source: str | None,
    name: str | None,
    window: int | None,
    detail: str,
    cache: int | None,
    models: Path | None,
    running: int | None,
    waiting: int | None,
    threads: int | None,
) -> None:
    """Serve the model at http://HOST:PORT/v1/completions (OpenAI's interface), without notes.

    Set ASSISTANT_SERVE_KEY to require a key from callers.
    """
    key = os.environ.pop(KEY_VARIABLE, "")
    if child:
        end_with_parent()  # before the model is loaded: a large one would go on for a minute without its owner
    settings = settings_for(knowledge, model=model, running=running, waiting=waiting, threads=threads)
    if child and engine and source and name and window and cache:
        info = ModelInfo(name, engine, window, detail=detail)
    else:
        seen = look_at_host(settings.home)
        choice = choose(settings, seen, hub_answers() if settings.model != "auto" else False)
        candidate = obtain(choice.better, settings) if choice.better and settings.model != "auto" else choice.candidate
        if candidate is None:
            raise ModelError("No model can be served here. See: python -m assistant models")
        info, engine, source = candidate.info, candidate.info.engine, candidate.source
        cache = cache_bytes(seen, candidate.memory)
    try:
        loaded = load_engine(
            engine,
            source,
            info,
            running=settings.running,
            waiting=settings.waiting,
            cache_bytes=cache,
            threads=settings.threads,
            models=models or settings.home / "models",
        )
    except AssistantError as fault:
        if child:
            click.echo(f"{FAILED} {fault}")
        raise
    run_server(loaded, host, 0 if child else port, key)
