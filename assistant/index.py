"""The passages and their vectors: searched in memory with FAISS, kept on disk, renewed note by note."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from assistant.embedder import Vectors
from assistant.encoder import Encoder
from assistant.errors import IndexingError
from assistant.generations import Damaged, Generations
from assistant.notes import Library
from assistant.records import Passage

FORMAT = 3  # raise it whenever what is embedded or stored changes: older indexes are then rebuilt
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Index:
    """Passages and a FAISS index of their vectors, row by row. Never changed: a new one takes its place."""

    encoder: str  # identity of the encoder that made the vectors
    notes: dict[str, str]  # path of each note -> SHA-256 of its file
    passages: tuple[Passage, ...]
    vectors: faiss.Index  # inner product, which is the cosine for unit vectors

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest passages to one unit vector [dimension]: (row, cosine), best first."""
        count = min(count, len(self.passages))
        if count == 0:
            return []
        scores, rows = self.vectors.search(query.reshape(1, -1), count)
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def vector(self, row: int) -> Vectors:
        """The unit vector of a passage."""
        return np.asarray(self.vectors.reconstruct(row), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Refresh:
    """An up-to-date index and what it took to get it."""

    index: Index
    embedded: int  # passages that had to be embedded
    reused: int  # passages whose vectors were taken over
    repaired: str  # why the index on disk had to be made again; empty when it was sound
    unsaved: str = ""  # why it is in memory alone; empty when it is on disk


def refresh(
    folder: Path, library: Library, encoder: Encoder, progress: Callable[[int, int], None] | None = None
) -> Refresh:
    """The index of a library: read from ``folder``, with changed notes embedded again, and written back if needed.

    ``progress`` is called with (passages embedded, passages to embed). An index that is damaged or was made by
    another embedder is made again from the notes. One that cannot be written, on a full disk or in a folder that is
    read-only, answers from memory.
    """
    generations = Generations(folder)
    old: Index | None = None
    repaired = ""
    try:
        old = _load(generations)
    except Damaged as fault:
        repaired = str(fault)
        log.warning("index damaged, made again from the notes: %s", fault)
    wanted = {note.path: note.sha256 for note in library.notes}
    if old is not None and old.encoder != encoder.identity:
        repaired = f"it was made by {old.encoder}, the embedder is {encoder.identity}"
        log.warning("index made again from the notes: %s", repaired)
        old = None
    if old is not None and old.notes == wanted:
        return Refresh(old, 0, len(old.passages), "")
    new, embedded = _build(library, encoder, old, progress)
    unsaved = ""
    try:
        generations.write(lambda target: _save(new, target))
    except IndexingError as fault:
        unsaved = str(fault)
        log.warning("the index is in memory alone and is made anew at the next start: %s", fault)
    return Refresh(new, embedded, len(new.passages) - embedded, repaired, unsaved)


def build(
    library: Library,
    encoder: Encoder,
    old: Index | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Index:
    """An index in memory alone, for notes that must not reach the disk; unchanged notes are taken over from ``old``."""
    return _build(library, encoder, old, progress)[0]


def _build(
    library: Library, encoder: Encoder, old: Index | None, progress: Callable[[int, int], None] | None
) -> tuple[Index, int]:
    known: dict[tuple[str, str], list[int]] = {}
    if old is not None:
        for row, passage in enumerate(old.passages):
            known.setdefault((passage.note, old.notes[passage.note]), []).append(row)
    passages: list[Passage] = []
    origins: list[int | None] = []  # row in the old index, or None when it must be embedded
    for note in library.notes:
        reusable = known.get((note.path, note.sha256), [])
        passages.extend(note.passages)
        origins.extend(reusable if len(reusable) == len(note.passages) else [None] * len(note.passages))
    fresh = [at for at, row in enumerate(origins) if row is None]
    report = (lambda done: progress(done, len(fresh))) if progress else None
    made = encoder.encode([passages[at] for at in fresh], report)
    vectors = np.empty((len(passages), made.shape[1]), dtype=np.float32)
    vectors[fresh] = made
    if old is not None:
        for at, origin in enumerate(origins):
            if origin is not None:
                vectors[at] = old.vector(origin)
    flat = faiss.IndexFlatIP(made.shape[1])
    flat.add(vectors)
    notes = {note.path: note.sha256 for note in library.notes}
    return Index(encoder.identity, notes, tuple(passages), flat), len(fresh)


def _save(index: Index, target: Path) -> dict[str, Any]:
    # Not faiss.write_index: when the disk is full it raises a RuntimeError, and this an OSError like all the rest.
    (target / "vectors.faiss").write_bytes(faiss.serialize_index(index.vectors).tobytes())
    with (target / "passages.jsonl").open("w", encoding="utf-8") as file:
        for passage in index.passages:
            file.write(json.dumps(asdict(passage), ensure_ascii=False) + "\n")
    return {
        "format": FORMAT,
        "encoder": index.encoder,
        "dimension": index.vectors.d,
        "notes": index.notes,
    }


def _load(generations: Generations) -> Index | None:
    """The index on disk, or None when there is none of this format. Raises Damaged when it is not sound."""
    published = generations.read()
    if published is None:
        return None
    folder, manifest = published
    if manifest.get("format") != FORMAT:
        return None
    try:
        vectors = faiss.read_index(str(folder / "vectors.faiss"))
        with (folder / "passages.jsonl").open(encoding="utf-8") as file:
            passages = tuple(_passage(json.loads(line)) for line in file)
    except (RuntimeError, OSError, ValueError, TypeError, KeyError) as fault:
        raise Damaged(f"it cannot be read: {fault}") from None
    if vectors.ntotal != len(passages):
        raise Damaged(f"it has {vectors.ntotal} vectors for {len(passages)} passages")
    return Index(manifest["encoder"], manifest["notes"], passages, vectors)


def _passage(record: dict[str, Any]) -> Passage:
    return Passage(**{**record, "topics": tuple(record["topics"])})
