"""One of our own commands in a process of its own: its progress and its fault come as lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence

from assistant.errors import ModelError, Postponed
from assistant.settings import REPOSITORY

ENVIRONMENT = {  # retries and bars are no news for the console
    "PYTHONUNBUFFERED": "1",
    "ASSISTANT_LOG": "ERROR",
    "HF_HUB_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}


class Child:
    """A command under way."""

    def __init__(self, arguments: Sequence[str], progress: Callable[[int, int], None]) -> None:
        """Start ``python -m assistant`` with these arguments; ``progress`` gets work done and in total."""
        self._progress = progress
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "assistant", *arguments],
            stdin=subprocess.PIPE,  # a download ends when this pipe does; a conversion takes a minute at most
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=REPOSITORY,
            env={**os.environ, **ENVIRONMENT},
            text=True,
            encoding="utf-8",
            errors="replace",
        )

    def kill(self) -> None:
        """End it, wherever it is."""
        if self._process.poll() is None:
            self._process.kill()

    def wait(self) -> None:
        """Until it ends. Raises ModelError with what it reported when it failed, Postponed when that may pass."""
        problem, may_pass = "", False
        errors: deque[str] = deque(maxlen=20)
        with self._process as process:
            reader = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
            reader.start()
            for line in process.stdout or ():
                if not line.startswith("{"):
                    continue
                record = json.loads(line)
                if "problem" in record:
                    problem, may_pass = str(record["problem"]), bool(record["may_pass"])
                else:
                    self._progress(int(record["done"]), int(record["total"]))
            code = process.wait()
            reader.join(timeout=5)
        if code:
            said = [line.strip().removeprefix("error: ") for line in errors if line.startswith("error: ")]
            problem = problem or (said[-1] if said else f"its process ended with status {code}.")
            raise (Postponed if may_pass else ModelError)(problem)
