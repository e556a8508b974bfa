"""An engine on a port: an OpenAI-compatible ``/v1/completions`` server, with what the chat needs besides.

Beyond the standard: chunks may carry ``"progress": {"tokens", "ahead"}``; ``/v1/models`` describes the engine;
``/tokenize`` counts tokens; ``/health`` shows the engine's counters. Every address but ``/health`` wants the key.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.core.errors import AssistantError
from assistant.core.records import Piece
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Busy, Cancel, Engine, Request

LARGEST_BODY = 1_000_000  # bytes; a prompt that fills the largest window is far below
SILENCE_SECONDS = 15.0  # after which a comment keeps the connection open and notices that the reader has gone

Pieces = asyncio.Queue["Piece | Exception"]
Handler = Callable[[HttpRequest], Awaitable[Response]]


def create_app(engine: Engine, key: str) -> Starlette:
    """The server for one engine. With an empty key, everyone who reaches the port may use it."""
    answers = _Answers(engine)
    return Starlette(
        routes=[
            Route("/health", answers.health),
            Route("/v1/models", _guarded(answers.models, key)),
            Route("/tokenize", _guarded(answers.tokenize, key), methods=["POST"]),
            Route("/v1/completions", _guarded(answers.completions, key), methods=["POST"]),
        ]
    )


def _guarded(handler: Handler, key: str) -> Handler:
    """The handler for those who send the key; our own errors become responses in words."""

    async def check(request: HttpRequest) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if key and not hmac.compare_digest(given.encode(), key.encode()):
            return _problem(401, "The key is missing or wrong. Send it as: Authorization: Bearer KEY")
        try:
            return await handler(request)
        except Busy as fault:
            return _problem(429, str(fault))
        except AssistantError as fault:
            return _problem(400, str(fault))

    return check


class _Answers:
    """What an engine answers at each address."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def health(self, _: HttpRequest) -> Response:
        """The engine's counters."""
        return JSONResponse(asdict(self._engine.counters()))

    async def models(self, _: HttpRequest) -> Response:
        """The one model, as OpenAI lists it, with our description of it."""
        info = self._engine.info
        entry = {"id": info.name, "object": "model", "max_model_len": info.window, "assistant": asdict(info)}
        return JSONResponse({"object": "list", "data": [entry]})

    async def tokenize(self, request: HttpRequest) -> Response:
        """How many tokens each text has."""
        body = await _body(request)
        texts = body.get("texts", body.get("prompt"))
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            return _problem(400, 'The body must hold "texts": a list of strings.')
        counts = await run_in_threadpool(self._engine.count_tokens, texts)
        return JSONResponse({"counts": counts, "count": sum(counts), "max_model_len": self._engine.info.window})

    async def completions(self, request: HttpRequest) -> Response:
        """An answer, as a stream or whole."""
        body = await _body(request)
        asked = _asked(body)
        name = self._engine.info.name
        if body.get("stream"):
            pieces, cancel = await _submit(self._engine, asked)
            return StreamingResponse(_events(pieces, cancel, name), media_type="text/event-stream")
        counts = await run_in_threadpool(self._engine.count_tokens, [asked.prompt])
        pieces, cancel = await _submit(self._engine, asked)
        return await _whole(request, pieces, cancel, name, counts[0])


async def _submit(engine: Engine, asked: Request) -> tuple[Pieces, Cancel]:
    """Start a request whose pieces arrive in an asyncio queue."""
    loop = asyncio.get_running_loop()
    pieces: Pieces = asyncio.Queue()

    def sink(piece: Piece | Exception) -> None:
        # The loop is closed when the server ends in mid-answer: then nobody reads any more.
        if not loop.is_closed():
            loop.call_soon_threadsafe(pieces.put_nowait, piece)

    return pieces, await run_in_threadpool(engine.submit, asked, sink)


async def _events(pieces: Pieces, cancel: Cancel, model: str) -> AsyncIterator[str]:
    """Server-sent events. Starlette closes this when the reader goes, and that cancels the request."""
    name = f"cmpl-{uuid.uuid4().hex}"
    try:
        while True:
            try:
                piece = await asyncio.wait_for(pieces.get(), SILENCE_SECONDS)
            except TimeoutError:
                yield ": still working\n\n"
                continue
            if isinstance(piece, Exception):
                yield _event({"error": {"message": str(piece), "type": "engine_error"}})
                return
            chunk = _completion(name, model, piece.text, piece.finish or None)
            chunk["progress"] = {"tokens": piece.tokens, "ahead": piece.ahead}
            yield _event(chunk)
            if piece.finish:
                yield "data: [DONE]\n\n"
                return
    finally:
        cancel()


async def _whole(request: HttpRequest, pieces: Pieces, cancel: Cancel, model: str, prompt_tokens: int) -> Response:
    """The answer in one response; a caller who hangs up ends the work."""
    text = ""
    try:
        while True:
            try:
                piece = await asyncio.wait_for(pieces.get(), 1.0)
            except TimeoutError:
                if await request.is_disconnected():
                    return Response(status_code=499)
                continue
            if isinstance(piece, Exception):
                return _problem(500, str(piece))
            text += piece.text
            if piece.finish:
                break
    finally:
        cancel()
    whole = _completion(f"cmpl-{uuid.uuid4().hex}", model, text, piece.finish)
    whole["usage"] = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": piece.tokens,
        "total_tokens": prompt_tokens + piece.tokens,
    }
    return JSONResponse(whole)


def _asked(body: dict[str, Any]) -> Request:
    """The request in an OpenAI completions body; Hugging Face's extra names are understood besides."""
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise AssistantError('The body must hold "prompt": a string that is not empty.')
    stop = body.get("stop") or ()
    stop = [stop] if isinstance(stop, str) else stop
    if not isinstance(stop, (list, tuple)) or not all(isinstance(text, str) for text in stop):
        raise AssistantError('"stop" must be a string or a list of strings.')
    defaults = Decoding()
    given = {
        "max_new_tokens": body.get("max_tokens"),
        **{name: body.get(name) for name in ("temperature", "top_p", "top_k", "repetition_penalty", "seed")},
        **{name: body.get(name) for name in ("num_beams", "no_repeat_ngram_size", "early_stopping", "beam_stage")},
    }
    try:
        values = {name: type(getattr(defaults, name))(value) for name, value in given.items() if value is not None}
    except (TypeError, ValueError, OverflowError) as fault:
        raise AssistantError(f"The decoding parameters must be numbers: {fault}.") from None
    return Request(prompt, Decoding(**{"preset": "custom", **values}).checked(), tuple(stop))


async def _body(request: HttpRequest) -> dict[str, Any]:
    raw = bytearray()
    async for chunk in request.stream():  # a declared length may be missing, so the bytes themselves are counted
        raw += chunk
        if len(raw) > LARGEST_BODY:
            raise AssistantError(f"The body must have at most {LARGEST_BODY:,} bytes.")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise AssistantError("The body must be JSON.") from None
    if not isinstance(body, dict):
        raise AssistantError("The body must be a JSON object.")
    return body


def _completion(name: str, model: str, text: str, finish: str | None) -> dict[str, Any]:
    choice = {"index": 0, "text": text, "finish_reason": finish, "logprobs": None}
    return {
        "id": name,
        "object": "text_completion",
        "created": int(time.time()),
        "model": model,
        "choices": [choice],
    }


def _event(record: dict[str, Any]) -> str:
    return f"data: {json.dumps(record, ensure_ascii=False)}\n\n"


def _problem(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": "invalid_request_error"}}, status)
