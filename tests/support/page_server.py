"""The page as hosts run it, in a process of its own, for the tests that need a real server."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0


@dataclass(frozen=True)
class PageServer:
    """A page that runs."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        """For browsers."""
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        """The log so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def shipped_notes(folder: Path, *topics: str) -> Path:
    """A knowledge folder with some topics of the shipped notes and their vectors."""
    for topic in topics:
        shutil.copytree(REPOSITORY / "knowledge" / topic, folder / topic)
    shutil.copytree(REPOSITORY / "knowledge" / ".vectors", folder / ".vectors")
    return folder


@contextlib.contextmanager
def page_server(
    folder: Path,
    knowledge: Path,
    checkout: Path = REPOSITORY,
    python: str = sys.executable,
    group: Path | None = None,
    script: str = "streamlit_app.py",
    port: int = 0,
    **settings: str,
) -> Iterator[PageServer]:
    """Run the page of ``checkout``; its cache and log are kept in ``folder``. ``settings``: model="none" and so on.

    ``group`` is a control group for the page and its children; ``port`` 0 takes a free one.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = port or free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")},
        "ASSISTANT_KNOWLEDGE": str(knowledge),
        "ASSISTANT_HOME": str(folder / "home"),
        "HF_HUB_OFFLINE": "1",
        **{f"ASSISTANT_{name.upper()}": value for name, value in settings.items()},
    }
    command = [python, "-m", "streamlit", "run", script, "--server.port", str(port)]
    if group is not None:  # entered by the shell before it becomes the page: no memory is counted elsewhere
        command = ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', str(group), *command]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=checkout, env=environment, stdout=output, stderr=output)
        try:
            _await(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield PageServer(port, process, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def page_of_topics(folder: Path, *topics: str, **settings: str) -> Iterator[str]:
    """The page over some topics of the shipped notes; gives the address. Its log must hold no traceback at the end."""
    with page_server(folder, shipped_notes(folder / "notes", *topics), **settings) as server:
        yield server.address
    assert "Traceback" not in server.said()


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        assert process.poll() is None, f"the server ended: {log.read_text(errors='replace')[-2000:]}"
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.1)
    raise AssertionError("the server did not come up in time")
