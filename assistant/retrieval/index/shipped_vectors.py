"""Vectors that travel with the notes: a first start need not embed what the authors have embedded already.

On two cores the shipped notes take minutes to embed, on a free host with a tenth of a core most of an hour. So the
repository holds a vector for each section, addressed by the SHA-256 of the exact text that was embedded and by the
encoder's identity: an edited note, or another embedder, simply does not find its vector and is embedded as usual.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.core.arrays import UNREADABLE
from assistant.core.errors import IndexingError
from assistant.core.records import Passage
from assistant.core.vectors import Vectors
from assistant.retrieval.embedding.passage_encoder import DIGEST_BYTES, Encoder, digest_of
from assistant.retrieval.index.passage_index import Index
from assistant.retrieval.notes.library import UPLOADS

FOLDER = ".vectors"  # in the knowledge folder; hidden, so it is never read as a note
log = logging.getLogger(__name__)


class ShippedVectors:
    """An encoder that looks passages up among shipped vectors and encodes only the others."""

    def __init__(self, encoder: Encoder, knowledge: Path) -> None:
        """Read the vectors of a knowledge folder, half-precision floats of the same encoder; others are ignored."""
        self._encoder = encoder
        self._known: dict[bytes, Vectors] = {}
        for file in sorted((knowledge / FOLDER).glob("*.npz")):
            try:
                with np.load(file, allow_pickle=False) as arrays:
                    if str(arrays["identity"]) != encoder.identity:
                        continue
                    rows = arrays["vectors"].astype(np.float32)
                    digests = [digest.tobytes() for digest in arrays["digests"]]
            except UNREADABLE as fault:
                log.warning("shipped vectors ignored, %s cannot be read: %s", file.name, fault)
                continue
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            self._known.update(zip(digests, rows, strict=True))

    @property
    def identity(self) -> str:
        """The encoder's identity."""
        return self._encoder.identity

    def encode(self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None) -> Vectors:
        """See ``Encoder``. ``progress`` counts all passages, those that were looked up first."""
        digests = [digest_of(passage) for passage in passages]
        missing = [at for at, digest in enumerate(digests) if digest not in self._known]
        done = len(passages) - len(missing)
        report = (lambda count: progress(done + count)) if progress else None
        made = self._encoder.encode([passages[at] for at in missing], report)
        vectors = np.empty((len(passages), made.shape[1]), dtype=np.float32)
        vectors[missing] = made
        for at, digest in enumerate(digests):
            if digest in self._known:
                vectors[at] = self._known[digest]
        return vectors


def write_shipped(index: Index, knowledge: Path) -> int:
    """Write the vectors of an index, a file for each topic folder, and remove files that no note needs any more.

    Returns the number of vectors. Raises IndexingError when the folder cannot be written.
    """
    groups: dict[str, dict[bytes, Vectors]] = {}
    for row, passage in enumerate(index.passages):
        if passage.note.startswith(f"{UPLOADS}/"):
            continue  # what visitors added is not committed, and neither are its vectors
        topic = passage.note.partition("/")[0] if "/" in passage.note else "notes"
        groups.setdefault(topic, {})[digest_of(passage)] = index.vector(row)
    folder = knowledge / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        for topic, known in groups.items():
            digests = sorted(known)
            np.savez(
                folder / f"{topic}.npz",
                identity=np.array(index.encoder),
                digests=np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, DIGEST_BYTES),
                vectors=np.stack([known[digest] for digest in digests]).astype(np.float16),
            )
        for file in folder.glob("*.npz"):
            if file.stem not in groups:
                file.unlink()
    except OSError as fault:
        raise IndexingError(f"Vectors cannot be written to {folder}: {fault.strerror}.") from None
    return sum(len(known) for known in groups.values())
