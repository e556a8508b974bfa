"""What goes wrong at a server, or on the way to it, as an error that a reader understands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import openai

from assistant.core.errors import EngineError
from assistant.inference.engine import Busy

GONE = (502, 503, 504)  # what a proxy says whose server is not there, and a server that is still loading


def explained(fault: openai.OpenAIError) -> EngineError:
    """The fault in the reader's words."""
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
def understood() -> Iterator[None]:
    """What the client stumbles over, such as a web page in the place of a list, becomes an EngineError."""
    try:
        yield
    except (AttributeError, TypeError, ValueError):
        raise EngineError("It does not answer as a model server does. Does the address end in /v1?") from None


def _message(fault: openai.OpenAIError) -> str:
    body = getattr(fault, "body", None)
    if isinstance(body, dict) and body.get("message"):
        return str(body["message"])
    return str(fault).splitlines()[0]
