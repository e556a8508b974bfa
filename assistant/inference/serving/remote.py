"""The generator at the other end of an OpenAI-compatible ``/v1/completions`` server, through the openai client.

The same for the engine process on this machine and for vLLM, ``transformers serve`` or llama.cpp's server elsewhere.
What only this project's own server offers (queue places, token counts, its chat template) is used where it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import openai
from openai.types import Completion

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding
from assistant.inference.serving.faults import explained
from assistant.inference.serving.server_client import ServerClient
from assistant.inference.serving.stream_reader import patiently
from assistant.inference.serving.token_counter import TokenCounter

CHECK_SECONDS = 5.0  # to say what it runs; the question at hand waits, and the next address may answer at once
IDLE_SECONDS = 0.4  # without an event, after which the reader is given a chance to stop


class RemoteGenerator:
    """One server. ``base_url`` ends in /v1."""

    def __init__(
        self, base_url: str, key: str = "", model: str = "", window: int = 1024, seconds: float = CHECK_SECONDS
    ) -> None:
        """Connect and ask what the server runs. ``model`` and ``window`` are for servers that do not say.

        Raises EngineError when it does not answer within so many seconds.
        """
        self._client = ServerClient(base_url, key, seconds)
        self._info = self._client.describe(model, window)
        self._is_ours = self._info.engine != "remote"
        self._counter = TokenCounter(self._client, self._info.name, one_by_one=not self._is_ours)

    @property
    def info(self) -> ModelInfo:
        """How the server described itself."""
        return self._info

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the server counts them, or a careful guess where it does not count."""
        return self._counter.count(texts)

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """Pieces of the answer. Closing the iterator hangs up, which ends the work at the server."""
        if decoding.num_beams > 1 and not self._info.beams:
            raise EngineError(f"{self._info.name} is served without beam search. Choose another preset.")
        events = patiently(lambda: self._client.begin(self._info.name, prompt, decoding, stop), _is_last, IDLE_SECONDS)
        tokens = 0
        try:
            for event in events:
                if event is None:
                    yield Piece(tokens=tokens, idle=True)
                    continue
                piece = _piece(event, tokens)
                tokens = piece.tokens
                yield piece
                if piece.finish:
                    return
            raise EngineError(f"{self._info.name} hung up in the middle of the answer. Ask again.")
        except openai.OpenAIError as fault:
            raise explained(fault) from None
        except (OSError, ValueError) as fault:  # ValueError: an event that is no JSON
            raise EngineError(f"The connection to {self._info.name} broke ({fault}). Ask again.") from None
        finally:
            events.close()

    def check(self) -> None:
        """Ask whether the server is there. Raises EngineError when it does not answer soon."""
        self._client.check(self._is_ours)

    def counters(self, seconds: float) -> dict[str, Any]:
        """What the engine of this project's own server counts. Raises EngineError when it does not answer so soon."""
        return self._client.counters(seconds)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _piece(event: Completion, tokens: int) -> Piece:
    """What an event brings; ``tokens`` came before it."""
    progress = (event.model_extra or {}).get("progress") or {}
    choice = event.choices[0] if event.choices else None
    text = choice.text if choice else ""
    finish = (choice.finish_reason if choice else None) or ""
    return Piece(text or "", int(progress.get("tokens", tokens + bool(text))), int(progress.get("ahead", 0)), finish)


def _is_last(event: Completion) -> bool:
    return any(choice.finish_reason for choice in event.choices)
