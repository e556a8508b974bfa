"""Files that are attached to a question: read before it is answered, their results below it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.assembly import Parts
from assistant.ui.uploading import Given, Outcome, draw_open_questions, draw_outcome, let_go, take_files

_GIVEN, _OUTCOMES = "chat_files", "chat_file_outcomes"  # in the session


def keep_files(files: Sequence[Given]) -> None:
    """Remember attached files until they are read; for the callback of the chat input.

    Those of an earlier question that was stopped still wait, and are read first. What became of others is forgotten.
    """
    waiting, outcomes = _waiting(), _outcomes()
    waiting.extend(files)
    outcomes.clear()


def take_kept_files(parts: Parts) -> None:
    """Read the attached files with their progress, each once; their bytes are let go.

    What the visitor does meanwhile may end this. The rest, and the file under way, are then read with the next drawing.
    """
    waiting, outcomes = _waiting(), _outcomes()

    def done(file: Given, outcome: Outcome) -> None:
        if file in waiting:  # two runs may read it: the visitor's next step begins a run before the last has ended
            waiting.remove(file)
            outcomes.append(outcome)
        let_go([file])

    if waiting:
        place = st.empty()
        with place.container():
            take_files(parts, tuple(waiting), done)
        place.empty()  # their results are drawn below the chat


def draw_file_results(parts: Parts) -> None:
    """What became of the last attached files, and whether to replace those that were there already."""
    outcomes = _outcomes()
    if draw_open_questions(parts, outcomes):
        st.rerun()
    for outcome in tuple(outcomes):
        if not outcome.waits:
            draw_outcome(outcome)


def _waiting() -> list[Given]:
    """Files that were not read yet; one list for the whole session, because runs may overlap."""
    waiting: list[Given] = st.session_state.setdefault(_GIVEN, [])
    return waiting


def _outcomes() -> list[Outcome]:
    """What became of the last attached files; one list as well, that nothing is told to one which nobody draws."""
    outcomes: list[Outcome] = st.session_state.setdefault(_OUTCOMES, [])
    return outcomes
