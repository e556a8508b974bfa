"""The seam between the assistant and whatever writes its text: two small protocols.

A ``Generator`` is what the chat talks to. An ``Engine`` runs a model inside an engine process and serves many requests
at once; ``engines/server.py`` puts it on a loopback port and ``engines/remote.py`` is the generator at the other end,
the same for a process on this machine and for a server elsewhere.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.decoding import Decoding


class Generator(Protocol):
    """Text from a prompt. Methods raise AssistantError kinds only."""

    @property
    def info(self) -> ModelInfo:
        """How the generator describes itself."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text in the model's vocabulary."""

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """Pieces of the answer; the last has ``finish`` set. Closing the iterator ends the work at the engine.

        An idle piece comes now and then while the engine says nothing, so that the reader can close it then, too.
        """


@runtime_checkable
class Lender(Protocol):
    """A generator whose model can change between answers."""

    def hold(self) -> AbstractContextManager[Generator]:
        """One model for a whole answer: the prompt is counted and written by the same one."""


@runtime_checkable
class Elsewhere(Protocol):
    """A generator on other machines, which may go and come back. What it says of them is known without asking them."""

    @property
    def problem(self) -> str:
        """Why no server answered when one was last asked; empty when one did."""

    @property
    def reason(self) -> str:
        """Why these servers are asked, in one sentence."""

    def look(self) -> None:
        """Ask the servers, in the background, until one answers; returns at once."""


def held(generator: Generator) -> AbstractContextManager[Generator]:
    """The generator for one answer."""
    return generator.hold() if isinstance(generator, Lender) else nullcontext(generator)


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
