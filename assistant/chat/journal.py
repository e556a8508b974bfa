"""One line in the log for each question: what it cost and which notes answered. Its words only where they are wanted.

A line never holds a session, an address, a visitor's own note, or by default a word of question or answer.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from assistant.chat.events import Event, Finished, Found, Prompted, Wrote
from assistant.core.errors import AssistantError
from assistant.core.records import Answer, Retrieval
from assistant.retrieval.notes.library import PREFIX

log = logging.getLogger(__name__)


class Journal:
    """Follows answers; see ``Assistant``."""

    def __init__(self, with_text: bool) -> None:
        """``with_text``: questions and answers are written down, too."""
        self._with_text = with_text

    def follow(self, events: Iterator[Event]) -> Iterator[Event]:
        """The same events; when they end, for whatever reason, a line is logged."""
        began = time.monotonic()
        entry: dict[str, Any] = {"event": "answer", "finish": "stopped"}
        text = ""
        try:
            with closing(events):  # type: ignore[type-var]
                for event in events:
                    if isinstance(event, Found):
                        entry |= _found(event.retrieval, event.seconds)
                        if self._with_text:
                            entry["question"] = event.retrieval.question
                    elif isinstance(event, Prompted):
                        entry["prompt_tokens"] = event.prompt.tokens
                    elif isinstance(event, Wrote):
                        text += event.piece.text
                        entry["answer_tokens"] = event.piece.tokens
                    elif isinstance(event, Finished):
                        entry |= _finished(event.answer)
                        text = event.answer.text
                    yield event
        except AssistantError as fault:
            entry |= {"finish": "refused", "problem": type(fault).__name__}  # its words may quote the question
            raise
        except Exception as fault:
            entry |= {"finish": "failed", "problem": type(fault).__name__}
            raise
        finally:
            if self._with_text:
                entry["answer"] = text
            entry["seconds"] = round(time.monotonic() - began, 3)
            log.info(json.dumps(entry, ensure_ascii=False))


def _found(retrieval: Retrieval, seconds: float) -> dict[str, Any]:
    return {
        "covered": retrieval.covered,
        "confidence": retrieval.confidence,
        "sources": ["private" if hit.passage.note.startswith(PREFIX) else hit.passage.note for hit in retrieval.hits],
        "seconds_to_retrieve": round(seconds, 3),
    }


def _finished(answer: Answer) -> dict[str, Any]:
    first, rate = answer.seconds_to_first_token, answer.tokens_per_second
    return {
        "finish": answer.finish if not answer.abstained else "not covered",
        "model": answer.model,
        "preset": answer.preset,
        "prompt_tokens": answer.prompt_tokens,
        "answer_tokens": answer.answer_tokens,
        "seconds_to_first_token": None if first is None else round(first, 3),
        "tokens_per_second": None if rate is None else round(rate, 1),
        "problem": answer.problem,
    }
