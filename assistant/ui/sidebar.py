"""The side panel from top to bottom: chats, how the model writes, which model it is, the notes, the host."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.assembly import Parts
from assistant.engines.process import EngineProcess
from assistant.engines.switching import SwitchingGenerator
from assistant.engines.upgrade import Upgrade
from assistant.settings import Settings
from assistant.ui.chats import draw_chats
from assistant.ui.host_box import draw_host_box
from assistant.ui.parameters import draw_parameters
from assistant.ui.safe import safe_label

UPGRADE_SECONDS = 2.0  # between two looks at a download


def draw_sidebar(settings: Settings) -> DeltaGenerator:
    """Draw what needs no parts; gives back the place for what does."""
    with st.sidebar:
        draw_chats()
        st.divider()
        draw_parameters(settings.preset, settings.snippets)
        st.divider()
        return st.container()


def draw_about(place: DeltaGenerator, parts: Parts) -> None:
    """The model, the notes and the host."""
    with place:
        _draw_model(parts)
        _draw_notes(parts)
        draw_host_box(parts)


def _draw_model(parts: Parts) -> None:
    st.markdown("**Model**")
    generator = parts.generator
    if generator is None:
        st.caption(f"None: {safe_label(parts.reason)}")
        return
    st.caption(f"{safe_label(generator.info.name)}: {safe_label(parts.reason.rstrip('.'))}.")
    if isinstance(generator, (EngineProcess, SwitchingGenerator)) and generator.status.state != "ready":
        st.caption(f":material/hourglass_top: {generator.status.state}. {safe_label(generator.status.detail)}")
    if parts.upgrade is not None and parts.upgrade.status.is_under_way:
        _watch_upgrade(parts.upgrade)
    elif parts.upgrade is not None and parts.upgrade.status.line:
        st.caption(f":material/info: {safe_label(parts.upgrade.status.line)}")


@st.fragment(run_every=UPGRADE_SECONDS)
def _watch_upgrade(upgrade: Upgrade) -> None:
    """The progress of a better model, alive; when it is there the page is drawn again, with its name."""
    status = upgrade.status
    if not status.is_under_way:
        st.rerun()
    if status.line:
        st.caption(f":material/download: {safe_label(status.line)}")


def _draw_notes(parts: Parts) -> None:
    library = parts.shelf.library
    st.markdown("**Notes**")
    st.caption(f"{len(library.notes)} notes, {len(library.passages)} passages.")
    if library.skipped:
        files = "1 file" if len(library.skipped) == 1 else f"{len(library.skipped)} files"
        with st.expander(f"{files} could not be used"):
            for skipped in library.skipped:
                st.caption(f"{safe_label(skipped.path)}: {safe_label(skipped.reason)}")
