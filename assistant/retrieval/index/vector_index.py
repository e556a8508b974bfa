"""The nearest unit vectors to a query: all are compared while they are few, only the likely ones when they are many.

Up to ``EXACT_MOST`` vectors FAISS compares the query with every one in float32, which is exact. Beyond that each is
held in one byte a dimension in the list of the nearest of some thousand k-means centres (an inverted file with scalar
quantisation). A search reads the lists of the nearest centres and puts the best of them in order with
half a byte a dimension more: among many vectors the tenth and the eleventh neighbour differ by less than a byte tells.
``python -m assistant bench --retrieval`` measures both kinds. A graph (HNSW) of 100,000 vectors found as
much in three quarters of the time, but took a third more memory and three times as long to build, and cannot forget.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt
from faiss.contrib.inspect_tools import get_invlist

from assistant.core.vectors import Vectors

EXACT_MOST = 20_000  # vectors; comparing this many takes some milliseconds
READ_SHARE = 0.14  # of the lists, in a search. More: fewer neighbours missed, slower
TRAINED_ON = 40  # vectors for each centre that the centres are learned from
ROUNDS = 8  # of k-means
AT_ONCE = 50_000  # vectors added in one go; bounds the memory that it takes
NO_MAP = 0  # FAISS's DirectMap.NoMap
SHARED_FROM = 500_000  # vectors from which on the cores share one search; before, one core is quick enough
NEW = -1  # origin of a row that is not taken over
VECTORS, DETAILS = "vectors.faiss", "details.faiss"

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class VectorIndex:
    """Unit vectors in rows 0, 1, 2 ... Never changed: ``renewed`` makes the next one."""

    # Any, because FAISS's type stubs know no more than the methods that all its indexes have.
    vectors: Any  # faiss.Index by inner product, which is the cosine for unit vectors
    details: Any = None  # faiss.IndexScalarQuantizer of what the bytes of ``vectors`` leave out; None: nothing

    def __len__(self) -> int:
        return int(self.vectors.ntotal)

    @property
    def kind(self) -> str:
        """What a reader of a table needs to know of the index."""
        if self.details is None:
            return "exact, float32"
        return f"IVF{self.vectors.nlist}, 8+4 bits, {self.vectors.nprobe} lists read"

    def search(self, query: Vectors, count: int) -> list[tuple[int, float]]:
        """The nearest rows to one unit vector [dimension]: (row, cosine), best first."""
        count = min(count, len(self))
        if count == 0:
            return []
        if self.details is None:
            scores, rows = self.vectors.search(query.reshape(1, -1), count)
            return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True)]
        _, rows = self.vectors.search(query.reshape(1, -1), 2 * count + 20)
        likely = rows[0][rows[0] >= 0]
        cosines = self.rows(likely) @ query
        best = np.argsort(-cosines)[:count]
        return [(int(likely[at]), float(cosines[at])) for at in best]

    def vector(self, row: int) -> Vectors:
        """The vector of a row, as exactly as it is held."""
        return np.asarray(self.rows(np.array([row]))[0], dtype=np.float32)

    def rows(self, rows: Rows) -> Vectors:
        """The vectors of some rows, float32 [rows, dimension]."""
        vectors: Vectors = self.vectors.reconstruct_batch(rows)
        return vectors if self.details is None else np.add(vectors, self.details.reconstruct_batch(rows))

    def renewed(self, origins: Rows, fresh: Vectors) -> VectorIndex:
        """The next index: its row i is row ``origins[i]`` of this one, or for NEW the next row of ``fresh``.

        No row of this one may be taken twice. Centres are kept, and the bytes of kept rows copied, until the number of
        vectors has changed so much that another index suits them better.
        """
        if self.details is not None and self._suits(len(origins)):
            return self._relisted(origins, fresh)
        vectors = np.empty((len(origins), fresh.shape[1]), dtype=np.float32)
        taken = origins != NEW
        vectors[~taken] = fresh
        if taken.any():
            vectors[taken] = self.rows(origins[taken])
        return build_vector_index(vectors)

    def _suits(self, count: int) -> bool:
        """Lists up to four times as full or empty as in a new index, and half of EXACT_MOST, are no reason to train."""
        return count > EXACT_MOST // 2 and 0.5 <= _lists_for(count) / self.vectors.nlist <= 2

    def _relisted(self, origins: Rows, fresh: Vectors) -> VectorIndex:
        """Copies of the lists and the details with the rows numbered anew, and the fresh vectors added."""
        taken = origins != NEW
        numbers = np.full(len(self), NEW, dtype=np.int64)
        numbers[origins[taken]] = np.flatnonzero(taken)
        lists: Any = faiss.ArrayInvertedLists(self.vectors.nlist, self.vectors.code_size)
        for at in range(self.vectors.nlist):
            rows, codes = get_invlist(self.vectors.invlists, at)
            kept = numbers[rows] != NEW
            rows, codes = numbers[rows[kept]], codes[kept]
            lists.add_entries(at, len(rows), faiss.swig_ptr(rows), faiss.swig_ptr(codes))
        vectors: Any = faiss.clone_index(self.vectors)  # for its centres and the ranges of its bytes
        vectors.reset()
        vectors.set_direct_map_type(NO_MAP)
        vectors.replace_invlists(lists, True)
        lists.this.disown()  # the copy owns them now
        vectors.ntotal = int(taken.sum())
        new = np.flatnonzero(~taken)
        vectors.add_with_ids(fresh, new)
        vectors.make_direct_map()
        details: Any = faiss.clone_index(self.details)
        size = details.sa_code_size()
        codes = np.empty((len(origins), size), dtype=np.uint8)
        codes[taken] = faiss.rev_swig_ptr(details.codes.data(), len(self) * size).reshape(-1, size)[origins[taken]]
        if len(new):
            codes[new] = details.sa_encode(fresh - vectors.reconstruct_batch(new))
        details.reset()
        details.add_sa_codes(codes)
        return VectorIndex(vectors, details)


def build_vector_index(vectors: Vectors) -> VectorIndex:
    """An index of unit vectors, float32 [count, dimension], of the kind that suits their number.

    The same vectors give the same index. Beyond EXACT_MOST a vector takes 1.5 bytes a dimension and 16 more.
    """
    count, dimension = vectors.shape
    if count <= EXACT_MOST:
        flat = faiss.IndexFlatIP(dimension)
        flat.add(vectors)
        return VectorIndex(flat)
    lists = _lists_for(count)
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = ROUNDS
    index.cp.min_points_per_centroid = 1  # it would warn on standard error
    index.sq.rangestat_arg = 0.1  # bytes reach this much beyond the smallest and largest value, for vectors to come
    sample = np.random.default_rng(0).choice(count, min(count, TRAINED_ON * lists), replace=False)
    index.train(vectors[np.sort(sample)])
    _fill(index, vectors)
    index.nprobe = round(READ_SHARE * lists)
    index.parallel_mode = int(count >= SHARED_FROM)
    index.make_direct_map()  # finds a row's vector without a search
    details = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_4bit)
    for start in range(0, count, AT_ONCE):
        part = vectors[start : start + AT_ONCE]
        left_out = part - index.reconstruct_n(start, len(part))
        if start == 0:
            details.train(left_out)
        details.add(left_out)
    return VectorIndex(index, details)


def _fill(index: Any, vectors: Vectors) -> None:
    """Add all vectors to lists that are made long enough first: growing ones would keep half as much room again."""
    starts = range(0, len(vectors), AT_ONCE)
    nearest = [index.quantizer.search(vectors[start : start + AT_ONCE], 1)[1].ravel() for start in starts]
    for at, size in enumerate(np.bincount(np.concatenate(nearest), minlength=index.nlist)):
        index.invlists.resize(at, int(size))
        index.invlists.resize(at, 0)  # keeps the room
    for start, centres in zip(starts, nearest, strict=True):
        part = np.ascontiguousarray(vectors[start : start + AT_ONCE])
        index.add_core(len(part), faiss.swig_ptr(part), None, faiss.swig_ptr(centres))


def read_vector_index(folder: Path) -> VectorIndex:
    """The index that was written into a folder. Raises RuntimeError when FAISS cannot read it."""
    vectors: Any = faiss.read_index(str(folder / VECTORS))
    if not isinstance(vectors, faiss.IndexIVF):
        return VectorIndex(vectors)
    vectors.parallel_mode = int(vectors.ntotal >= SHARED_FROM)  # the file does not hold it
    return VectorIndex(vectors, faiss.read_index(str(folder / DETAILS)))


def write_vector_index(nearest: VectorIndex, folder: Path) -> None:
    """Write an index into a folder. Raises OSError."""
    # Not faiss.write_index: when the disk is full it raises a RuntimeError, and this an OSError like all the rest.
    (folder / VECTORS).write_bytes(faiss.serialize_index(nearest.vectors).data)
    if nearest.details is not None:
        (folder / DETAILS).write_bytes(faiss.serialize_index(nearest.details).data)


def _lists_for(count: int) -> int:
    return round(4 * math.sqrt(count))
