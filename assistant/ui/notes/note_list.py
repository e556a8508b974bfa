"""The notes by topic."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.core.records import Note
from assistant.retrieval.notes.library import PREFIX, UPLOADS, Library
from assistant.ui.notes.note_view import open_note
from assistant.ui.shared.safe import safe_label

OWN, ADDED, OTHER = "Your files", "Added files", "Other notes"


def draw_list(library: Library) -> None:
    """Topics with their counts; the notes of the chosen one."""
    topics = by_topic(library.notes)
    if not topics:
        st.info("There are no notes yet. Add files, or put Markdown into the knowledge folder.")
        return
    kept = st.session_state.get("topic_chosen", "")  # the choice itself is forgotten while a note is read
    chosen = st.pills(
        "Topics",
        list(topics),
        default=kept if kept in topics else next(iter(topics)),
        format_func=lambda topic: f"{safe_label(topic)} · {len(topics[topic])}",
        key="topic",
    )
    st.session_state.topic_chosen = chosen
    for note in topics.get(chosen or "", ()):
        st.button(
            f"**{safe_label(note.title)}** · {len(note.passages)} passages",
            key=f"note_{note.path}",
            type="tertiary",
            icon=":material/article:",
            on_click=open_note,
            args=(note.path,),
            wrap=True,
        )
    if library.skipped:
        with st.expander(f"{len(library.skipped)} files could not be used"):
            for skipped in library.skipped:
                st.caption(f"{safe_label(skipped.path)}: {safe_label(skipped.reason)}")


def by_topic(notes: Sequence[Note]) -> dict[str, list[Note]]:
    """Notes by topic, topics and notes in the order of the alphabet; a visitor's own files come first."""
    found: dict[str, list[Note]] = {}
    for note in sorted(notes, key=lambda note: note.title.casefold()):
        found.setdefault(topic_of(note.path), []).append(note)
    return dict(sorted(found.items(), key=lambda entry: (entry[0] not in (OWN, ADDED), entry[0] == OTHER, entry[0])))


def topic_of(path: str) -> str:
    """The topic of a note: its folder in words."""
    if path.startswith(PREFIX):
        return OWN
    folder, slash, _ = path.partition("/")
    if not slash:
        return OTHER
    return ADDED if folder == UPLOADS else folder.replace("-", " ").replace("_", " ").capitalize()
