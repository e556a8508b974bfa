"""The engine process as the app sees it: started once, watched, started again when it dies or hangs.

It is a ``Generator``. While it is not ready, it says so in an EngineError, and retrieval goes on answering.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.decoding import Decoding
from assistant.engines.remote import RemoteGenerator
from assistant.engines.serve import FAILED, READY
from assistant.errors import EngineError
from assistant.models import Candidate
from assistant.records import ModelInfo, Piece
from assistant.settings import REPOSITORY, Settings

LOAD_SECONDS = 300.0
LOOK_SECONDS = 2.0  # between two looks at the process
HANG_SECONDS = 60.0  # without a token although there is work, or without an answer to a look
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)

KEY_VARIABLE = "ASSISTANT_SERVE_KEY"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Where the engine process is in its life."""

    state: Literal["starting", "ready", "restarting", "failed", "closed"]
    detail: str = ""  # one line for the reader
    restarts: int = 0


class EngineProcess:
    """A model in a process of its own, behind a loopback port with a random key."""

    def __init__(self, candidate: Candidate, settings: Settings, cache_bytes: int) -> None:
        """Start at once, in the background."""
        self._candidate = candidate
        self._command = [
            *(sys.executable, "-m", "assistant", "serve", "--child", "--engine", candidate.info.engine),
            *(
                "--source",
                candidate.source,
                "--name",
                candidate.info.name,
                "--window",
                str(candidate.info.window),
            ),
            *("--detail", candidate.info.detail, "--cache-bytes", str(cache_bytes)),
            *("--running", str(settings.running), "--waiting", str(settings.waiting)),
            *("--threads", str(settings.threads)),
        ]
        self._key = secrets.token_urlsafe(24)
        self._status = EngineStatus("starting")
        self._remote: RemoteGenerator | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = threading.Event()
        self._settled = threading.Event()  # ready or failed: the first load is over
        self._supervisor = threading.Thread(target=self._supervise, name="engine-supervisor", daemon=True)
        self._supervisor.start()

    @property
    def info(self) -> ModelInfo:
        """The loaded model's description; before it is loaded, what is known beforehand."""
        return self._remote.info if self._remote else self._candidate.info

    @property
    def status(self) -> EngineStatus:
        """Where the process is in its life."""
        return self._status

    def wait(self, seconds: float) -> EngineStatus:
        """The status once the first load is over, or after some seconds."""
        self._settled.wait(seconds)
        return self._status

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See ``Generator``."""
        return self._ready().count_tokens(texts)

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """See ``Generator``."""
        return self._ready().stream(prompt, decoding, stop)

    def counters(self) -> dict[str, Any]:
        """The engine's own counters, from its health address. Raises EngineError when it does not answer."""
        remote = self._ready()
        try:
            return self._look(remote.address)
        except (OSError, ValueError) as fault:
            raise EngineError(f"The model does not answer ({fault}).") from None

    def close(self) -> None:
        """End the process."""
        self._closed.set()
        self._stop_process()
        self._supervisor.join(timeout=10)

    def _ready(self) -> RemoteGenerator:
        if self._remote is None or self._status.state != "ready":
            raise EngineError(
                {
                    "starting": "The model is still loading; the notes answer alone until it is ready.",
                    "restarting": "The model stopped and is being started again; the notes answer alone until then.",
                    "closed": "The model has been shut down.",
                }.get(self._status.state, f"The model is not available. {self._status.detail}")
            )
        return self._remote

    def _supervise(self) -> None:
        failures = 0
        restarts = 0
        while not self._closed.is_set():
            began = time.monotonic()
            detail = self._run_once(restarts)
            if self._closed.is_set():
                break
            failures = 0 if time.monotonic() - began > 10 * HANG_SECONDS else failures + 1
            restarts += 1
            if failures > len(BACKOFF_SECONDS):
                self._status = EngineStatus("failed", detail, restarts)
                self._settled.set()
                return
            state: Literal["failed", "restarting"] = "failed" if detail.startswith("It cannot") else "restarting"
            self._status = EngineStatus(state, detail, restarts)
            self._settled.set()
            self._closed.wait(BACKOFF_SECONDS[failures - 1])
        self._status = EngineStatus("closed")

    def _run_once(self, restarts: int) -> str:
        """One life of the process; why it ended."""
        environment = {
            **os.environ,
            KEY_VARIABLE: self._key,
            "PYTHONUNBUFFERED": "1",
            "TOKENIZERS_PARALLELISM": "false",
        }
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY, env=environment
        )
        self._process = process
        try:
            if self._closed.is_set():  # closed before there was anything to end
                return "closed"
            word, rest = self._first_word(process)
            if word != READY:
                return f"It cannot be loaded: {rest}"
            address = f"http://127.0.0.1:{rest}"
            remote = RemoteGenerator(f"{address}/v1", self._key)
            self._remote = remote
            self._status = EngineStatus("ready", restarts=restarts)
            self._settled.set()
            return self._watch(process, address)
        except EngineError as fault:
            return str(fault)
        finally:
            self._stop_process()

    def _first_word(self, process: subprocess.Popen[bytes]) -> tuple[str, str]:
        """What the child says when it is ready or has failed."""
        timer = threading.Timer(LOAD_SECONDS, process.kill)
        timer.daemon = True
        timer.start()
        try:
            for line in process.stdout or ():
                word, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                if word in (READY, FAILED):
                    return word, rest
        finally:
            timer.cancel()
        code = process.wait()
        killed = "it was killed, most likely because memory ran out" if code == -9 else f"it ended with status {code}"
        return FAILED, f"{killed}."

    def _watch(self, process: subprocess.Popen[bytes], address: str) -> str:
        """Until the process ends or hangs; which of both, and why."""
        silent_since = time.monotonic()
        while not self._closed.wait(LOOK_SECONDS):
            code = process.poll()
            if code is not None:
                return f"The model's process ended with status {code}."
            try:
                counters = self._look(address)
                silent_since = time.monotonic()
                if counters["idle_seconds"] > HANG_SECONDS:
                    return f"The model brought no token for {HANG_SECONDS:.0f} s."
            except (OSError, ValueError):
                if time.monotonic() - silent_since > HANG_SECONDS:
                    return f"The model's process did not answer for {HANG_SECONDS:.0f} s."
        return "closed"

    def _look(self, address: str) -> dict[str, Any]:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names
        with direct.open(f"{address}/health", timeout=LOOK_SECONDS) as answer:
            counters: dict[str, Any] = json.load(answer)
            return counters

    def _stop_process(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
