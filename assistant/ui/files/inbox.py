"""Files that a visitor gave, with a question or on the page Notes: they wait in the session until they are read.

Whichever page is drawn next reads them, because a visitor may leave one page for the other meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.app.assembly import Parts
from assistant.ui.files.uploading import Given, Outcome, draw_open_questions, draw_outcome, let_go, take_files

_WAITING, _OUTCOMES = "given_files", "given_file_outcomes"  # in the session


def keep_files(files: Sequence[Given]) -> None:
    """Remember files until they are read; also for the callback of the chat input.

    Those of an earlier question that was stopped still wait, and are read first. What became of others is forgotten.
    """
    waiting = _waiting()
    waiting.extend(files)
    forget_results()


def take_kept_files(parts: Parts) -> bool:
    """Read the files that wait with their progress, each once, and let go their bytes; whether there were any.

    What the visitor does meanwhile may end this. The rest, and the file under way, are then read with the next drawing.
    """
    waiting, outcomes = _waiting(), _outcomes()

    def done(file: Given, outcome: Outcome) -> None:
        if file in waiting:  # two runs may read it: the visitor's next step begins a run before the last has ended
            waiting.remove(file)
            outcomes.append(outcome)
        let_go([file])

    if not waiting:
        return False
    place = st.empty()
    with place.container():
        take_files(parts, tuple(waiting), done)
    place.empty()  # their results are drawn by draw_file_results
    return True


def draw_file_results(parts: Parts) -> None:
    """What became of the last files, and whether to replace those that were there already."""
    outcomes = _outcomes()
    if draw_open_questions(parts, outcomes):
        st.rerun()
    for outcome in tuple(outcomes):
        if not outcome.waits:
            draw_outcome(outcome)


def forget_results() -> None:
    """Tell no more what became of the last files."""
    _outcomes().clear()


def _waiting() -> list[Given]:
    """Files that were not read yet; one list for the whole session, because runs may overlap."""
    waiting: list[Given] = st.session_state.setdefault(_WAITING, [])
    return waiting


def _outcomes() -> list[Outcome]:
    """What became of the last files; one list as well, that nothing is told to one which nobody draws."""
    outcomes: list[Outcome] = st.session_state.setdefault(_OUTCOMES, [])
    return outcomes
