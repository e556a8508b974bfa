"""The engine process: loads one model, serves it on a loopback port, and ends when its parent does."""

from __future__ import annotations

import socket

import uvicorn

from assistant.core.errors import AssistantError
from assistant.inference.engine import Engine
from assistant.inference.serving.server import create_app

READY = "READY"  # first word of the line that tells the parent the port
FAILED = "FAILED"  # first word of the line that tells the parent why there is none


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
