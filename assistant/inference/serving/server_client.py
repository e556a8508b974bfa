"""The client of an OpenAI-compatible server: what it runs, whether it is well, and the stream of an answer."""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from typing import Any

import openai
from openai.types import Completion, Model

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo
from assistant.inference.decoding import Decoding
from assistant.inference.serving.faults import explained, understood
from assistant.inference.serving.parameters import extra_parameters, generation_config

CONNECT_SECONDS = 3.0
READ_SECONDS = 60.0  # between two events of a stream
CANNOT_LIST = (404, 405, 500, 501)  # who says this to a look is there and may answer questions all the same


class ServerClient:
    """One server. ``base_url`` ends in /v1."""

    def __init__(self, base_url: str, key: str, seconds: float) -> None:
        """``seconds``: how long to wait for it to say what it runs. Raises EngineError when it is no address."""
        self._base_url = base_url.rstrip("/")
        self._seconds = seconds
        self._is_strict = False  # a server that refuses parameters beyond OpenAI's, as `transformers serve` does
        with understood():
            self._client = openai.OpenAI(
                base_url=self._base_url,
                api_key=key or "none",
                timeout=openai.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                max_retries=2,
                http_client=openai.DefaultHttpxClient(trust_env=False) if _is_local(self._base_url) else None,
            )

    @property
    def address(self) -> str:
        """The server's address without /v1."""
        return self._base_url.removesuffix("/v1")

    def describe(self, model: str, window: int) -> ModelInfo:
        """What it runs. ``model`` and ``window`` are for servers that do not say."""
        with understood():
            entries = self._listed(bool(model))
            entry = next((entry for entry in entries if entry.id == model), entries[0] if entries else None)
            extra: dict[str, Any] = (entry.model_extra or {}) if entry else {}
            if "assistant" in extra:
                return ModelInfo(**extra["assistant"])
            return ModelInfo(
                name=model or (entry.id if entry else "") or "default",  # some take models that they do not list
                engine="remote",
                window=int(extra.get("max_model_len") or window),
                detail=f"Served at {self._base_url}.",
                beams=False,
            )

    def check(self, is_ours: bool) -> None:
        """Ask whether it is there and, if it is this project's own, well. Raises EngineError when not."""
        with understood():
            self._listed(can_do_without=True)
            problem = self._own_problem() if is_ours else ""
        if problem:
            raise EngineError(problem)

    def counters(self, seconds: float) -> dict[str, Any]:
        """What the engine of this project's own server counts. Raises EngineError when it does not answer so soon."""
        try:
            with understood():
                return dict(self._health(seconds))  # type: ignore[call-overload, no-any-return]
        except openai.OpenAIError as fault:
            raise explained(fault) from None

    def begin(self, model: str, prompt: str, decoding: Decoding, stop: Sequence[str]) -> openai.Stream[Completion]:
        """Ask for an answer. Raises EngineError when it is refused."""
        try:
            return self._client.completions.create(
                model=model,
                prompt=prompt,
                stream=True,
                max_tokens=decoding.max_new_tokens,
                temperature=decoding.temperature,
                top_p=decoding.top_p,
                seed=decoding.seed,
                stop=list(stop)[:4] or openai.omit,
                extra_body=generation_config(decoding) if self._is_strict else extra_parameters(decoding),
            )
        except openai.UnprocessableEntityError as fault:
            if self._is_strict:
                raise explained(fault) from None
            self._is_strict = True
            return self.begin(model, prompt, decoding, stop)
        except openai.OpenAIError as fault:
            raise explained(fault) from None

    def post(self, path: str, body: dict[str, Any]) -> object:
        """What an address of the server beside /v1 says. Raises what the openai client raises."""
        return self._client.post(self.address + path, cast_to=object, body=body)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _listed(self, can_do_without: bool) -> list[Model]:
        """What the server says it runs. ``can_do_without``: it may be unable to say, when the model was named here."""
        timeout = openai.Timeout(self._seconds, connect=CONNECT_SECONDS)
        try:
            return self._client.with_options(timeout=timeout, max_retries=0).models.list().data
        except openai.OpenAIError as fault:
            # `transformers serve` fails to list models when it has no hub cache; some servers have no such address.
            if can_do_without and getattr(fault, "status_code", 0) in CANNOT_LIST:
                return []
            raise explained(fault) from None

    def _own_problem(self) -> str:
        """Why the engine of this project's own server has ended: the server lists its model all the same."""
        try:
            counters = self._health(self._seconds)
        except openai.APIStatusError:  # a proxy may let nothing through but /v1
            return ""
        except openai.OpenAIError as fault:
            raise explained(fault) from None
        return str(counters.get("problem", "")) if isinstance(counters, dict) else ""

    def _health(self, seconds: float) -> object:
        """See ``Counters``; a proxy may say something else. Raises what the openai client raises."""
        client = self._client.with_options(timeout=seconds, max_retries=0)
        return client.get(self.address + "/health", cast_to=object)


def _is_local(address: str) -> bool:
    """Whether an address is on this machine, where a proxy from the environment must not come in between.

    Raises ValueError when it is none.
    """
    parts = urllib.parse.urlsplit(address)
    if parts.port == 0:  # to look at it raises ValueError for one that is no number, which the client would not
        raise ValueError("the port must not be 0")
    return parts.hostname in ("127.0.0.1", "::1", "localhost")
