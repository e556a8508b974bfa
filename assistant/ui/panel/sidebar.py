"""The side panel from top to bottom: chats, how the model writes, which model it is, the notes, the host."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.app.assembly import Parts
from assistant.core.settings import Settings
from assistant.ui.panel.chats import draw_chats
from assistant.ui.panel.host_box import draw_host_box
from assistant.ui.panel.model_box import ModelStatus, draw_model
from assistant.ui.panel.parameters import draw_parameters
from assistant.ui.shared.safe import safe_label


def draw_sidebar(settings: Settings) -> DeltaGenerator:
    """Draw what needs no parts; gives back the place for what does."""
    with st.sidebar:
        draw_chats()
        st.divider()
        draw_parameters(settings.preset, settings.snippets)
        st.divider()
        return st.container()


def draw_about(place: DeltaGenerator, parts: Parts) -> ModelStatus:
    """The model, the notes and the host; gives back what is said of the model."""
    with place:
        status = draw_model(parts)
        _draw_notes(parts)
        draw_host_box(parts)
    return status


def _draw_notes(parts: Parts) -> None:
    library = parts.store.library
    st.markdown("**Notes**")
    st.caption(f"{len(library.notes)} notes, {len(library.passages):,} passages.")
    if library.skipped:
        files = "1 file" if len(library.skipped) == 1 else f"{len(library.skipped)} files"
        with st.expander(f"{files} could not be used"):
            for skipped in library.skipped:
                st.caption(f"{safe_label(skipped.path)}: {safe_label(skipped.reason)}")
