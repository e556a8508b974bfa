"""How long a folder of notes takes to become searchable again after a note changed: files, vectors, words and disk."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.core.records import Passage
from assistant.core.vectors import Vectors
from assistant.lab.bench.synthetic import NOTE_PASSAGES, Corpus, write_notes
from assistant.retrieval.note_store import NoteStore


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one note, and what it took."""

    what: str  # "added", "changed" or "removed"
    seconds: float
    embedded: int  # passages


@dataclass(frozen=True, slots=True)
class Renewal:
    """A store of made-up notes."""

    first_s: float  # until everything could be searched for the first time, embedding left out
    steps: tuple[Step, ...]


class _Encoder:
    """Gives out the vectors of a made-up collection; embedding is measured elsewhere."""

    identity = "synthetic"

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def encode(self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None) -> Vectors:
        """See ``Encoder``."""
        return self._corpus.notes(-(-len(passages) // NOTE_PASSAGES))[: len(passages)]


def time_renewal(notes: int) -> Renewal:
    """Write that many notes, open a store of them, then add, change and remove one, as a person would."""
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as name:
        folder = Path(name) / "notes"
        write_notes(folder, notes)
        began = time.perf_counter()
        store = NoteStore(folder, Path(name) / "home", _Encoder(Corpus(notes * NOTE_PASSAGES)))
        first_s = time.perf_counter() - began
        new = folder / f"note-{notes:06}.md"
        steps = []
        write_notes(folder, 1, first=notes)
        steps.append(_step("added", store))
        new.write_text(new.read_text(encoding="utf-8").replace("word", "term"), encoding="utf-8")
        steps.append(_step("changed", store))
        new.unlink()
        steps.append(_step("removed", store))
    return Renewal(round(first_s, 2), tuple(steps))


def _step(what: str, store: NoteStore) -> Step:
    began = time.perf_counter()
    store.renew()
    return Step(what, round(time.perf_counter() - began, 3), store.last_refresh.embedded)
