"""The part of the notes page where files are added, and where what was added is renamed, taken home and deleted."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from assistant.app.assembly import Parts
from assistant.core.errors import AssistantError
from assistant.core.settings import Settings
from assistant.ui.files.inbox import draw_file_results, forget_results, keep_files, take_kept_files
from assistant.ui.files.uploading import understood
from assistant.ui.notes.note_view import open_note
from assistant.ui.session.visitor import is_locked, place_of, unlock, uploads_of
from assistant.ui.shared.safe import safe_label
from assistant.uploads.kept_uploads import KeptUploads, download_names, zip_of
from assistant.uploads.limits import FILE_BYTES, MIB, PAGES, TITLE_CHARACTERS
from assistant.uploads.names import shown_title
from assistant.uploads.stored import Upload

_WHERE = {
    "folder": "Files that you add here become notes for **everyone** who uses this page, until they are deleted.",
    "session": "Files that you add here are seen by **you alone** and are gone when you close or reload this page.",
}


def draw_uploads(parts: Parts) -> None:
    """Everything about uploads."""
    place = place_of(parts.settings)
    if place == "off":
        st.info("Files cannot be added here; the host has turned this off.", icon=":material/block:")
        return
    st.markdown(_WHERE[place])
    if is_locked(parts.settings):
        _draw_gate(parts.settings)
        return
    kept = uploads_of(parts)
    if kept is None:
        return
    _draw_uploader(parts)
    uploads = kept.list()
    if uploads:
        _draw_list(kept, uploads)


def _draw_gate(settings: Settings) -> None:
    with st.form("uploads_gate", border=False):
        given = st.text_input("Password for adding notes", type="password", max_chars=200)
        if not st.form_submit_button("Open", type="primary"):
            return
    try:
        unlock(settings, given)
    except AssistantError as fault:
        st.error(str(fault))
        return
    st.rerun()


def _draw_uploader(parts: Parts) -> None:
    """The uploader, empty again as soon as it has handed its files over: what is left unread is not lost with it."""
    turn = st.session_state.setdefault("uploads_turn", 0)
    files = st.file_uploader(
        "Add files: Markdown, text, PDF, Word, HTML or notebooks",
        accept_multiple_files=True,
        key=f"uploads_{turn}",
        help=f"What a file is, is seen from its content. At most {FILE_BYTES // MIB} MB and {PAGES} pages a file.",
    )
    if files:
        keep_files(files)
        st.session_state.uploads_turn = turn + 1
        st.rerun()
    if take_kept_files(parts):
        st.rerun()  # above, the notes are counted
    draw_file_results(parts)


def _draw_list(kept: KeptUploads, uploads: tuple[Upload, ...]) -> None:
    st.subheader("Added files", anchor=False)
    names = download_names(uploads)
    for upload, name in zip(uploads, names, strict=True):
        with st.container(border=True):
            st.markdown(f"{understood(upload.note)}")
            added = f", added {upload.origin.added}" if upload.origin.added else ""
            st.caption(f"From {safe_label(upload.origin.name)} ({safe_label(upload.origin.kind)}){safe_label(added)}")
            with st.container(horizontal=True):
                st.button("Read", key=f"read_{upload.key}", on_click=open_note, args=(upload.note.path,))
                _draw_rename(kept, upload)
                st.download_button(
                    "Download",
                    upload.text,
                    name,
                    "text/markdown",
                    key=f"download_{upload.key}",
                    on_click="ignore",
                    help="As a Markdown note, ready for the knowledge folder.",
                )
                _draw_delete(kept, upload)
    st.download_button(
        "Download all as a zip",
        lambda: zip_of(kept.list()),
        "notes.zip",
        "application/zip",
        icon=":material/folder_zip:",
        on_click="ignore",
        key="download_all",
    )


def _draw_rename(kept: KeptUploads, upload: Upload) -> None:
    with st.popover("Rename"), st.form(f"rename_{upload.key}", border=False):
        title = st.text_input("Title", upload.title, max_chars=TITLE_CHARACTERS, key=f"title_{upload.key}")
        if st.form_submit_button("Save", type="primary"):
            _done(lambda: kept.rename(upload.key, shown_title(title)))


def _draw_delete(kept: KeptUploads, upload: Upload) -> None:
    with st.popover("Delete"):
        st.markdown(f"“{safe_label(upload.title)}” will be gone. Download it first to keep it.")
        if st.button("Delete it", key=f"delete_{upload.key}", type="primary"):
            _done(lambda: kept.delete(upload.key))


def _done(change: Callable[[], object]) -> None:
    """Carry out a change and draw the page anew; a fault is shown in its place."""
    try:
        change()
    except AssistantError as fault:
        st.error(safe_label(str(fault)))
        return
    forget_results()
    st.rerun()
