"""A converted GPT-2 fed a few tokens at a time through OpenVINO itself: its logits, with no engine between."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from assistant.core.openvino_core import core


class Stateful:
    """The model with its key/value cache as state."""

    def __init__(self, folder: Path, properties: Mapping[str, object]) -> None:
        compiled = core().compile_model(folder / "openvino_model.xml", "CPU", dict(properties))
        self.request = compiled.create_infer_request()

    def logits(self, ids: np.ndarray, mask: np.ndarray | None = None, beams: list[int] | None = None) -> np.ndarray:
        """Logits [rows, columns, vocabulary] of the token ids that follow what was fed before."""
        mask = np.ones_like(ids) if mask is None else mask
        positions = np.maximum(mask.cumsum(1) - 1, 0)[:, -ids.shape[1] :]
        beam_idx = np.array(range(len(ids)) if beams is None else beams, np.int32)
        feed = {"input_ids": ids, "attention_mask": mask, "position_ids": positions, "beam_idx": beam_idx}
        return self.request.infer(feed)["logits"].copy()

    def forget(self) -> None:
        """Empty the cache: the next tokens begin a new text."""
        self.request.reset_state()
