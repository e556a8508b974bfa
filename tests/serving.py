"""Real servers for tests: an engine behind a port, and the page itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

REPOSITORY = Path(__file__).resolve().parent.parent
STOP_SECONDS = 30


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The app on a loopback port of its own; gives the address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # so that nobody is turned away before the server runs
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextlib.contextmanager
def page_server(folder: Path, topics: tuple[str, ...], **settings: str) -> Iterator[str]:
    """The page over some folders of the shipped notes, with these settings and no others; gives the address.

    Its log is in ``folder`` and must hold no traceback at the end.
    """
    for topic in topics:
        shutil.copytree(REPOSITORY / "knowledge" / topic, folder / "notes" / topic)
    shutil.copytree(REPOSITORY / "knowledge" / ".vectors", folder / "notes" / ".vectors")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")},
        "ASSISTANT_KNOWLEDGE": str(folder / "notes"),
        "ASSISTANT_HOME": str(folder / "home"),
        "HF_HUB_OFFLINE": "1",
        **{f"ASSISTANT_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        try:
            _await(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=STOP_SECONDS)
    assert "Traceback" not in (folder / "log").read_text(errors="replace")


def _await(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not come up within a minute")
