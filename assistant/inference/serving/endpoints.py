"""Several model servers of which one answers: each is tried in turn, and one that is down is left alone for a while."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding
from assistant.inference.generator import Generator
from assistant.inference.serving.remote import RemoteGenerator

LOOK_SECONDS = 10.0  # between two looks while no server answers
REST_SECONDS = 30.0  # a server that did not answer is not asked again for so long: each try can take seconds

log = logging.getLogger(__name__)

Connect = Callable[[str], RemoteGenerator]


class Endpoints:
    """A generator over one or several addresses; with none that answers, the notes answer.

    Then every question tries again, and so does a thread of its own, so that the page can say when one is back.
    """

    def __init__(self, addresses: Sequence[str], connect: Connect) -> None:
        """Try the addresses until one answers. ``connect`` raises EngineError for one that does not."""
        self._addresses = tuple(addresses)
        self._connect = connect
        self._servers: dict[str, RemoteGenerator] = {}
        self._down_at: dict[str, float] = {}
        self._lock = threading.Lock()
        self._is_looking = False
        self._closed = threading.Event()
        self._info = ModelInfo("no server", "notes", 1024)
        self._address = self._problem = ""
        try:
            self._first_that_answers()
        except EngineError as fault:
            log.warning("%s", fault)

    @property
    def info(self) -> ModelInfo:
        """How the server that answered last describes itself."""
        return self._info

    @property
    def address(self) -> str:
        """The server that answered last; empty when none did."""
        return self._address

    @property
    def problem(self) -> str:
        """Why no server answered when it was last tried; empty when one did."""
        return self._problem

    @property
    def reason(self) -> str:
        """Why these servers are asked, in one sentence."""
        return f"ASSISTANT_ENDPOINT names {self._address or ', '.join(self._addresses)}"

    def look(self) -> None:
        """Ask the servers, in the background, until one answers; returns at once."""
        self._look_after(0.0)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See ``Generator``."""
        with self.hold() as server:
            return server.count_tokens(texts)

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """See ``Generator``."""
        with self.hold() as server:
            yield from server.stream(prompt, decoding, stop)

    @contextmanager
    def hold(self) -> Iterator[Generator]:
        """A server that answers now, for one answer. See ``generator.Lender``."""
        yield self._first_that_answers()

    def close(self) -> None:
        """Let go of the connections and look no more."""
        self._closed.set()
        with self._lock:
            servers, self._servers = self._servers, {}
        for server in servers.values():
            server.close()

    def _first_that_answers(self) -> RemoteGenerator:
        problems = []
        for address in self._in_turn():
            try:
                server = self._reach(address)
            except EngineError as fault:
                problems.append(f"{address}: {fault}")
                self._down_at[address] = time.monotonic()
                continue
            self._down_at.pop(address, None)
            with self._lock:
                self._address, self._info, self._problem = address, server.info, ""
            return server
        problem = "No model server answers. " + " ".join(problems)
        with self._lock:
            self._address, self._problem = "", problem
        self._look_after(LOOK_SECONDS)
        raise EngineError(problem)

    def _look_after(self, seconds: float) -> None:
        with self._lock:
            if self._is_looking or self._closed.is_set():
                return
            self._is_looking = True
        threading.Thread(target=self._look_until_one_answers, args=(seconds,), name="endpoints", daemon=True).start()

    def _look_until_one_answers(self, seconds: float) -> None:
        while not self._closed.wait(seconds):
            seconds = LOOK_SECONDS
            try:
                self._first_that_answers()
            except EngineError as fault:
                log.debug("%s", fault)
            except Exception:  # a defect here must not end the looks while a problem is shown
                log.exception("the look at the model servers failed")
            with self._lock:
                if not self._problem:
                    self._is_looking = False
                    return

    def _in_turn(self) -> list[str]:
        """The addresses in their order, but last those that were down a moment ago."""
        since = time.monotonic() - REST_SECONDS
        return sorted(self._addresses, key=lambda address: self._down_at.get(address, -math.inf) > since)

    def _reach(self, address: str) -> RemoteGenerator:
        """The server at an address, which answers. Raises EngineError when it does not."""
        with self._lock:
            server = self._servers.get(address)
        if server:
            server.check()
            return server
        server = self._connect(address)
        with self._lock:
            kept = None if self._closed.is_set() else self._servers.setdefault(address, server)
        if kept is not server:  # closed, or reached by another thread meanwhile
            server.close()
        if kept is None:
            raise EngineError("It is no longer asked.")
        return kept
