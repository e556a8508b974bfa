"""Several model servers of which one answers: each is tried in turn, and one that is down is left alone for a while."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from assistant.decoding import Decoding
from assistant.engines.remote import RemoteGenerator
from assistant.errors import EngineError
from assistant.generator import Generator
from assistant.records import ModelInfo, Piece

REST_SECONDS = 30.0  # a server that did not answer is not asked again for so long: each try can take seconds

log = logging.getLogger(__name__)

Connect = Callable[[str], RemoteGenerator]


class Endpoints:
    """A generator over one or several addresses; with none that answers, the notes answer and later questions retry."""

    def __init__(self, addresses: Sequence[str], connect: Connect) -> None:
        """Try the addresses until one answers. ``connect`` raises EngineError for one that does not."""
        self._addresses = tuple(addresses)
        self._connect = connect
        self._servers: dict[str, RemoteGenerator] = {}
        self._down_at: dict[str, float] = {}
        self._lock = threading.Lock()
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
        """Let go of the connections."""
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
            self._address, self._info, self._problem = address, server.info, ""
            self._down_at.pop(address, None)
            return server
        self._address, self._problem = "", "No model server answers. " + " ".join(problems)
        raise EngineError(self._problem)

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
            return self._servers.setdefault(address, server)
