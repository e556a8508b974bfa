"""Files that are attached to a question: read before it is answered, their results below it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.assembly import Parts
from assistant.ui.uploading import Given, Outcome, draw_open_questions, draw_outcome, let_go, take_files

_GIVEN, _OUTCOMES = "chat_files", "chat_file_outcomes"  # in the session


def keep_files(files: Sequence[Given]) -> None:
    """Remember attached files until the page is drawn; for the callback of the chat input."""
    st.session_state[_GIVEN] = list(files)
    st.session_state[_OUTCOMES] = ()


def take_kept_files(parts: Parts) -> None:
    """Read the attached files with their progress, each once; their bytes are let go.

    What the visitor does meanwhile may end this. The rest, and the file under way, are then read with the next drawing.
    """
    waiting: list[Given] = st.session_state.get(_GIVEN, [])

    def done(file: Given, outcome: Outcome) -> None:
        waiting.remove(file)
        let_go([file])
        st.session_state[_OUTCOMES] = (*st.session_state[_OUTCOMES], outcome)

    if waiting:
        place = st.empty()
        with place.container():
            take_files(parts, tuple(waiting), done)
        place.empty()  # their results are drawn below the chat


def draw_file_results(parts: Parts) -> None:
    """What became of the last attached files, and whether to replace those that were there already."""
    decided = draw_open_questions(parts)
    if decided:
        st.session_state[_OUTCOMES] = decided
        st.rerun()
    for outcome in st.session_state.get(_OUTCOMES, ()):
        if not outcome.waits:
            draw_outcome(outcome)
