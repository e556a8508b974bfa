"""Writes one answer live: events from the assistant into the bubble, at reading speed, stoppable."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing

import streamlit as st

from assistant.chat.conversation import Exchange
from assistant.chat.events import Checked, Event, Finished, Found, Prompted, Waited, Wrote
from assistant.chat.transcript import unchecked
from assistant.core.errors import AssistantError
from assistant.ui.chat.answer import (
    MODEL_ADDS,
    MODEL_ADDS_SUPPORTED,
    draw_remark,
    spelling_caption,
    unsupported_label,
)
from assistant.ui.chat.sentences import count_unsupported, lead_markdown, supported_markdown
from assistant.ui.shared.safe import safe_markdown

REDRAW_SECONDS = 0.12  # tokens are gathered for this long: a redraw for each one sends the whole text each time
log = logging.getLogger(__name__)


def write_answer(exchange: Exchange, events: Iterator[Event]) -> None:
    """Draw the events as they come and keep them in the exchange, which is "writing" and then "done".

    A Stop or a closed tab raises out of any drawing call; ``closing`` then ends the work at the engine, and the
    exchange already holds what was written. Nothing here touches the session, which is gone at that moment.
    """
    live = _Live()
    live.say("Searching the notes …")
    with closing(events):  # type: ignore[type-var]
        try:
            for event in events:
                _keep(exchange, event)
                live.draw(exchange, event)
        except AssistantError as fault:
            exchange.problem = str(fault)
        except Exception as fault:  # a defect must cost one answer, not the page; Stop is no Exception
            log.exception("an answer failed")
            exchange.problem = f"The answer could not be finished ({type(fault).__name__}). The log says more."
    exchange.state = "done"


def _keep(exchange: Exchange, event: Event) -> None:
    """What an event tells, kept in the exchange before anything is drawn."""
    draft = exchange.draft
    if isinstance(event, Found):
        exchange.query, draft.lead, draft.told = event.retrieval.query, event.lead, event.told
        draft.sources = event.retrieval.hits if event.retrieval.covered else ()
    elif isinstance(event, Wrote):
        draft.text += event.piece.text
    elif isinstance(event, Checked):
        draft.sentences = (*draft.sentences, event.sentence)
    elif isinstance(event, Finished):
        exchange.finish(event.answer)


class _Live:
    """The bubble while it grows: its lead, the sentences that are settled, and the one being written."""

    def __init__(self) -> None:
        self._status = st.empty()
        self._lead, self._adds, self._text, self._folded = st.container(), st.empty(), st.empty(), st.empty()
        self._drawn_at = 0.0
        self._said = ""

    def say(self, what: str) -> None:
        """Say what is being done; nothing, if that can be seen."""
        self._said = what
        if what:
            self._status.caption(what)
        else:
            self._status.empty()

    def draw(self, exchange: Exchange, event: Event) -> None:
        if isinstance(event, Found):
            if event.lead:
                with self._lead:
                    if event.told.corrected:
                        st.caption(spelling_caption(event.told))
                    draw_remark(event.told)
                self._lead.markdown(lead_markdown(event.lead))
            self._said = "Waiting for the model …"  # drawn only where it is waited for
        elif isinstance(event, Prompted):
            self.say(f"The model reads {len(event.prompt.placed)} passages …")
        elif isinstance(event, Wrote) and time.monotonic() - self._drawn_at > REDRAW_SECONDS:
            self.say(_progress(event))
            self._draw_text(exchange)
        elif isinstance(event, Waited):
            self.say(self._said)  # drawing is where Streamlit ends what was stopped
        elif isinstance(event, Checked):
            self._draw_text(exchange)

    def _draw_text(self, exchange: Exchange) -> None:
        self._drawn_at = time.monotonic()
        if not exchange.text:
            return
        settled = supported_markdown(exchange.sentences, exchange.lead)
        rest = unchecked(exchange.text, exchange.sentences)
        if settled or rest.strip():
            self._adds.caption(MODEL_ADDS_SUPPORTED if settled and not rest.strip() else MODEL_ADDS)
        self._text.markdown(f"{settled}{safe_markdown(rest) if settled else safe_markdown(rest.lstrip())} ▌")
        if count_unsupported(exchange.sentences):
            self._folded.caption(unsupported_label(exchange.sentences))


def _progress(event: Wrote) -> str:
    piece = event.piece
    if piece.ahead:
        others = "1 answer" if piece.ahead == 1 else f"{piece.ahead} answers"
        return f"{others} ahead of yours …"
    if piece.tokens and not piece.text and not piece.finish:
        return f"Searching for the best wording: {piece.tokens} tokens …"
    return ""
