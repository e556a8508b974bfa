"""What a visitor may know about the host: memory, cores, engine, and what is kept."""

from __future__ import annotations

import streamlit as st

from assistant.app.assembly import Parts
from assistant.core.host import memory_of_app
from assistant.inference.models.shapes import GIB
from assistant.ui.session.visitor import place_of
from assistant.ui.shared.safe import safe_label

_UPLOADS = {
    "folder": "Notes that are added: kept in a folder of this host, for everyone",
    "session": "Notes that are added: for you alone, gone with this tab",
    "off": "Notes cannot be added here",
}


@st.fragment
def draw_host_box(parts: Parts) -> None:
    """The box; measured each time it is opened, and not before, because asking every process takes a while."""
    box = st.expander("About this host", icon=":material/memory:", on_change="rerun", key="host_box")
    if not box.open:
        return
    host, generator = parts.host, parts.generator
    used = memory_of_app()
    with box:
        st.progress(
            min(1.0, used / host.memory),
            text=f"Memory: {used / GIB:.1f} of {host.memory / GIB:.1f} GB, page and engine together",
        )
        lines = [f"{host.cores} CPU cores" if host.cores != 1 else "1 CPU core"]
        lines.append(f"GPU: {safe_label(host.gpu)}" if host.gpu else "No GPU")
        if generator is None:
            lines.append("Engine: none, the notes answer alone")
        else:
            info = generator.info
            lines.append(f"Engine: {safe_label(info.engine)}, window of {info.window:,} tokens")
            if info.detail:
                lines.append(safe_label(info.detail))
        lines += [
            _UPLOADS[place_of(parts.settings)],
            f"{host.disk_free / GIB:.0f} GB of disk were free at the start",
            "Chats: in your browser alone, never on this host's disk",
        ]
        if parts.settings.feedback != "off":
            lines.append("Ratings: kept in a file on this host, without who gave them")
        st.markdown("\n".join(f"- {line}" for line in lines))
        st.button("Measure again", icon=":material/refresh:", key="measure_host")
