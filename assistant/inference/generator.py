"""The seam between the assistant and whatever writes its text: two small protocols.

A ``Generator`` is what the chat talks to. An ``Engine`` runs a model inside an engine process and serves many requests
at once; ``serving/server.py`` puts it on a loopback port and ``serving/remote.py`` is the generator at the other end,
the same for a process on this machine and for a server elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, runtime_checkable

from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding


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
