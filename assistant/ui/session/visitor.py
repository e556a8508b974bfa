"""What the session knows of its visitor: which notes are the visitor's own, and where uploads may go."""

from __future__ import annotations

import streamlit as st

from assistant.app.assembly import Parts
from assistant.app.visitor_notes import VisitorNotes, folder_uploads, gate_of, session_uploads
from assistant.core.settings import Settings
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.note_map import Map
from assistant.retrieval.notes.library import Library
from assistant.uploads.access import Place, on_public_host, place_for
from assistant.uploads.kept_uploads import KeptUploads
from assistant.uploads.session_uploads import SessionUploads

_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Cf-Connecting-Ip")  # set by proxies and tunnels


def catalog_of(parts: Parts) -> Catalog:
    """What this visitor's questions are answered from."""
    return _notes(parts).catalog()


def map_of(parts: Parts) -> Map:
    """Every passage that this visitor may read, at its place."""
    return _notes(parts).map()


def library_of(parts: Parts) -> Library:
    """Every note that this visitor may read, private ones last."""
    return _notes(parts).library()


def place_of(settings: Settings) -> Place:
    """Where this visitor's uploads go."""
    return place_for(settings, here=_is_here(), public=on_public_host())


def uploads_of(parts: Parts) -> KeptUploads | None:
    """The uploads that this visitor may change; None when nobody may add any, or the password is still to be given."""
    place = place_of(parts.settings)
    if place == "off" or is_locked(parts.settings):
        return None
    if place == "folder":
        return folder_uploads(parts.store)
    if _private() is None:
        st.session_state.private_uploads = session_uploads(parts.store)
    return _private()


def is_locked(settings: Settings) -> bool:
    """Whether the password must be given before anything can be added."""
    guarded = place_of(settings) == "folder" and gate_of(settings).locked
    return guarded and not st.session_state.get("uploads_unlocked", False)


def unlock(settings: Settings, password: str) -> None:
    """Let this session into the folder. Raises UploadError when the password is wrong or there were too many tries."""
    gate_of(settings).open(password)
    st.session_state.uploads_unlocked = True


def _notes(parts: Parts) -> VisitorNotes:
    return VisitorNotes(parts.store, _private())


def _private() -> SessionUploads | None:
    private: SessionUploads | None = st.session_state.get("private_uploads")
    return private


def _is_here() -> bool:
    """Whether the browser runs on this very machine and came without a proxy."""
    if st.context.ip_address is not None:
        return False
    headers = st.context.headers
    return not any(name in headers for name in _FORWARDED)
