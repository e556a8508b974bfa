"""One of our own commands in a process of its own: its progress and its fault come as lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from assistant.core.errors import ModelError, Postponed
from assistant.core.host import cpu_seconds
from assistant.core.settings import REPOSITORY

COMMAND = (sys.executable, "-m", "assistant")  # our own interpreter and module
LOOK_SECONDS = 2.0  # between two looks at the process
HANG_SECONDS = 300.0  # without a word and without work; a connection that stands still is given up before by itself
BUSY_HANG_SECONDS = 3600.0  # without a word although it computes: a conversion takes a minute, on a crowded host more
WORKING = 0.01  # of a core: a process that uses less stands still; reading from a slow disk takes little
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
        self._said_at = time.monotonic()
        self._hung = ""  # why it was ended, in one line
        self._ended = threading.Event()
        self._process = subprocess.Popen(  # noqa: S603 - see COMMAND
            [*COMMAND, *arguments],
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
        """Until it ends, or hangs and is ended.

        Raises ModelError with what it reported when it failed, Postponed when that may pass.
        """
        problem, may_pass = "", False
        errors: deque[str] = deque(maxlen=20)
        with self._process as process:
            reader = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
            reader.start()
            threading.Thread(target=self._watch, name="child-watch", daemon=True).start()
            for line in process.stdout or ():
                self._said_at = time.monotonic()
                if not line.startswith("{"):
                    continue
                record = json.loads(line)
                if "problem" in record:
                    problem, may_pass = str(record["problem"]), bool(record["may_pass"])
                else:
                    self._progress(int(record["done"]), int(record["total"]))
            code = process.wait()
            self._ended.set()
            reader.join(timeout=5)
        if self._hung:
            raise ModelError(self._hung)
        if code:
            said = [line.strip().removeprefix("error: ") for line in errors if line.startswith("error: ")]
            problem = problem or (said[-1] if said else f"its process ended with status {code}.")
            raise (Postponed if may_pass else ModelError)(problem)

    def _watch(self) -> None:
        """End it when it hangs: whoever waits for it would do so for ever, and the guard looks away meanwhile."""
        worked_at, work = time.monotonic(), 0.0
        while not self._ended.wait(LOOK_SECONDS):
            now, used = time.monotonic(), cpu_seconds(self._process.pid)
            if used - work > WORKING * (now - worked_at):
                worked_at, work = now, used
            silent = now - self._said_at
            if silent > BUSY_HANG_SECONDS or min(silent, now - worked_at) > HANG_SECONDS:
                self._hung = f"its process brought nothing for {silent:.0f} s, so it was ended."
                self.kill()
                return
