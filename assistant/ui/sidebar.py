"""The side panel: which model answers and why, how it decodes, how many passages it reads."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from assistant.assembly import Parts
from assistant.decoding import PRESETS, Decoding, decoding_for
from assistant.engines.process import EngineProcess
from assistant.engines.switching import SwitchingGenerator
from assistant.engines.upgrade import Upgrade
from assistant.ui.safe import safe_label
from assistant.ui.state import new_chat

UPGRADE_SECONDS = 2.0  # between two looks at a download


@dataclass(frozen=True, slots=True)
class Choices:
    """What the visitor set in the side panel."""

    decoding: Decoding
    snippets: int


def draw_sidebar(parts: Parts | None, snippets: int, preset: str) -> Choices:
    """Draw the panel; works before the parts are loaded."""
    with st.sidebar:
        st.button("New chat", icon=":material/add:", on_click=new_chat, width="stretch")
        chosen = st.selectbox(
            "How the model writes",
            list(PRESETS),
            index=list(PRESETS).index(decoding_for(preset).preset),  # an unknown one is named in an error
            format_func=lambda name: PRESETS[name].label,
            key="preset",
        )
        st.caption(PRESETS[chosen].says)
        count = st.slider(
            "Passages it reads",
            1,
            6,
            min(snippets, 6),
            key="snippets",
            help="More give a fuller context, slower.",
        )
        st.divider()
        if parts is not None:
            _draw_model(parts)
            _draw_notes(parts)
    return Choices(decoding_for(chosen), count)


def _draw_model(parts: Parts) -> None:
    st.markdown("**Model**")
    generator = parts.generator
    if generator is None:
        st.caption(f"None: {safe_label(parts.reason)}")
        return
    st.caption(f"{safe_label(generator.info.name)}: {safe_label(parts.reason)}.")
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
