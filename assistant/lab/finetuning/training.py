"""One step of training, and the loss on rows that are not trained on.

A loop of its own and not transformers' Trainer: every step can be repeated from its number alone, which is what makes
going on after a kill exact; a batch's loss is the mean over its learned tokens however it is cut into parts; and what
is saved holds no pickled objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch

from assistant.lab.finetuning.model import learned_parameters
from assistant.lab.finetuning.recipe import Recipe
from assistant.lab.finetuning.rows import IGNORED, Batch, Row

LARGEST_GRADIENT = 1.0  # norm of all gradients together; larger ones are scaled down to it
WEIGHT_DECAY = 0.01  # of full training; an adapter is small already


class Stopped(Exception):
    """The user wants the training to end; the step or measure under way has been given up."""


class Training:
    """A model, its optimizer, and the way it learns."""

    def __init__(self, model: Any, recipe: Recipe, device: str, at_once: int) -> None:
        """``at_once`` rows go through the model together; the gradients of a batch add up over its parts."""
        self.model = model
        self.parameters = learned_parameters(model)
        self.optimizer = torch.optim.AdamW(
            self.parameters.values(), lr=recipe.learning_rate, weight_decay=WEIGHT_DECAY if recipe.full else 0.0
        )
        self._recipe = recipe
        self._device = device
        self._at_once = at_once

    def step(self, step: int, steps: int, rows: Sequence[Row], stopping: Callable[[], bool]) -> float:
        """Learn from the rows of a step; its mean loss in nats a token.

        Raises Stopped, with nothing changed, when ``stopping()`` is true between two parts of the batch.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = self._recipe.rate_at(step, steps)
        torch.manual_seed(self._recipe.seed * 1_000_003 + step)  # dropout depends on the step's number alone
        batch = self._recipe.batch_at(step, rows)
        learned = sum(row.learned for row in batch)
        total = 0.0
        self.model.train()
        for part in self._parts(batch):
            if stopping():
                self.optimizer.zero_grad()
                raise Stopped
            loss = self._loss_sum(part) / learned
            torch.autograd.backward(loss)
            total += loss.item()
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), LARGEST_GRADIENT)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return total

    @torch.no_grad()
    def measure(self, rows: Sequence[Row], done: Callable[[int], None] = lambda count: None) -> float:
        """Mean loss of the rows in nats a token, without dropout. ``done`` gets the rows worked through."""
        self.model.eval()
        total = 0.0
        count = 0
        for part in self._parts(rows):
            total += self._loss_sum(part).item()
            count += len(part)
            done(count)
        return total / max(1, sum(row.learned for row in rows))

    def _parts(self, batch: Sequence[Row]) -> Iterator[Sequence[Row]]:
        ordered = sorted(batch, key=lambda row: len(row.ids))  # neighbours of one length need little padding
        for at in range(0, len(ordered), self._at_once):
            yield ordered[at : at + self._at_once]

    def _loss_sum(self, rows: Sequence[Row]) -> torch.Tensor:
        batch = Batch.of(rows, self._device)
        with self._precision():
            output = self.model(input_ids=batch.ids, attention_mask=batch.mask, use_cache=False)
        labels = batch.labels[:, 1:]
        learned = labels != IGNORED
        logits = output.logits[:, :-1][learned].float()
        return torch.nn.functional.cross_entropy(logits, labels[learned], reduction="sum")

    def _precision(self) -> AbstractContextManager[Any]:
        return torch.autocast("cuda", torch.bfloat16) if self._device == "cuda" else nullcontext()
