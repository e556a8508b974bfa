"""The notes that this visitor sees: the shared ones and, where uploads are private, the visitor's own beside them."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from assistant.app.assembly import Parts
from assistant.core.settings import Settings
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.note_map import Cartographer, Map
from assistant.retrieval.note_store import NoteStore
from assistant.retrieval.notes.library import Library
from assistant.uploads.access import Gate, Place, on_public_host, place_for
from assistant.uploads.folder_uploads import FolderUploads
from assistant.uploads.kept_uploads import KeptUploads
from assistant.uploads.session_uploads import Budget, SessionUploads

_BUDGET = Budget()  # of this process
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Cf-Connecting-Ip")  # set by proxies and tunnels


def catalog_of(parts: Parts) -> Catalog:
    """What this visitor's questions are answered from."""
    private = _private()
    return private.over(parts.store.catalog()) if private else parts.store.catalog()


def map_of(parts: Parts) -> Map:
    """Every passage that this visitor may read, at its place."""
    private, shared = _private(), parts.store.catalog().index
    cartographer = _cartographer(parts.store)
    own = private.index if private else None
    return cartographer.map_beside(shared, own) if own and own.passages else cartographer.map_of(shared)


@lru_cache(maxsize=4)
def _cartographer(store: NoteStore) -> Cartographer:
    return Cartographer(store.knowledge, store.encoder.identity)


def library_of(parts: Parts) -> Library:
    """Every note that this visitor may read, private ones last."""
    shared, private = parts.store.library, _private()
    own = tuple(upload.note for upload in private.list()) if private else ()
    return Library((*shared.notes, *own), shared.skipped, folder=shared.folder) if own else shared


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
        st.session_state.private_uploads = SessionUploads(parts.store.encoder, _BUDGET)
    return _private()


def is_locked(settings: Settings) -> bool:
    """Whether the password must be given before anything can be added."""
    guarded = place_of(settings) == "folder" and gate_of(settings).locked
    return guarded and not st.session_state.get("uploads_unlocked", False)


def unlock(settings: Settings, password: str) -> None:
    """Let this session into the folder. Raises UploadError when the password is wrong or there were too many tries."""
    gate_of(settings).open(password)
    st.session_state.uploads_unlocked = True


# Not st.cache_resource: any visitor may clear it, and with it the count of wrong passwords.
@lru_cache(maxsize=4)
def _gate(password: str) -> Gate:
    return Gate(password)


def gate_of(settings: Settings) -> Gate:
    """The one gate of this process."""
    return _gate(settings.admin_password.get_secret_value())


@lru_cache(maxsize=4)
def folder_uploads(store: NoteStore) -> FolderUploads:
    """The uploads in the folder of a store, for all visitors."""
    return FolderUploads(store.knowledge, store.renew)


def _private() -> SessionUploads | None:
    private: SessionUploads | None = st.session_state.get("private_uploads")
    return private


def _is_here() -> bool:
    """Whether the browser runs on this very machine and came without a proxy."""
    if st.context.ip_address is not None:
        return False
    headers = st.context.headers
    return not any(name in headers for name in _FORWARDED)
