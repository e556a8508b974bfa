"""The engine process as the app sees it: started once, watched, started again when it dies or hangs.

It is a ``Generator``. While it is not ready, it says so in an EngineError, and retrieval goes on answering.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.core.settings import Settings
from assistant.inference.decoding import Decoding
from assistant.inference.manager.worker import HANG_SECONDS, LOOK_SECONDS, End, Life, command_for
from assistant.inference.models.catalog import Candidate

if TYPE_CHECKING:
    from assistant.inference.serving.remote import RemoteGenerator

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)  # between short lives; the last is repeated
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Where the engine process is in its life. What has failed is tried again, too, with long pauses."""

    state: Literal["starting", "ready", "restarting", "failed", "closed"]
    detail: str = ""  # one line for the reader
    restarts: int = 0
    killed: bool = False  # by the host, most likely because memory ran out


class EngineProcess:
    """A model in a process of its own, behind a loopback port with a random key."""

    def __init__(self, candidate: Candidate, settings: Settings, cache_bytes: int) -> None:
        """Start at once, in the background."""
        self.candidate = candidate
        self.cache_bytes = cache_bytes
        self._command = command_for(candidate, settings, cache_bytes)
        self._key = secrets.token_urlsafe(24)
        self._status = EngineStatus("starting")
        self._remote: RemoteGenerator | None = None
        self._life: Life | None = None
        self._closed = threading.Event()
        self._settled = threading.Event()  # ready or failed: the first load is over
        self._supervisor = threading.Thread(target=self._supervise, name="engine-supervisor", daemon=True)
        self._supervisor.start()

    @property
    def info(self) -> ModelInfo:
        """The loaded model's description; before it is loaded, what is known beforehand."""
        return self._remote.info if self._remote else self.candidate.info

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
        return self._ready().counters(LOOK_SECONDS)

    def close(self) -> None:
        """End the process."""
        self._closed.set()
        if self._life is not None:
            self._life.stop()
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
        was_ready = False  # in any of its lives
        while not self._closed.is_set():
            began = time.monotonic()
            end = self._live(restarts)
            if self._closed.is_set():
                break
            failures = 0 if time.monotonic() - began > 10 * HANG_SECONDS else failures + 1
            restarts += 1
            was_ready = was_ready or end.was_ready
            # Failed: it never answered, or every try so far was in vain. It is tried again all the same, for ever: what
            # is missing may come back, and nobody else would start it.
            has_hope = was_ready and failures <= len(BACKOFF_SECONDS)
            state: Literal["failed", "restarting"] = "restarting" if has_hope else "failed"
            self._status = EngineStatus(state, end.detail, restarts, end.killed)
            self._settled.set()
            log.warning("%s: %s", self.info.name, end.detail)
            self._closed.wait(BACKOFF_SECONDS[min(max(failures, 1), len(BACKOFF_SECONDS)) - 1])
        self._status = EngineStatus("closed")

    def _live(self, restarts: int) -> End:
        """One life of the process."""
        was_ready = False
        life = None
        try:
            life = self._life = Life(self._command, self._key)
            if self._closed.is_set():  # closed before there was anything to end
                return End("closed")
            # Imported while the model loads: the openai client takes half a second, which no page should wait.
            from assistant.inference.serving.remote import RemoteGenerator
            from assistant.inference.serving.server_client import READ_SECONDS

            address = life.await_address()
            # On a crowded host a process that has just loaded may need its time; there is no other that could answer.
            self._remote = RemoteGenerator(f"{address}/v1", self._key, seconds=READ_SECONDS)
            was_ready = True
            self._status = EngineStatus("ready", restarts=restarts)
            self._settled.set()
            return End(life.watch(self._remote, self._closed), was_ready, life.was_killed)
        except EngineError as fault:
            return End(str(fault), was_ready, killed=life is not None and life.was_killed)
        except ImportError as fault:
            return End(f"The openai package cannot be used ({fault}). Install requirements.txt again.", was_ready)
        except Exception as fault:  # a defect must not end the supervisor: nobody else would start the model again
            log.exception("the watch over the model's process failed")
            detail = f"Its process could not be watched ({type(fault).__name__}). The log says more."
            return End(detail, was_ready, killed=life is not None and life.was_killed)
        finally:
            if life is not None:
                life.stop()
