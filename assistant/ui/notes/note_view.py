"""One note to read: its sections, references and review date; the address of the page names note and section."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from assistant.core.records import Note, Passage, Reference
from assistant.retrieval.notes.library import Library
from assistant.ui.shared.passages import draw_passage
from assistant.ui.shared.references import reference_list
from assistant.ui.shared.safe import safe_label

NOTE, SECTION = "note", "section"  # of the address: ?note=regularization/dropout.md&section=what-is-dropout


def open_note(path: str, section: str = "") -> None:
    """Show a note when the page is drawn next; for callbacks."""
    st.query_params[NOTE] = path
    if section:
        st.query_params[SECTION] = section
    elif SECTION in st.query_params:
        del st.query_params[SECTION]


def close_note() -> None:
    """Go back to all notes when the page is drawn next; for callbacks."""
    for name in (NOTE, SECTION):
        st.query_params.pop(name, None)


def query_of(passage: Passage) -> dict[str, str]:
    """The query of the address at which a passage is shown in its note, for ``st.switch_page`` and links."""
    return {NOTE: passage.note, **({SECTION: slug(passage.heading)} if passage.heading else {})}


def slug(heading: str) -> str:
    """A heading as it stands in an address: letters and digits of any script, joined by hyphens."""
    return re.sub(r"[^\w]+", "-", heading.lower()).strip("-_")[:80] or "section"


def draw_asked_note(library: Library) -> bool:
    """Draw the note that the address asks for; False when it asks for none."""
    path = st.query_params.get(NOTE, "")
    if not path:
        return False
    st.button("All notes", icon=":material/arrow_back:", on_click=close_note, key="close_note")
    note = library.note_at(path)
    if note is None:
        st.warning(
            f"There is no note {safe_label(path[:200])} here, or no longer. A private note is gone with its tab."
        )
    else:
        draw_note(note, st.query_params.get(SECTION, ""), library)
    return True


def draw_note(note: Note, section: str = "", library: Library | None = None) -> None:
    """The whole note; a section that was asked for comes first, in a frame."""
    st.header(safe_label(note.title), anchor=False)
    reviewed = f" · reviewed {safe_label(note.reviewed)}" if note.reviewed else ""
    st.caption(f"{safe_label(note.path)} · {len(note.passages)} passages{reviewed}")
    asked = [passage for passage in note.passages if section and slug(passage.heading) == section]
    if asked:
        with st.container(border=True):
            st.markdown(f":blue-badge[The section of the link] **{safe_label(asked[0].heading)}**")
            for passage in asked:
                draw_passage(passage, library)
    elif section:
        st.caption("The section of the link is no longer in this note; here is all of it.")
    _draw_contents(note)
    heading = ""
    for passage in note.passages:
        if passage.heading != heading:
            heading = passage.heading
            st.subheader(safe_label(heading), anchor=slug(heading))
        draw_passage(passage, library)
    _draw_see_also(note, library)
    _draw_references(note.references)


def _draw_contents(note: Note) -> None:
    headings = list(dict.fromkeys(passage.heading for passage in note.passages if passage.heading))
    if len(headings) > 2:
        with st.expander(f"Contents: {len(headings)} sections"):
            st.markdown("\n".join(f"- [{safe_label(heading)}](#{slug(heading)})" for heading in headings))


def _draw_see_also(note: Note, library: Library | None) -> None:
    """The notes that it names and that are here, each a button that opens it."""
    here = [link for link in note.see_also if library is not None and library.note_at(link.path) is not None]
    if here:
        st.subheader("See also", anchor=False)
    for link in here:
        st.button(
            safe_label(link.title),
            key=f"see_also_{link.path}",
            type="tertiary",
            icon=":material/article:",
            on_click=open_note,
            args=(link.path,),
            wrap=True,
        )


def _draw_references(references: Sequence[Reference]) -> None:
    if references:
        st.subheader("References", anchor=False)
        st.markdown(reference_list(references))
