"""Thumbs up or down for an answer, with a word if the visitor likes."""

from __future__ import annotations

import uuid

import streamlit as st

from assistant.chat.feedback import LONGEST_WORD, Feedback, Rating
from assistant.core.errors import AssistantError
from assistant.core.records import Answer
from assistant.ui.shared.safe import safe_label


def draw_thumbs(answer: Answer, feedback: Feedback, key: str) -> None:
    """The two thumbs."""
    st.feedback("thumbs", key=f"{key}_thumbs", on_change=_keep, args=(answer, feedback, key), persist_state="session")


def draw_word(answer: Answer, feedback: Feedback, key: str) -> None:
    """What comes after a thumb: room for a word, and what became of the rating."""
    problem = st.session_state.get(f"{key}_problem")
    if problem:
        st.warning(safe_label(problem))
    elif st.session_state.get(f"{key}_thumbs") is not None:
        st.text_input(
            "What was good or wrong? (optional)",
            key=f"{key}_word",
            max_chars=LONGEST_WORD,
            on_change=_keep,
            args=(answer, feedback, key),
            persist_state="session",
        )
        with_word = " and your words" if st.session_state.get(f"{key}_word") else ""
        st.caption(f"Thank you. Kept on this host: the question, the answer, your rating{with_word}.")


def _keep(answer: Answer, feedback: Feedback, key: str) -> None:
    """Write down what the visitor says now; a later line for the same answer replaces an earlier one."""
    state = st.session_state
    thumb: int | None = state.get(f"{key}_thumbs")
    rating: Rating = "withdrawn" if thumb is None else "up" if thumb else "down"
    answer_id = state.setdefault(f"{key}_answer", uuid.uuid4().hex)
    try:
        feedback.append(answer_id, answer, rating, state.get(f"{key}_word", ""))
        state[f"{key}_problem"] = ""
    except AssistantError as fault:
        state[f"{key}_problem"] = str(fault)
