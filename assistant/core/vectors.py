"""Unit vectors of texts, and what the rooms need to know of whoever makes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]  # [count, dimension], rows of length 1
Embed = Callable[[Sequence[str]], Vectors]


class Embedder(Protocol):
    """What the index and the retriever need to know of a text encoder."""

    @property
    def identity(self) -> str:
        """Name and fingerprint; vectors of embedders with different identities must never be compared."""

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors of the texts. ``progress`` is called with the number of texts done so far."""
