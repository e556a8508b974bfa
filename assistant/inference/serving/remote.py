"""The generator at the other end of an OpenAI-compatible ``/v1/completions`` server, through the openai client.

The same for the engine process on this machine and for vLLM, ``transformers serve`` or llama.cpp's server elsewhere.
What only this project's own server offers (queue places, token counts, its chat template) is used where it is there.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import openai
from openai.types import Completion, Model

from assistant.core.caching import LRUCache
from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Busy
from assistant.inference.serving.stream_reader import patiently

CONNECT_SECONDS = 3.0
READ_SECONDS = 60.0  # between two events of a stream
CHECK_SECONDS = 5.0  # to say what it runs; the question at hand waits, and the next address may answer at once
IDLE_SECONDS = 0.4  # without an event, after which the reader is given a chance to stop
CHARACTERS_PER_TOKEN = 3.0  # a careful guess for servers that cannot count; English has about 4
REMEMBERED_COUNTS = 4096
GONE = (502, 503, 504)  # what a proxy says whose server is not there, and a server that is still loading
NO_ADDRESS = (404, 405, 501)
CANNOT_LIST = (404, 405, 500, 501)  # who says this to a look is there and may answer questions all the same


class RemoteGenerator:
    """One server. ``base_url`` ends in /v1."""

    def __init__(
        self, base_url: str, key: str = "", model: str = "", window: int = 1024, seconds: float = CHECK_SECONDS
    ) -> None:
        """Connect and ask what the server runs. ``model`` and ``window`` are for servers that do not say.

        Raises EngineError when it does not answer within so many seconds.
        """
        self._base_url = base_url.rstrip("/")
        with _understood():
            self._client = openai.OpenAI(
                base_url=self._base_url,
                api_key=key or "none",
                timeout=openai.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                max_retries=2,
                http_client=openai.DefaultHttpxClient(trust_env=False) if _is_local(self._base_url) else None,
            )
        self._counts: LRUCache[str, int] = LRUCache(REMEMBERED_COUNTS)
        self._can_count = True
        self._is_strict = False  # a server that refuses parameters beyond OpenAI's, as `transformers serve` does
        self._seconds = seconds
        with _understood():
            self._info = self._describe(model, window)

    @property
    def info(self) -> ModelInfo:
        """How the server described itself."""
        return self._info

    @property
    def address(self) -> str:
        """The server's address without /v1."""
        return self._base_url.removesuffix("/v1")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the server counts them, or a careful guess where it does not count."""
        return self._counts.get_all(texts, self._ask_counts)

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """Pieces of the answer. Closing the iterator hangs up, which ends the work at the server."""
        if decoding.num_beams > 1 and not self._info.beams:
            raise EngineError(f"{self._info.name} is served without beam search. Choose another preset.")
        events = patiently(lambda: self._begin(prompt, decoding, stop), _is_last, IDLE_SECONDS)
        tokens = 0
        try:
            for event in events:
                if event is None:
                    yield Piece(tokens=tokens, idle=True)
                    continue
                progress = (event.model_extra or {}).get("progress") or {}
                choice = event.choices[0] if event.choices else None
                text = choice.text if choice else ""
                tokens = int(progress.get("tokens", tokens + bool(text)))
                finish = (choice.finish_reason if choice else None) or ""
                yield Piece(text or "", tokens, int(progress.get("ahead", 0)), finish)
                if finish:
                    return
            raise EngineError(f"{self._info.name} hung up in the middle of the answer. Ask again.")
        except openai.OpenAIError as fault:
            raise self._explain(fault) from None
        except (OSError, ValueError) as fault:  # ValueError: an event that is no JSON
            raise EngineError(f"The connection to {self._info.name} broke ({fault}). Ask again.") from None
        finally:
            events.close()

    def check(self) -> None:
        """Ask whether the server is there. Raises EngineError when it does not answer soon."""
        with _understood():
            self._listed(can_do_without=True)
            problem = self._own_problem()
        if problem:
            raise EngineError(problem)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _begin(self, prompt: str, decoding: Decoding, stop: Sequence[str]) -> openai.Stream[Completion]:
        try:
            return self._client.completions.create(
                model=self._info.name,
                prompt=prompt,
                stream=True,
                max_tokens=decoding.max_new_tokens,
                temperature=decoding.temperature,
                top_p=decoding.top_p,
                seed=decoding.seed,
                stop=list(stop)[:4] or openai.omit,
                extra_body=_as_generation_config(decoding) if self._is_strict else _extra(decoding),
            )
        except openai.UnprocessableEntityError as fault:
            if self._is_strict:
                raise self._explain(fault) from None
            self._is_strict = True
            return self._begin(prompt, decoding, stop)
        except openai.OpenAIError as fault:
            raise self._explain(fault) from None

    def _describe(self, model: str, window: int) -> ModelInfo:
        entries = self._listed(bool(model))
        entry = next((entry for entry in entries if entry.id == model), entries[0] if entries else None)
        extra: dict[str, Any] = (entry.model_extra or {}) if entry else {}
        if "assistant" in extra:
            return ModelInfo(**extra["assistant"])
        return ModelInfo(
            name=model or (entry.id if entry else "") or "default",  # some servers take models that they do not list
            engine="remote",
            window=int(extra.get("max_model_len") or window),
            detail=f"Served at {self._base_url}.",
            beams=False,
        )

    def _listed(self, can_do_without: bool) -> list[Model]:
        """What the server says it runs. ``can_do_without``: it may be unable to say, when the model was named here."""
        timeout = openai.Timeout(self._seconds, connect=CONNECT_SECONDS)
        try:
            return self._client.with_options(timeout=timeout, max_retries=0).models.list().data
        except openai.OpenAIError as fault:
            # `transformers serve` fails to list models when it has no hub cache; some servers have no such address.
            if can_do_without and getattr(fault, "status_code", 0) in CANNOT_LIST:
                return []
            raise self._explain(fault) from None

    def _own_problem(self) -> str:
        """Why the engine of this project's own server has ended: the server lists its model all the same."""
        if self._info.engine == "remote":
            return ""
        try:
            client = self._client.with_options(timeout=self._seconds, max_retries=0)
            counters = client.get(self.address + "/health", cast_to=object)
        except openai.APIStatusError:  # a proxy may let nothing through but /v1
            return ""
        except openai.OpenAIError as fault:
            raise self._explain(fault) from None
        return str(counters.get("problem", "")) if isinstance(counters, dict) else ""

    def _ask_counts(self, texts: list[str]) -> list[int]:
        if self._can_count:
            address = self.address + "/tokenize"
            try:
                if self._info.engine == "remote":
                    answers = [
                        self._client.post(address, cast_to=object, body={"model": self._info.name, "prompt": text})
                        for text in texts
                    ]
                    return [int(answer["count"]) for answer in answers]  # type: ignore[index]
                answer = self._client.post(address, cast_to=object, body={"texts": texts})
                return [int(count) for count in answer["counts"]]  # type: ignore[index]
            except (openai.APIStatusError, KeyError, TypeError) as fault:
                # Guessed this time; for good if the server has no such address, or says something else there.
                self._can_count = getattr(fault, "status_code", 404) not in NO_ADDRESS
            except openai.OpenAIError as fault:
                raise self._explain(fault) from None
        return [int(len(text) / CHARACTERS_PER_TOKEN) + 1 for text in texts]

    def _explain(self, fault: openai.OpenAIError) -> EngineError:
        if isinstance(fault, openai.APITimeoutError):
            return EngineError("The model server did not answer in time. Ask again.")
        if isinstance(fault, openai.APIConnectionError):
            return EngineError("The model server cannot be reached. It may be starting again; ask again in a moment.")
        if isinstance(fault, openai.RateLimitError):
            return Busy(_message(fault))
        if isinstance(fault, openai.AuthenticationError):
            return EngineError("The model server refused the key. Set ASSISTANT_API_KEY.")
        if isinstance(fault, openai.InternalServerError) and fault.status_code in GONE:
            return EngineError(f"The model server is down or starting again (status {fault.status_code}). Ask again.")
        return EngineError(f"The model server reported: {_message(fault)}")


@contextmanager
def _understood() -> Iterator[None]:
    """What the client stumbles over, such as a web page in the place of a list, becomes an EngineError."""
    try:
        yield
    except (AttributeError, TypeError, ValueError):
        raise EngineError("It does not answer as a model server does. Does the address end in /v1?") from None


def _is_last(event: Completion) -> bool:
    return any(choice.finish_reason for choice in event.choices)


def _is_local(address: str) -> bool:
    """Whether an address is on this machine, where a proxy from the environment must not come in between.

    Raises ValueError when it is none.
    """
    parts = urllib.parse.urlsplit(address)
    if parts.port == 0:  # to look at it raises ValueError for one that is no number, which the client would not
        raise ValueError("the port must not be 0")
    return parts.hostname in ("127.0.0.1", "::1", "localhost")


def _message(fault: openai.OpenAIError) -> str:
    body = getattr(fault, "body", None)
    if isinstance(body, dict) and body.get("message"):
        return str(body["message"])
    return str(fault).splitlines()[0]


def _extra(decoding: Decoding) -> dict[str, Any]:
    """Parameters beyond OpenAI's, under the names that vLLM, llama.cpp and this project's server share."""
    extra: dict[str, Any] = {}
    if decoding.repetition_penalty != 1:
        extra["repetition_penalty"] = decoding.repetition_penalty
    if decoding.top_k:
        extra["top_k"] = decoding.top_k
    if decoding.num_beams > 1:
        extra["num_beams"] = decoding.num_beams
        extra["no_repeat_ngram_size"] = decoding.no_repeat_ngram_size
        extra["early_stopping"] = decoding.early_stopping
        if decoding.beam_stage:
            extra["beam_stage"] = decoding.beam_stage
    return extra


def _as_generation_config(decoding: Decoding) -> dict[str, Any]:
    """All parameters in the one field that `transformers serve` has for what OpenAI's interface does not know."""
    config: dict[str, Any] = {"max_new_tokens": decoding.max_new_tokens, "do_sample": decoding.samples}
    if decoding.samples:
        config |= {"temperature": decoding.temperature, "top_p": decoding.top_p, "top_k": decoding.top_k}
    if decoding.repetition_penalty != 1:
        config["repetition_penalty"] = decoding.repetition_penalty
    return {"generation_config": json.dumps(config)}
