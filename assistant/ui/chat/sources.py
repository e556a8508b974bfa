"""The numbered sources under an answer; each opens its passage in the whole note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st
from streamlit.navigation.page import Page

from assistant.chat.transcript import strength
from assistant.core.records import Hit, Note, Passage, Reference
from assistant.retrieval.notes.library import Library
from assistant.ui.notes.note_view import query_of
from assistant.ui.shared.dialogs import dialog
from assistant.ui.shared.passages import draw_passage
from assistant.ui.shared.references import reference_list
from assistant.ui.shared.safe import safe_label


def draw_chips(hits: tuple[Hit, ...], library: Library | None, notes_page: Page | None, key: str) -> None:
    """A button for each source; call it inside a fragment, so that opening one draws nothing else again."""
    with st.container(horizontal=True, gap="xsmall"):
        for hit in hits:
            word = strength(hit.score)
            if st.button(
                f":blue-badge[{hit.rank}] {safe_label(hit.passage.name)} · {word}",
                key=f"{key}_source_{hit.rank}",
                help=f"Open the passage in its note. Similarity to the question: {hit.score:.2f} ({word})",
                type="tertiary",
                wrap=True,
            ):
                show_source(hit, library, notes_page)


@dialog("Source", width="medium", icon=":material/menu_book:")
def show_source(hit: Hit, library: Library | None, notes_page: Page | None) -> None:
    """The note that a passage stands in: the passage first, marked, what stands before it one click away."""
    passage = hit.passage
    own = library.own(passage) if library else None
    note = library.note_at(passage.note) if library and own else None
    st.markdown(f"### {safe_label(passage.title)}", anchors=False)
    word = strength(hit.score)
    st.caption(
        f"{safe_label(passage.note)}, line {passage.line} · {word}: similarity {hit.score:.2f} to the question",
    )
    if note is None or own is None:
        _draw_marked(passage, hit.rank, library)
        st.caption("The note is no longer among the notes as it was; this is the passage that the answer used.")
        return
    if notes_page is not None:
        st.page_link(
            notes_page, label="Open on the notes page", icon=":material/open_in_new:", query_params=query_of(passage)
        )
    _draw_references(note.references)
    at = note.passages.index(own)
    sections = list(_with_headings(note))
    if at:
        with st.expander(f"What the note says before this ({at})", type="compact"):
            _draw_sections(sections[:at], library)
    _draw_marked(passage, hit.rank, library)
    _draw_sections(sections[at + 1 :], library)


def _draw_sections(sections: Sequence[tuple[Passage, str]], library: Library | None) -> None:
    for section, heading in sections:
        if heading:
            st.markdown(f"**{safe_label(heading)}**")
        draw_passage(section, library, anchors=False)


def _draw_marked(passage: Passage, number: int, library: Library | None) -> None:
    heading = safe_label(passage.heading) or "Opening"
    with st.container(border=True):
        st.markdown(f":blue-badge[{number}] :blue-background[**{heading}**]")
        draw_passage(passage, library, anchors=False)


def _draw_references(references: tuple[Reference, ...]) -> None:
    if references:
        with st.expander(f"References of this note ({len(references)})", type="compact"):
            st.markdown(reference_list(references))


def _with_headings(note: Note) -> Iterator[tuple[Passage, str]]:
    """The passages of a note; the heading stands before the first passage of its section only."""
    last = ""
    for passage in note.passages:
        yield passage, passage.heading if passage.heading != last else ""
        last = passage.heading
