"""How far loading is, drawn by whoever waits for it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.app.loading import Loading
from assistant.ui.shared.safe import safe_label


@st.fragment(run_every=0.5)
def watch_loading(loading: Loading) -> None:
    """Progress while nothing else is drawn; the page is drawn again when the parts are there."""
    if loading.parts is not None:
        st.rerun()
    draw_progress(st.empty(), loading)


def draw_progress(place: DeltaGenerator, loading: Loading) -> None:
    """What is being loaded, and why it has to be tried again."""
    progress = loading.progress
    with place.container():
        if progress.problem:
            st.warning(safe_label(progress.problem))
        if progress.share is None:
            st.caption(f":material/hourglass_top: {progress.what} …")
        else:
            st.progress(progress.share, text=progress.what)
