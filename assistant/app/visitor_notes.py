"""The notes that one visitor sees: the shared ones and, where uploads are private, the visitor's own beside them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from assistant.core.settings import Settings
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.note_map import Cartographer, Map
from assistant.retrieval.note_store import NoteStore
from assistant.retrieval.notes.library import Library
from assistant.uploads.access import Gate
from assistant.uploads.folder_uploads import FolderUploads
from assistant.uploads.session_uploads import Budget, SessionUploads

_BUDGET = Budget()  # of this process


@dataclass(frozen=True)
class VisitorNotes:
    """The shared notes with one visitor's own, as they are now."""

    shared: NoteStore
    private: SessionUploads | None

    def catalog(self) -> Catalog:
        """What this visitor's questions are answered from."""
        catalog = self.shared.catalog()
        return self.private.over(catalog) if self.private else catalog

    def library(self) -> Library:
        """Every note that this visitor may read, private ones last."""
        shared = self.shared.library
        own = tuple(upload.note for upload in self.private.list()) if self.private else ()
        return Library((*shared.notes, *own), shared.skipped, folder=shared.folder) if own else shared

    def map(self) -> Map:
        """Every passage that this visitor may read, at its place."""
        shared, cartographer = self.shared.catalog().index, _cartographer(self.shared)
        own = self.private.index if self.private else None
        return cartographer.map_beside(shared, own) if own and own.passages else cartographer.map_of(shared)


def session_uploads(store: NoteStore) -> SessionUploads:
    """A place for one visitor's own notes, within what the process holds of all visitors'."""
    return SessionUploads(store.encoder, _BUDGET)


@lru_cache(maxsize=4)
def folder_uploads(store: NoteStore) -> FolderUploads:
    """The uploads in the folder of a store, for all visitors."""
    return FolderUploads(store.knowledge, store.renew)


def gate_of(settings: Settings) -> Gate:
    """The one gate of this process."""
    return _gate(settings.admin_password.get_secret_value())


# Not st.cache_resource: any visitor may clear it, and with it the count of wrong passwords.
@lru_cache(maxsize=4)
def _gate(password: str) -> Gate:
    return Gate(password)


@lru_cache(maxsize=4)
def _cartographer(store: NoteStore) -> Cartographer:
    return Cartographer(store.knowledge, store.encoder.identity)
