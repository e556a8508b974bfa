"""Every passage at a place in two dimensions, so that passages about one thing lie together.

t-SNE (van der Maaten and Hinton 2008) shows the topics of 3,000 passages apart, but takes half a minute. So it runs
when the vectors of the notes are shipped, and the places travel with them, addressed like the vectors. A passage that
came later, such as an upload, lies between the placed passages nearest to it. Without shipped places the first two
principal components serve: quick, but topics overlap.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.core.arrays import UNREADABLE
from assistant.core.errors import IndexingError
from assistant.core.records import Passage
from assistant.core.vectors import Vectors
from assistant.retrieval.embedding.passage_encoder import digest_of
from assistant.retrieval.index.catalog import Dense
from assistant.retrieval.index.passage_index import Index
from assistant.retrieval.index.shipped_vectors import FOLDER
from assistant.retrieval.notes.library import UPLOADS

Places = npt.NDArray[np.float32]  # [passages, 2], each about -1 to 1
Place = npt.NDArray[np.float32]  # [2]
FILE = "places"  # in a folder of its own: each .npz beside the vectors is taken for vectors
SHARE_PLACED = 0.5  # of the passages; below this the shipped places say too little about the library
NEIGHBOURS = 5  # that a later passage is placed between
MOST = 5_000  # passages that are drawn; of a larger library an even selection
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Map:
    """Passages and their places, row by row."""

    passages: tuple[Passage, ...]
    places: Places
    drawn: dict[int, int]  # row in the index -> row here; a large library is not drawn whole

    def between(self, rows: Sequence[tuple[int, float]]) -> Place | None:
        """A place for what has these cosines to rows of the index: amid those that are drawn; None without any."""
        known = [(self.drawn[row], cosine) for row, cosine in rows if row in self.drawn][:NEIGHBOURS]
        return _middle(self.places, known) if known else None


class Cartographer:
    """Makes the map of an index once and keeps it as long as the index lives."""

    def __init__(self, knowledge: Path, encoder: str) -> None:
        """Read the shipped places of a knowledge folder that were made from vectors of this encoder."""
        self._shipped = _read(knowledge, encoder)
        self._lock = threading.Lock()
        self._made: tuple[weakref.ref[Dense], Map] | None = None

    def map_of(self, index: Dense) -> Map:
        """The map of an index, of at most MOST passages."""
        with self._lock:
            if self._made is None or self._made[0]() is not index:
                self._made = weakref.ref(index), self._make(index)
            return self._made[1]

    def map_beside(self, index: Dense, other: Dense) -> Map:
        """The map of an index with the passages of another amid it, such as a visitor's own."""
        shared = self.map_of(index)
        own = [shared.between(index.search(other.vector(row), NEIGHBOURS)) for row in range(len(other.passages))]
        placed = [(passage, place) for passage, place in zip(other.passages, own, strict=True) if place is not None]
        if not placed:
            return shared
        places = np.concatenate([shared.places, np.stack([place for _, place in placed])])
        return Map((*shared.passages, *(passage for passage, _ in placed)), places, shared.drawn)

    def _make(self, index: Dense) -> Map:
        count = len(index.passages)
        rows = np.unique(np.linspace(0, count - 1, min(count, MOST)).astype(int)) if count else np.empty(0, dtype=int)
        passages = tuple(index.passages[row] for row in rows)
        if not passages:
            return Map((), np.empty((0, 2), dtype=np.float32), {})
        drawn = {int(row): at for at, row in enumerate(rows)}
        vectors = np.stack([index.vector(int(row)) for row in rows])
        found = [self._shipped.get(digest_of(passage)) for passage in passages]
        placed = [at for at, place in enumerate(found) if place is not None]
        if len(placed) < max(NEIGHBOURS, SHARE_PLACED * len(passages)):
            return Map(passages, principal(vectors), drawn)
        places = np.stack([np.zeros(2, dtype=np.float32) if place is None else place for place in found])
        for at in sorted(set(range(len(passages))) - set(placed)):
            cosines = vectors[placed] @ vectors[at]
            nearest = np.argsort(-cosines)[:NEIGHBOURS]
            places[at] = _middle(places[placed], [(int(row), float(cosines[row])) for row in nearest])
        return Map(passages, places, drawn)


def _middle(places: Places, near: list[tuple[int, float]]) -> Place:
    """The mean of some places, the more similar ones weighing more."""
    weights = np.exp(10 * np.array([cosine for _, cosine in near], dtype=np.float32))
    rows = [row for row, _ in near]
    return np.asarray((places[rows] * weights[:, None]).sum(axis=0) / weights.sum(), dtype=np.float32)


def principal(vectors: Vectors) -> Places:
    """Places on the first two principal components, scaled to -1 to 1."""
    centred = vectors - vectors.mean(axis=0)
    if len(vectors) < 3:
        return np.linspace([-0.5, 0], [0.5, 0], len(vectors), dtype=np.float32)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    return _scaled(centred @ axes.T)


def write_places(index: Index, knowledge: Path) -> int:
    """Compute the places of an index by t-SNE and write them into the folder; the number of passages.

    Takes about half a minute for 3,000 passages on two cores. Raises IndexingError when the disk refuses.
    """
    # Imported here: only authors who ship notes need it, and it takes a second.
    from sklearn.manifold import TSNE

    rows = [row for row, passage in enumerate(index.passages) if not passage.note.startswith(f"{UPLOADS}/")]
    count = len(rows)
    if count < 2 * NEIGHBOURS:
        return 0
    vectors = np.stack([index.vector(row) for row in rows])
    method = TSNE(metric="cosine", init="pca", perplexity=min(40, (count - 1) / 3), random_state=0)
    places = _scaled(method.fit_transform(vectors))
    folder = knowledge / FOLDER / FILE
    digests = b"".join(digest_of(index.passages[row]) for row in rows)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / f"{FILE}.npz",
            identity=np.array(index.encoder),
            digests=np.frombuffer(digests, dtype=np.uint8).reshape(count, -1),
            places=places.astype(np.float16),
        )
    except OSError as fault:
        raise IndexingError(f"Places cannot be written to {folder}: {fault.strerror}.") from None
    return count


def _read(knowledge: Path, encoder: str) -> dict[bytes, npt.NDArray[np.float32]]:
    file = knowledge / FOLDER / FILE / f"{FILE}.npz"
    if not file.is_file():
        return {}
    try:
        with np.load(file, allow_pickle=False) as arrays:
            if str(arrays["identity"]) != encoder:
                return {}
            digests = [digest.tobytes() for digest in arrays["digests"]]
            return dict(zip(digests, arrays["places"].astype(np.float32), strict=True))
    except UNREADABLE as fault:
        log.warning("shipped places ignored, %s cannot be read: %s", file.name, fault)
        return {}


def _scaled(places: npt.NDArray[np.float32]) -> Places:
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    half = np.maximum((places.max(axis=0) - places.min(axis=0)) / 2, 1e-6)
    return np.asarray((places - middle) / half, dtype=np.float32)
