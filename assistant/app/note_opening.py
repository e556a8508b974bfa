"""The notes and their retriever, opened with progress: all that searching needs, without a model."""

from __future__ import annotations

from typing import Protocol

from assistant.core.settings import Settings
from assistant.retrieval.embedding.embedder import load_embedder
from assistant.retrieval.embedding.passage_encoder import PassageEncoder
from assistant.retrieval.index.asked_questions import read_shipped_questions
from assistant.retrieval.index.shipped_vectors import ShippedVectors
from assistant.retrieval.note_store import NoteStore
from assistant.retrieval.notes.library import check_folder
from assistant.retrieval.query.contrast import load_contrast
from assistant.retrieval.query.coverage import shipped_model
from assistant.retrieval.query.field_of_study import load_field
from assistant.retrieval.retriever import Retriever


class Report(Protocol):
    """Told what is being loaded: a sentence, and how much of it is done, 0 to 1, where that is known."""

    def __call__(self, what: str, share: float | None = None) -> None:
        """Report."""


def silent(what: str, share: float | None = None) -> None:
    """For callers who show no progress."""


def open_note_store(settings: Settings, report: Report = silent) -> tuple[NoteStore, Retriever]:
    """The notes and their retriever, the index brought up to date."""
    check_folder(settings.knowledge)
    report("Loading the embedder")
    embedder = load_embedder(settings.embedder)

    def progress(done: int, total: int) -> None:
        report(f"Reading the notes: {done} of {total} passages", done / total if total else 1.0)

    report("Reading the notes")
    store = NoteStore(
        settings.knowledge,
        settings.home,
        ShippedVectors(PassageEncoder(embedder), settings.knowledge),
        progress,
        read_shipped_questions(settings.knowledge, embedder.identity),
    )
    return store, Retriever(embedder, load_contrast(embedder), shipped_model(), load_field(embedder.identity))
