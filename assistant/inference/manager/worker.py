"""One life of the engine process: started, its first word awaited, watched until it ends or hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from assistant.core.errors import EngineError
from assistant.core.processes import Stillness, killed_after, module, start
from assistant.core.settings import Settings
from assistant.inference.models.catalog import Candidate
from assistant.inference.serving.child import FAILED, KEY_VARIABLE, READY, Job

if TYPE_CHECKING:
    from assistant.inference.serving.remote import RemoteGenerator

LOAD_SECONDS = 300.0
LOOK_SECONDS = 2.0  # between two looks at the process
HANG_SECONDS = 60.0  # without a token although there is work, or without an answer to a look, and without using a core
BUSY_HANG_SECONDS = 600.0  # the same while it computes: a long prompt on a slow or crowded host takes minutes
WORKING = 0.05  # of a core: a process that uses less stands still
OUT_OF_MEMORY = "it was killed, most likely because memory ran out."


@dataclass(frozen=True, slots=True)
class End:
    """How a life ended."""

    detail: str  # one line for the reader
    was_ready: bool = False
    killed: bool = False  # by the host, most likely because memory ran out


class Life:
    """A process that serves one model on a loopback port."""

    def __init__(self, command: list[str], key: str) -> None:
        """Start it. Raises EngineError when the host has no room for one more process."""
        environment = {
            **os.environ,
            KEY_VARIABLE: key,
            "PYTHONUNBUFFERED": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }
        self._too_slow = threading.Event()
        try:
            self._process = start(command, environment)
        except OSError as fault:
            raise EngineError(f"It cannot be started: {fault.strerror}.") from None

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def was_killed(self) -> bool:
        """Whether somebody else ended it by a signal that cannot be caught, as the out-of-memory killer does."""
        return self._process.poll() == -signal.SIGKILL and not self._too_slow.is_set()

    def await_address(self) -> str:
        """Where it serves, once its model is loaded. Raises EngineError saying why it cannot be."""
        with killed_after(self._process, LOAD_SECONDS) as self._too_slow:
            for line in self._process.stdout or ():
                word, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                if word == READY:
                    return f"http://127.0.0.1:{rest}"
                if word == FAILED:
                    raise EngineError(f"It cannot be loaded: {rest}")
        code = self._process.wait()
        if self._too_slow.is_set():
            raise EngineError(f"It cannot be loaded within {LOAD_SECONDS:.0f} s.")
        raise EngineError(f"It cannot be loaded: {_ended(code)}")

    def watch(self, remote: RemoteGenerator, closed: threading.Event) -> str:
        """Until the process ends, hangs or its engine breaks; why."""
        answered_at = time.monotonic()
        stillness = Stillness(self.pid, WORKING)
        while not closed.wait(LOOK_SECONDS):
            code = self._process.poll()
            if code is not None:
                return f"The model stopped: {_ended(code)}"
            stood_still = stillness.seconds()
            try:
                counters = remote.counters(LOOK_SECONDS)
            except EngineError:
                # The engine's step holds the interpreter: while a long prompt is read, nobody answers.
                silent = time.monotonic() - answered_at
                if _hangs(silent, stood_still):
                    return f"The model's process did not answer for {silent:.0f} s."
                continue
            answered_at = time.monotonic()
            if counters["problem"]:
                return str(counters["problem"])
            if _hangs(counters["idle_seconds"], stood_still):
                return f"The model brought no token for {counters['idle_seconds']:.0f} s."
        return "closed"

    def stop(self) -> None:
        """End the process; asked first, then made to."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _hangs(waited: float, stood_still: float) -> bool:
    """Whether to give up after these seconds without word, of which the last ``stood_still`` without work."""
    return waited > BUSY_HANG_SECONDS or min(waited, stood_still) > HANG_SECONDS


def command_for(candidate: Candidate, settings: Settings, cache_bytes: int) -> list[str]:
    """The command that serves a model to its parent; see ``serving/child.py``."""
    info = candidate.info
    job = Job(
        engine=info.engine,
        source=candidate.source,
        name=info.name,
        window=info.window,
        detail=info.detail,
        cache_bytes=cache_bytes,
        threads=settings.threads,
        models=str(settings.home / "models"),
        running=settings.running,
        waiting=settings.waiting,
    )
    return module("assistant.inference.serving.child", json.dumps(asdict(job)))


def _ended(code: int) -> str:
    return OUT_OF_MEMORY if code == -signal.SIGKILL else f"its process ended with status {code}."
