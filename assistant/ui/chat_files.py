"""Files that are attached to a question: read before it is answered, their results below it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.assembly import Parts
from assistant.ui.uploading import Given, draw_open_questions, draw_outcome, take_files

_GIVEN, _OUTCOMES = "chat_files", "chat_file_outcomes"  # in the session


def keep_files(files: Sequence[Given]) -> None:
    """Remember attached files until the page is drawn; for the callback of the chat input."""
    st.session_state[_GIVEN] = list(files)
    st.session_state[_OUTCOMES] = ()


def take_kept_files(parts: Parts) -> None:
    """Read the attached files with their progress, once; their bytes are let go."""
    files: list[Given] = st.session_state.pop(_GIVEN, [])
    if files:
        st.session_state[_OUTCOMES] = take_files(parts, files)


def draw_file_results(parts: Parts) -> None:
    """What became of the last attached files, and whether to replace those that were there already."""
    decided = draw_open_questions(parts)
    if decided:
        st.session_state[_OUTCOMES] = decided
        st.rerun()
    for outcome in st.session_state.get(_OUTCOMES, ()):
        if not outcome.waits:
            draw_outcome(outcome)
