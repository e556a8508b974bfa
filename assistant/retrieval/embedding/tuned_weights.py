"""What MiniLM learned from learners' questions: 8-bit differences to the packaged weights, a tenth of their size.

The packaged model is near the words of a question; the tuned one also knows that "remembers the examples by heart" asks
about overfitting. `python -m assistant train embedder` makes the file.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.core.arrays import UNREADABLE
from assistant.core.errors import IndexingError
from assistant.core.vectors import Vectors

SHIPPED = Path(__file__).with_name("minilm_tuned.npz")
_SCALE = ":scale"  # behind the name of a tensor, that of its rows
_STEPS = 127  # of an 8-bit number, to each side of zero
_SMALLEST = 1e-12  # difference that is told from none
log = logging.getLogger(__name__)


class Tensors(Protocol):
    """What `safetensors.safe_open` gives."""

    def keys(self) -> list[str]:
        """Names of the tensors."""

    def get_tensor(self, name: str) -> Vectors:
        """One tensor."""


@dataclass(frozen=True)
class Learned:
    """Differences by the names of the tensors, float32, and the start of the SHA-256 of the file's content."""

    differences: Mapping[str, Vectors]
    checksum: str

    def added_to(self, packaged: Tensors) -> Tensors:
        """The packaged tensors with the differences added."""
        return _Sum(packaged, self.differences)


class _Sum:
    """Tensors of a model with differences added to some of them."""

    def __init__(self, packaged: Tensors, differences: Mapping[str, Vectors]) -> None:
        self._packaged = packaged
        self._differences = differences

    def keys(self) -> list[str]:
        return self._packaged.keys()

    def get_tensor(self, name: str) -> Vectors:
        tensor = self._packaged.get_tensor(name)
        return tensor + self._differences[name] if name in self._differences else tensor


def load_learned(base: str, file: Path = SHIPPED) -> Learned | None:
    """What was learned on top of the weights with the fingerprint ``base``.

    None, and a line in the log, when it cannot be read, was damaged on its way, or belongs to other weights.
    """
    try:
        with np.load(file, allow_pickle=False) as arrays:
            kept = {name: arrays[name] for name in arrays.files if name not in ("base", "checksum")}
            made_for, checksum = str(arrays["base"]), str(arrays["checksum"])
    except UNREADABLE as fault:
        log.warning("the embedder answers as it was packaged, what it learned cannot be read: %s", fault)
        return None
    if made_for != base or checksum != _checksum(kept):
        log.warning("the embedder answers as it was packaged: %s is damaged or belongs to other weights", file.name)
        return None
    scales = {name.removesuffix(_SCALE): scale for name, scale in kept.items() if name.endswith(_SCALE)}
    return Learned({name: kept[name].astype(np.float32) * scale for name, scale in scales.items()}, checksum[:12])


def write_learned(differences: Mapping[str, Vectors], base: str, file: Path = SHIPPED) -> None:
    """Keep differences to the weights with the fingerprint ``base``, each row of a tensor with a scale of its own.

    Raises IndexingError when the disk refuses.
    """
    kept: dict[str, np.ndarray] = {}
    for name, tensor in sorted(differences.items()):
        scale = np.maximum(np.abs(tensor).max(axis=-1, keepdims=True), _SMALLEST) / _STEPS
        kept[name] = np.rint(tensor / scale).astype(np.int8)
        kept[f"{name}{_SCALE}"] = scale.astype(np.float32)
    try:
        np.savez_compressed(file, base=np.array(base), checksum=np.array(_checksum(kept)), **kept)  # type: ignore[arg-type]
    except OSError as fault:
        raise IndexingError(f"What the embedder learned cannot be written to {file}: {fault.strerror}.") from None


def _checksum(kept: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(kept):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(kept[name]).tobytes())
    return digest.hexdigest()
