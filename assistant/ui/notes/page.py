"""The notes page, top to bottom: search, the notes by topic, a note to read, a map, and files of one's own."""

from __future__ import annotations

import streamlit as st

from assistant.app.assembly import Parts
from assistant.app.loading import Loading
from assistant.core.errors import AssistantError
from assistant.core.settings import Settings
from assistant.ui.files.inbox import take_kept_files
from assistant.ui.notes.note_list import draw_list
from assistant.ui.notes.note_search import draw_search
from assistant.ui.notes.note_view import draw_asked_note
from assistant.ui.notes.uploads_view import draw_uploads
from assistant.ui.session.visitor import library_of, place_of
from assistant.ui.shared.loading_view import watch_loading
from assistant.ui.shared.safe import safe_label

TOPICS, MAP, ADD = "Topics", "Map", "Add files"


def draw_notes_page(loading: Loading, settings: Settings) -> None:
    """The page for one visitor; it waits for the notes, not for the model."""
    st.title("Notes")
    parts = loading.parts
    if parts is None:
        watch_loading(loading)
        return
    _draw_notes(parts, settings)
    if take_kept_files(parts):  # given where files are added, which was left before they were read
        st.rerun()


def _draw_notes(parts: Parts, settings: Settings) -> None:
    library = library_of(parts)
    if draw_asked_note(library):
        return
    st.caption(f"{len(library.notes)} notes, {len(library.passages):,} passages. Answers are made from these alone.")
    question = st.text_input(
        "Search as the chat does",
        st.session_state.get("searched", ""),  # the box itself is forgotten while a note is read
        max_chars=settings.question_limit,
        placeholder="What is dropout?",
        key="search",
        icon=":material/search:",
    )
    st.session_state.searched = question
    if question.strip():
        try:
            draw_search(parts, question)
        except AssistantError as fault:
            st.error(safe_label(str(fault)))
        return
    _draw_view(parts)


def _draw_view(parts: Parts) -> None:
    views = [TOPICS, MAP] if place_of(parts.settings) == "off" else [TOPICS, MAP, ADD]
    view = st.segmented_control(
        "View", views, default=TOPICS, key="notes_view", label_visibility="collapsed", required=True
    )
    if view == ADD:
        draw_uploads(parts)
    elif view == MAP:
        # Imported here: altair and pandas take half a second, which readers of notes need not wait for.
        from assistant.ui.notes.map_view import draw_map

        draw_map(parts)
    else:
        draw_list(library_of(parts))
