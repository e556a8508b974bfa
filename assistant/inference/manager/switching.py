"""A generator whose model can be exchanged between answers; answers under way finish on the model they began with."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import EllipsisType
from typing import Any, Protocol

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding
from assistant.inference.generator import Generator
from assistant.inference.manager.process import EngineStatus
from assistant.inference.models.catalog import Candidate


class Running(Generator, Protocol):
    """A generator with a life of its own, such as ``EngineProcess``."""

    candidate: Candidate
    cache_bytes: int

    @property
    def status(self) -> EngineStatus:
        """Where it is in its life."""

    def wait(self, seconds: float) -> EngineStatus:
        """The status once its first load is over, or after some seconds."""

    def counters(self) -> dict[str, Any]:
        """The engine's own counters. Raises EngineError when it does not answer."""

    def close(self) -> None:
        """End it."""


class SwitchingGenerator:
    """Delegates to the current generator; there may be none for a while, and then the notes answer alone."""

    def __init__(self, first: Running | None, expected: str) -> None:
        """Begin with ``first``. ``expected`` is the name of the model to come, for the time without one."""
        self._current = first
        self._expected = expected
        self._answers: dict[int, int] = {}  # answers under way, by the identity of their generator
        self._changed = threading.Condition()
        self._closed = False

    @property
    def current(self) -> Running | None:
        """The generator that the next answer begins with."""
        return self._current

    @property
    def info(self) -> ModelInfo:
        """How the current generator describes itself."""
        current = self._current
        return current.info if current else ModelInfo(self._expected, "notes", 1024)

    @property
    def status(self) -> EngineStatus:
        """Where the current generator is in its life."""
        current = self._current
        return current.status if current else EngineStatus("starting", self._missing)

    def wait(self, seconds: float) -> EngineStatus:
        """The status once the first load of the current generator is over, or after some seconds."""
        current = self._current
        return current.wait(seconds) if current else self.status

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See ``Generator``."""
        with self.hold() as current:
            return current.count_tokens(texts)

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """See ``Generator``."""
        with self.hold() as current:
            yield from current.stream(prompt, decoding, stop)

    def counters(self) -> dict[str, Any]:
        """The counters of the current engine. Raises EngineError when there is none or it does not answer."""
        current = self._current
        if current is None:
            raise EngineError(self._missing)
        return current.counters()

    @contextmanager
    def hold(self) -> Iterator[Generator]:
        """The current generator, which is not closed before this ends. See ``generator.Lender``."""
        with self._changed:
            current = self._current
            if current is None:
                raise EngineError(self._missing)
            self._answers[id(current)] = self._answers.get(id(current), 0) + 1
        try:
            yield current
        finally:
            with self._changed:
                self._answers[id(current)] -= 1
                if not self._answers[id(current)]:
                    del self._answers[id(current)]
                self._changed.notify_all()

    def swap(self, new: Running | None, seconds: float, replacing: Running | EllipsisType | None = ...) -> bool:
        """From now on answers begin with ``new``. Returns once the old generator has finished its answers and is
        closed; after these seconds it is closed in any case.

        With ``replacing``, only while that is the current one; otherwise nothing is done and the answer is False.
        """
        with self._changed:
            if replacing is not ... and replacing is not self._current:
                return False
            old, self._current = self._current, new
            if self._closed:  # nobody will close it later
                old, self._current = new, None
            if old is None:
                return True
            until = time.monotonic() + seconds
            while self._answers.get(id(old)) and not self._closed and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
        old.close()
        return True

    def close(self) -> None:
        """Close the current generator, whatever it is doing."""
        with self._changed:
            self._closed = True
            current, self._current = self._current, None
            self._changed.notify_all()
        if current is not None:
            current.close()

    @property
    def _missing(self) -> str:
        return f"{self._expected} is not ready yet; the notes answer alone until then."
