"""How search scales: the index that the product chooses for a number of passages, against comparing all of them."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from assistant.core.vectors import Vectors
from assistant.lab.bench.neighbours import BUSY, Neighbours
from assistant.lab.bench.renewal import Renewal, time_renewal
from assistant.lab.bench.synthetic import DIMENSION, NOTE_PASSAGES, Corpus
from assistant.retrieval.index.vector_index import NEW, VectorIndex, build_vector_index, write_vector_index

SIZES = (1_000, 100_000, 1_000_000)
NEIGHBOURS = 10
QUESTIONS = 300
LARGEST_STORE = 100_000  # passages for which a whole store of notes is measured too; reading more takes minutes

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scale:
    """One number of passages."""

    passages: int
    index: str
    recall_at_10: float  # share of the ten truly nearest that the index found
    p50_ms: float  # of one search alone
    p95_ms: float
    exact_p50_ms: float  # of comparing all vectors in float32
    bytes: int  # of the index: as many on disk as in memory, since it is read whole
    build_s: float
    add_note_s: float  # a note of eight passages more: the next index, written to the disk
    others_busy: float  # share of the cores' time that other programs used meanwhile, 0 to 1
    shelf: Renewal | None  # its name in the JSON; the whole way from files to a catalog; None for the largest


def measure_search(sizes: Sequence[int], say: Say) -> list[Scale]:
    """Measure each number of passages. Disk for the float32 vectors is needed, and once as much memory."""
    return [_measure(size, say) for size in sizes]


def _measure(size: int, say: Say) -> Scale:
    neighbours = Neighbours(os.cpu_count() or 1)
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        say(f"{size:,} passages: making vectors")
        corpus = Corpus(size)
        vectors = np.memmap(Path(folder) / "vectors", dtype=np.float32, mode="w+", shape=(size, DIMENSION))
        corpus.fill(vectors)
        questions = corpus.questions(vectors, QUESTIONS)
        say(f"{size:,} passages: comparing all")
        truth, exact = _exact(vectors, questions)
        say(f"{size:,} passages: building the index")
        began = time.perf_counter()
        nearest = build_vector_index(vectors)
        build_s = time.perf_counter() - began
        found, times = _search(nearest, questions)
        written = Path(folder) / "index"
        add_note_s = _add_note(nearest, corpus.notes(1), written)
        taken = sum(file.stat().st_size for file in written.iterdir())
        kind = nearest.kind
        del nearest, vectors
    renewal = None
    if size <= LARGEST_STORE:
        say(f"{size:,} passages: a store of notes")
        renewal = time_renewal(size // NOTE_PASSAGES)
    return Scale(
        passages=size,
        index=kind,
        recall_at_10=round(float(np.mean([len(set(a) & set(b)) for a, b in zip(truth, found, strict=True)])) / 10, 4),
        p50_ms=_ms(times, 0.5),
        p95_ms=_ms(times, 0.95),
        exact_p50_ms=_ms(exact, 0.5),
        bytes=taken,
        build_s=round(build_s, 2),
        add_note_s=round(add_note_s, 3),
        others_busy=round(neighbours.share(), 2),
        shelf=renewal,
    )


def _exact(vectors: Vectors, questions: Vectors) -> tuple[list[list[int]], list[float]]:
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    return _search(VectorIndex(flat), questions)


def _search(nearest: VectorIndex, questions: Vectors) -> tuple[list[list[int]], list[float]]:
    """The rows found for each question, and the seconds that each took."""
    found, seconds = [], []
    for question in questions:
        began = time.perf_counter()
        hits = nearest.search(question, NEIGHBOURS)
        seconds.append(time.perf_counter() - began)
        found.append([row for row, _ in hits])
    return found, seconds


def _add_note(nearest: VectorIndex, note: Vectors, folder: Path) -> float:
    """Seconds until an index with a note more is on disk."""
    folder.mkdir()
    began = time.perf_counter()
    origins = np.concatenate([np.arange(len(nearest)), np.full(len(note), NEW)]).astype(np.int64)
    write_vector_index(nearest.renewed(origins, note), folder)
    return time.perf_counter() - began


def _ms(seconds: Sequence[float], share: float) -> float:
    return round(float(np.quantile(seconds, share)) * 1000, 3)


def search_table(scales: Sequence[Scale]) -> str:
    """The measurements for a person."""
    head = (
        f"{'passages':>10}  {'index':<34} {'recall@10':>9} {'p50':>9} {'p95':>9} {'exact p50':>10} {'memory':>8} "
        f"{'build':>8} {'a note more':>12}"
    )
    lines = [
        f"{scale.passages:>10,}  {scale.index:<34} {scale.recall_at_10:>9.3f} {scale.p50_ms:>6.2f} ms "
        f"{scale.p95_ms:>6.2f} ms {scale.exact_p50_ms:>7.2f} ms {scale.bytes / 1e9:>5.2f} GB {scale.build_s:>6.1f} s "
        f"{scale.add_note_s:>10.2f} s"
        for scale in scales
    ]
    shelves = [_store_line(scale.passages, scale.shelf) for scale in scales if scale.shelf]
    busy = max(scale.others_busy for scale in scales)
    warning = [f"Other programs used up to {busy:.0%} of the cores meanwhile: measure again when it is idle"]
    return "\n".join([head, *lines, "", *shelves, *(warning if busy > BUSY else [])])


def _store_line(passages: int, store: Renewal) -> str:
    steps = ", ".join(f"a note {step.what} {step.seconds:.2f} s ({step.embedded} embedded)" for step in store.steps)
    return f"{passages:,} passages in notes: readable after {store.first_s:.1f} s without embedding; {steps}"
