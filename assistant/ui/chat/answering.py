"""An answer in the chat: written now if it was just asked, drawn if it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from assistant.app.assembly import Parts
from assistant.app.facts import assistant_facts
from assistant.app.loading import Loading
from assistant.chat.conversation import Chat, Exchange
from assistant.ui.chat.answer import missed_model
from assistant.ui.chat.turn import Surroundings, draw_answer
from assistant.ui.chat.writing import write_answer
from assistant.ui.files.inbox import take_kept_files
from assistant.ui.panel.model_box import doubt_model, look_at_model
from assistant.ui.session.chat_keeper import keep_question
from assistant.ui.session.visitor import catalog_of, library_of, place_of
from assistant.ui.shared.loading_view import draw_progress
from assistant.understanding.messages.about_assistant import AssistantFacts


def draw_or_write(chat: Chat, exchange: Exchange, around: Surroundings, loading: Loading, key: str) -> None:
    """A finished answer, or one that is written now and then drawn like the finished ones."""
    live, finished = st.empty(), st.container()
    if exchange.state == "asked":
        with live.container():
            parts = _await_parts(loading)
            exchange.state = "writing"  # before files are read: what is stopped then is not begun again
            keep_question(chat, exchange)
            take_kept_files(parts)
            history = chat.history(exchange)
            catalog = catalog_of(parts)

            def facts() -> AssistantFacts:
                return assistant_facts(
                    parts.settings,
                    parts.info,
                    library_of(parts),
                    place_of(parts.settings),
                )

            events = parts.assistant.ask(
                exchange.question,
                catalog,
                exchange.decoding,
                history,
                exchange.snippets,
                facts,
                as_typed=exchange.as_typed,
            )
            write_answer(exchange, events)
            if missed_model(exchange):
                doubt_model(parts)
        live.empty()
        around = replace(around, library=library_of(parts), model_is_ready=look_at_model(parts).is_ready)
    with finished:
        draw_answer(chat, exchange, around, key)


def leave_stopped(shown: Sequence[Exchange]) -> None:
    """What was shown and stopped before it was begun is not begun again."""
    for exchange in shown:
        if exchange.state == "asked":
            exchange.state = "writing"


def _await_parts(loading: Loading) -> Parts:
    """The parts, with progress in the bubble until they are there."""
    if loading.parts is not None:
        return loading.parts
    place = st.empty()
    while (parts := loading.wait(0.25)) is None:
        draw_progress(place, loading)
    place.empty()
    return parts
