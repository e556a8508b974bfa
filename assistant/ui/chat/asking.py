"""How a question reaches the chat: typed, picked, or held until a lost session has its chats back."""

from __future__ import annotations

import streamlit as st

from assistant.core.errors import AssistantError
from assistant.ui.files.inbox import keep_files
from assistant.ui.session.chat_keeper import are_chats_back
from assistant.ui.session.state import current_choices, say_once, session_chats

_TAKEN, _HELD = "question_taken", "question_held"  # in the session


def ask_typed() -> None:
    """Take what was typed, with its files; a callback of the question box."""
    typed = st.session_state.question
    st.session_state[_TAKEN] = True
    keep_files(getattr(typed, "files", ()))
    question = str(getattr(typed, "text", typed))
    if question.strip():
        _ask(question)


def hold_if_lost(typed: object) -> None:
    """Keep a question that came without its callback until the browser has given the chats back.

    A browser that lost its session (the connection broke for minutes, or the server was started again) shows the old
    page until its visitor does something. The new session then knows no widget yet, and calls no callback.
    """
    if not st.session_state.pop(_TAKEN, False) and typed is not None:
        st.session_state[_HELD] = str(getattr(typed, "text", typed))


def ask_held() -> None:
    """Ask what was held, in the chat that it was meant for."""
    if _HELD in st.session_state and are_chats_back():
        question = st.session_state.pop(_HELD)
        if question.strip():
            _ask(question)


def is_question_held() -> bool:
    """Whether a question waits for the chats that it belongs to."""
    return _HELD in st.session_state


def ask_pill(key: str) -> None:
    """Ask the question that was picked; a callback of the pills of this key."""
    question = st.session_state[key]
    st.session_state[key] = None  # so that the same pill can ask again when the chat is opened anew
    if question:
        _ask(question)


def _ask(question: str) -> None:
    choices, chat = current_choices(), session_chats().chat
    last = chat.path()[-1:]
    if last and last[0].state == "asked" and last[0].question == question:
        return  # a clock of the page that strikes as a question is sent takes it along, and it comes twice
    try:
        chat.ask(question, choices.decoding, choices.snippets)
    except AssistantError as fault:
        say_once(str(fault))
