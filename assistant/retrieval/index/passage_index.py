"""The passages and their vectors: searched in memory with FAISS, kept on disk, renewed section by section.

What is kept is a vector for each digest of a text that was embedded; the passages themselves always come from the
notes. So a note that moves, or a section that does not change, costs nothing, and nothing on disk can be out of date.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.errors import IndexingError
from assistant.core.records import Passage
from assistant.core.vectors import Vectors
from assistant.retrieval.embedding.passage_encoder import DIGEST_BYTES, Encoder, digest_of
from assistant.retrieval.index.snapshot_store import Damaged, SnapshotStore
from assistant.retrieval.index.vector_index import (
    NEW,
    VectorIndex,
    build_vector_index,
    read_vector_index,
    write_vector_index,
)
from assistant.retrieval.notes.library import Library

FORMAT = 4  # raise it whenever what is embedded or stored changes: older indexes are then rebuilt
DIGESTS = "digests.bin"  # of DIGEST_BYTES each, row by row
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Embedded:
    """Vectors and the digests of what they were made from, row by row: what is kept on disk."""

    encoder: str  # identity of the encoder that made the vectors
    digests: tuple[bytes, ...]
    nearest: VectorIndex


@dataclass(frozen=True)
class Index:
    """Passages and their vectors, row by row. Never changed: a new one takes its place."""

    passages: tuple[Passage, ...]
    embedded: Embedded

    @property
    def encoder(self) -> str:
        """Identity of the encoder that made the vectors."""
        return self.embedded.encoder

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest passages to one unit vector [dimension]: (row, cosine), best first."""
        return self.embedded.nearest.search(query, count)

    def vector(self, row: int) -> Vectors:
        """The unit vector of a passage."""
        return self.embedded.nearest.vector(row)


@dataclass(frozen=True, slots=True)
class Refresh:
    """An up-to-date index and what it took to get it."""

    index: Index
    embedded: int  # passages that had to be embedded
    reused: int  # passages whose vectors were taken over
    repaired: str  # why the index on disk had to be made again; empty when it was sound
    unsaved: str = ""  # why it is in memory alone; empty when it is on disk


def refresh(
    folder: Path,
    library: Library,
    encoder: Encoder,
    progress: Callable[[int, int], None] | None = None,
    before: Index | None = None,
) -> Refresh:
    """The index of a library: read from ``folder``, with changed sections embedded again, and written if needed.

    ``before`` is the index that this process used until now: what it holds need not be made again when it could not be
    written. ``progress`` is called with (passages embedded, passages to embed). An index that is damaged or was made
    by another embedder is made again from the notes. One that cannot be written, on a full disk or in a folder that is
    read-only, answers from memory.
    """
    generations = SnapshotStore(folder)
    kept, repaired = _load_or_say_why_not(generations)
    if kept is not None and kept.encoder != encoder.identity:
        repaired = f"it was made by {kept.encoder}, the embedder is {encoder.identity}"
        kept = None
    if repaired:
        log.warning("index made again from the notes: %s", repaired)
    passages = library.passages
    digests = _digests(passages, before)
    if kept is not None and kept.digests == digests:
        return Refresh(Index(passages, kept), 0, len(passages), "")
    new, embedded = _renew(passages, digests, encoder, kept or (before.embedded if before else None), progress)
    unsaved = ""
    try:
        generations.write(lambda target: _save(new, target))
    except IndexingError as fault:
        unsaved = str(fault)
        log.warning("the index is in memory alone and is made anew at the next start: %s", fault)
    return Refresh(Index(passages, new), embedded, len(passages) - embedded, repaired, unsaved)


def build(
    library: Library,
    encoder: Encoder,
    before: Index | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Index:
    """An index in memory alone, for notes that must not reach the disk; what ``before`` holds is taken over."""
    passages = library.passages
    old = before.embedded if before else None
    return Index(passages, _renew(passages, _digests(passages, before), encoder, old, progress)[0])


def _digests(passages: Sequence[Passage], before: Index | None) -> tuple[bytes, ...]:
    """The digest of each passage; those of ``before`` are looked up, because reading Markdown takes time."""
    known = dict(zip(before.passages, before.embedded.digests, strict=True)) if before else {}
    return tuple(known.get(passage) or digest_of(passage) for passage in passages)


def _renew(
    passages: Sequence[Passage],
    digests: tuple[bytes, ...],
    encoder: Encoder,
    old: Embedded | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[Embedded, int]:
    """Vectors for the passages, those of ``old`` taken over, and how many had to be embedded."""
    rows: dict[bytes, list[int]] = defaultdict(list)
    for row, digest in enumerate(old.digests if old else ()):
        rows[digest].append(row)
    origins = np.array([rows[digest].pop() if rows.get(digest) else NEW for digest in digests], dtype=np.int64)
    fresh = [passages[int(at)] for at in np.flatnonzero(origins == NEW)]
    report = (lambda done: progress(done, len(fresh))) if progress else None
    made = encoder.encode(fresh, report)
    nearest = old.nearest.renewed(origins, made) if old else build_vector_index(made)
    return Embedded(encoder.identity, digests, nearest), len(fresh)


def _save(embedded: Embedded, target: Path) -> dict[str, Any]:
    write_vector_index(embedded.nearest, target)
    (target / DIGESTS).write_bytes(b"".join(embedded.digests))
    return {"format": FORMAT, "encoder": embedded.encoder}


def _load_or_say_why_not(generations: SnapshotStore) -> tuple[Embedded | None, str]:
    try:
        return generations.read(_load), ""
    except Damaged as fault:
        return None, str(fault)


def _load(folder: Path, manifest: dict[str, Any]) -> Embedded | None:
    """The vectors in a folder, or None when they are of another format. Raises Damaged when they are not sound."""
    if manifest.get("format") != FORMAT:
        return None
    try:
        nearest = read_vector_index(folder)
        joined = (folder / DIGESTS).read_bytes()
    except (RuntimeError, OSError) as fault:
        raise Damaged(f"it cannot be read: {fault}") from None
    digests = tuple(joined[at : at + DIGEST_BYTES] for at in range(0, len(joined), DIGEST_BYTES))
    if len(nearest) != len(digests):
        raise Damaged(f"it has {len(nearest)} vectors for {len(digests)} passages")
    return Embedded(manifest["encoder"], digests, nearest)
