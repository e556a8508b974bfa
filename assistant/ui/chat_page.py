"""The chat page, top to bottom."""

from __future__ import annotations

import streamlit as st

from assistant.assembly import Parts
from assistant.loading import Loading
from assistant.settings import Settings
from assistant.ui.answer import draw_turn
from assistant.ui.safe import safe_label
from assistant.ui.sidebar import draw_sidebar
from assistant.ui.state import Chat, ChatTurn, current_chat
from assistant.ui.writing import write_answer

TITLE = "Deep-learning notes"
STARTERS = (
    "Where should I learn deep learning?",
    "What is dropout and what happens at test time?",
    "Why is my loss NaN?",
    "Adam or SGD?",
)


def draw_chat_page(loading: Loading, settings: Settings) -> None:
    """The page for one visitor; interactive at once, while the parts may still load."""
    st.title(TITLE)
    st.caption("Ask about deep learning. Answers come from the notes, with their sources.")
    choices = draw_sidebar(loading.parts, settings.snippets, settings.preset)
    chat = current_chat()
    for turn in chat.turns:
        with st.chat_message("user"):
            st.markdown(safe_label(turn.question))
        with st.chat_message("assistant"):
            draw_turn(turn)
    starter = None if chat.turns else _draw_starters()
    typed = st.chat_input(
        "Ask about deep learning", max_chars=settings.question_limit, submit_mode="stop", key="question"
    )
    question = typed or starter
    if question:
        with st.chat_message("user"):
            st.markdown(safe_label(str(question)))
        with st.chat_message("assistant"):
            parts = _await_parts(loading)
            history = chat.history()
            turn = _begin(chat, str(question))
            write_answer(turn, parts.assistant.ask(turn.question, choices.decoding, history, choices.snippets))
        if starter or len(chat.turns) == 1:
            st.rerun()  # takes the starter questions away
    elif loading.parts is None:
        _watch_loading(loading)


def _begin(chat: Chat, question: str) -> ChatTurn:
    turn = ChatTurn(question)
    chat.turns.append(turn)
    return turn


def _draw_starters() -> str | None:
    return st.pills("Questions to start with", STARTERS, label_visibility="collapsed", key="starter")


def _await_parts(loading: Loading) -> Parts:
    """The parts, with progress in the bubble until they are there."""
    if loading.parts is not None:
        return loading.parts
    place = st.empty()
    while (parts := loading.wait(0.25)) is None:
        _draw_progress(place, loading)
    place.empty()
    return parts


@st.fragment(run_every=0.5)
def _watch_loading(loading: Loading) -> None:
    """Progress while nothing is asked; the page is drawn again when the parts are there."""
    if loading.parts is not None:
        st.rerun()
    _draw_progress(st.empty(), loading)


def _draw_progress(place: st.delta_generator.DeltaGenerator, loading: Loading) -> None:
    progress = loading.progress
    with place.container():
        if progress.problem:
            st.warning(safe_label(progress.problem))
        if progress.share is None:
            st.caption(f":material/hourglass_top: {progress.what} …")
        else:
            st.progress(progress.share, text=progress.what)
