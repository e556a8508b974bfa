"""The search of the notes page: the retriever that answers are made from, with everything that it decides by."""

from __future__ import annotations

import streamlit as st

from assistant.app.assembly import Parts
from assistant.core.markdown import plain_text
from assistant.core.records import Retrieval
from assistant.ui.notes.note_view import open_note, query_of
from assistant.ui.session.visitor import catalog_of
from assistant.ui.shared.safe import safe_label

MOST = 20
PREVIEW_WORDS = 45


def draw_search(parts: Parts, question: str) -> None:
    """What the retriever finds for a question, and whether it would answer."""
    count = st.slider("Passages to find", 1, MOST, 8, key="search_count")
    found = parts.assistant.search(question, catalog_of(parts), snippets=count)
    _draw_decision(parts, found)
    for hit in found.hits:
        with st.container(border=True):
            st.markdown(f":blue-badge[{hit.rank}] **{safe_label(hit.passage.name)}**")
            st.markdown(_preview(hit.passage.text))
            with st.container(horizontal=True, vertical_alignment="center"):
                query = query_of(hit.passage)
                st.button(
                    "Open the section",
                    key=f"hit_{hit.rank}",
                    on_click=open_note,
                    args=(query["note"], query.get("section", "")),
                )
                st.caption(f"cosine {hit.score:.3f} · {safe_label(hit.passage.note)}, line {hit.passage.line}")


def _preview(text: str) -> str:
    """The first words of a passage as plain text: Markdown that is cut would be drawn wrongly."""
    words = plain_text(text).split()
    return safe_label(" ".join(words[:PREVIEW_WORDS])) + (" …" if len(words) > PREVIEW_WORDS else "")


def _draw_decision(parts: Parts, found: Retrieval) -> None:
    if not found.hits:
        st.info("There are no notes to search.")
        return
    if found.covered:
        st.success(f"Covered: the chat would answer. Confidence {found.confidence:.2f}.", icon=":material/check:")
    else:
        st.warning(f"Not covered: the chat would decline. Confidence {found.confidence:.2f}.", icon=":material/block:")
    evidence = parts.retriever.evidence(catalog_of(parts), found.query)
    st.caption(
        f"Decided by: best cosine {evidence.best:.3f}, mean of the ten nearest {evidence.near:.3f}, nearest off-topic "
        f"question {evidence.contrast:.3f}, best BM25 score {evidence.lexical:.1f}, rarity-weighted "
        f"share of its words in the nearest passages {evidence.shared:.2f}, share in no note {evidence.unknown:.2f}."
    )
