"""A training on disk: one file that is replaced as a whole, so that a killed training goes on where it was saved.

It holds the learned weights, Adam's moments and the history. Order and dropout follow from the recipe's seed and the
step's number, so nothing else is needed to go on exactly as if nothing had happened.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from assistant.core.errors import ModelError
from assistant.core.files import replacing, sync
from assistant.inference.models.shapes import GB
from assistant.lab.finetuning.history import History

NAME = "checkpoint.safetensors"
_MOMENTS = ("exp_avg", "exp_avg_sq")  # torch.optim.AdamW's names

Parameters = dict[str, torch.nn.Parameter]


class Checkpoint:
    """The checkpoint of one training in its folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        """``identity`` tells trainings apart: only one of the same recipe, model and notes may go on from the file."""
        self.file = folder / NAME
        self._identity = identity

    def save(self, parameters: Parameters, optimizer: torch.optim.Optimizer, history: History) -> None:
        """Replace what was saved before. Raises ModelError when the disk refuses."""
        tensors = {}
        for name, parameter in parameters.items():
            tensors[f"weight/{name}"] = parameter.detach()
            for moment in _MOMENTS if history.step else ():
                tensors[f"{moment}/{name}"] = optimizer.state[parameter][moment]
        state = json.dumps({"identity": self._identity, "history": asdict(history)})
        new = self.file.with_suffix(".new")
        try:
            with replacing(self.file, new):
                save_file(tensors, new, {"state": state})
            sync(self.file.parent)
        except (OSError, SafetensorError) as fault:
            size = sum(tensor.nbytes for tensor in tensors.values()) / GB
            raise ModelError(
                f"The checkpoint ({size:.1f} GB) must be writable in {self.file.parent}, got: {fault}. "
                "Free some space and run the same command again: it goes on from the checkpoint before."
            ) from None

    def restore(self, parameters: Parameters, optimizer: torch.optim.Optimizer) -> History:
        """Bring weights and optimizer to where they were saved; an empty history when nothing was.

        Raises ModelError when the file is damaged or of another training.
        """
        if not self.file.is_file():
            return History()
        try:
            with safe_open(self.file, "pt") as saved:
                state = json.loads(saved.metadata()["state"])
                if state["identity"] != self._identity:
                    raise ModelError(
                        f"{self.file.parent} holds an interrupted training with other options, notes or model. "
                        "Repeat its options to go on with it, or add --restart to throw it away."
                    )
                history = History.from_record(state["history"])
                for name, parameter in parameters.items():
                    parameter.data.copy_(saved.get_tensor(f"weight/{name}"))
                    if history.step:
                        moments = {at: saved.get_tensor(f"{at}/{name}").to(parameter.device) for at in _MOMENTS}
                        optimizer.state[parameter] = {"step": torch.tensor(float(history.step)), **moments}
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as fault:
            raise ModelError(f"{self.file} cannot be read: {fault}. Add --restart to begin again.") from None
        return history
