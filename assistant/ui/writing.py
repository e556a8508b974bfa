"""Writes one answer live: events from the assistant into the bubble, at reading speed, stoppable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import streamlit as st

from assistant.chat import Event, Finished, Found, Prompted, Wrote
from assistant.errors import AssistantError
from assistant.ui.answer import MODEL_ADDS, draw_end, draw_lead, draw_not_covered, draw_sources
from assistant.ui.safe import safe_label, safe_markdown
from assistant.ui.state import ChatTurn

REDRAW_SECONDS = 0.12  # tokens are gathered for this long: a redraw for each one sends the whole text each time


def write_answer(turn: ChatTurn, events: Iterator[Event]) -> None:
    """Draw the events as they come and keep them in the turn.

    A Stop or a closed tab raises out of any drawing call; ``closing`` then ends the work at the engine, and the turn
    already holds what was written. Nothing here touches the session, which is gone at that moment.
    """
    status = st.empty()
    lead, adds, text = st.container(), st.empty(), st.empty()
    drawn_at = 0.0
    status.caption("Searching the notes …")
    with closing(events):  # type: ignore[type-var]
        try:
            for event in events:
                if isinstance(event, Found):
                    turn.lead, turn.sources = (
                        event.lead,
                        event.retrieval.hits if event.retrieval.covered else (),
                    )
                    with lead:
                        draw_lead(event.lead)
                elif isinstance(event, Prompted):
                    status.caption(f"The model reads {len(event.prompt.placed)} passages …")
                elif isinstance(event, Wrote):
                    turn.text += event.piece.text
                    if time.monotonic() - drawn_at > REDRAW_SECONDS:
                        drawn_at = time.monotonic()
                        _draw_progress(status, event)
                        if turn.text:
                            adds.caption(MODEL_ADDS)
                            text.markdown(safe_markdown(turn.text) + " ▌")
                elif isinstance(event, Finished):
                    turn.answer, turn.text, turn.sources = (
                        event.answer,
                        event.answer.text,
                        event.answer.sources,
                    )
        except AssistantError as fault:
            turn.problem = str(fault)
    status.empty()
    answer = turn.answer
    if answer is None:
        adds.empty()
        text.markdown(safe_label(turn.problem))
    elif answer.abstained:
        with lead:
            draw_not_covered(answer)
    else:
        if answer.finish == "notes" or not turn.text:
            adds.empty()
            text.empty()
        else:
            adds.caption(MODEL_ADDS)
            text.markdown(safe_markdown(turn.text))
        draw_end(answer)
        draw_sources(turn.sources)


def _draw_progress(status: st.delta_generator.DeltaGenerator, event: Wrote) -> None:
    piece = event.piece
    if piece.ahead:
        others = "1 answer" if piece.ahead == 1 else f"{piece.ahead} answers"
        status.caption(f"{others} ahead of yours …")
    elif piece.tokens and not piece.text:
        status.caption(f"Searching for the best wording: {piece.tokens} tokens …")
    else:
        status.empty()
