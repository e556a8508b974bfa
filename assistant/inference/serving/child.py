"""The engine process: loads one model, serves it on a loopback port, and ends when its parent does.

Started by ``inference/manager/worker.py`` as ``python -m assistant.inference.serving.child '{...}'``.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from assistant.core.errors import AssistantError
from assistant.core.logs import set_up_command_logs
from assistant.core.processes import end_with_parent
from assistant.core.records import ModelInfo
from assistant.inference.engine import Engine
from assistant.inference.engines.loading import load_engine
from assistant.inference.serving.server import create_app

READY = "READY"  # first word of the line that tells the parent the port
FAILED = "FAILED"  # first word of the line that tells the parent why there is none
KEY_VARIABLE = "ASSISTANT_SERVE_KEY"  # what callers must send; not among the arguments, which every user can see


@dataclass(frozen=True, slots=True)
class Job:
    """Which model the process is to serve, and within which limits."""

    engine: str  # "openvino" or "torch"
    source: str
    name: str
    window: int
    detail: str
    cache_bytes: int
    threads: int
    models: str  # the folder of downloaded and converted models
    running: int
    waiting: int


def main() -> int:
    """Do the job in the first argument; a failure is one line on standard error and exit status 1."""
    set_up_command_logs()
    key = os.environ.pop(KEY_VARIABLE, "")
    end_with_parent()  # before the model is loaded: a large one would go on for a minute without its owner
    try:
        serve(_loaded(Job(**json.loads(sys.argv[1]))), "127.0.0.1", 0, key)
    except AssistantError as fault:
        return _say(str(fault))
    except KeyboardInterrupt:
        return _say("Interrupted.")
    return 0


def serve(engine: Engine, host: str, port: int, key: str) -> None:
    """Serve until the process is told to end."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)  # before the port is told: whoever connects now waits instead of being turned away
    except OSError as fault:
        raise AssistantError(f"Port {port} on {host} cannot be used: {fault.strerror}. Choose another.") from None
    print(f"{READY} {listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        create_app(engine, key),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        lifespan="off",
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        engine.close()


def _loaded(job: Job) -> Engine:
    """The engine of the job. Why there is none is told to the parent and raised."""
    try:
        return load_engine(
            job.engine,
            job.source,
            ModelInfo(job.name, job.engine, job.window, detail=job.detail),
            running=job.running,
            waiting=job.waiting,
            cache_bytes=job.cache_bytes,
            threads=job.threads,
            models=Path(job.models),
        )
    except AssistantError as fault:
        print(f"{FAILED} {fault}", flush=True)
        raise


def _say(message: str) -> int:
    print("error: " + " ".join(message.split()), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
