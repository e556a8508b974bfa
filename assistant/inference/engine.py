"""An engine: a model that answers several requests at once, inside a process of its own."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding


@dataclass(frozen=True, slots=True)
class Request:
    """What an engine is asked for."""

    prompt: str
    decoding: Decoding
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counters:
    """What an engine has done and is doing, for health checks and for proof that stopped work really stops."""

    running: int
    waiting: int
    started: int  # requests since the start
    finished: int
    cancelled: int
    tokens: int  # generated since the start
    idle_seconds: float  # since the last token or the last time there was nothing to do
    problem: str = ""  # why the engine can never answer again, in one line; empty while it can


class Busy(EngineError):
    """The queue is full; the caller may come back later."""


Sink = Callable[[Piece | Exception], None]
Cancel = Callable[[], None]


class Engine(Protocol):
    """A model that answers several requests at once, from threads of its own."""

    @property
    def info(self) -> ModelInfo:
        """How the engine describes itself."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens around it."""

    def submit(self, request: Request, sink: Sink) -> Cancel:
        """Start a request. ``sink`` gets its pieces, the last with ``finish`` set, or the exception that ended it.

        Returns a function that ends the request within one token. Raises Busy when the queue is full.
        """

    def counters(self) -> Counters:
        """Counts since the start."""

    def close(self) -> None:
        """End the loop and every request."""


def stream_from(engine: Engine, request: Request) -> Iterator[Piece]:
    """The pieces of one request, in the caller's thread; closing the iterator cancels the request."""
    pieces: queue.SimpleQueue[Piece | Exception] = queue.SimpleQueue()
    cancel = engine.submit(request, pieces.put)
    try:
        while True:
            piece = pieces.get()
            if isinstance(piece, Exception):
                raise piece
            yield piece
            if piece.finish:
                return
    finally:
        cancel()
