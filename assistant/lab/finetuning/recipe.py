"""How a model is trained: the numbers that fix the result, with defaults for its size."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.lab.finetuning.rows import Row

WARM_UP = 0.05  # share of the steps over which the learning rate rises
LAST_RATE = 0.1  # of the learning rate, reached at the end
LARGE = 500_000_000  # parameters from which on the smaller learning rate is taken
RATES = {(False, False): 3e-4, (False, True): 1e-4, (True, False): 5e-5, (True, True): 1e-5}  # (full, large)


@dataclass(frozen=True, slots=True)
class Recipe:
    """With the same recipe, model and notes the same training comes out on the same machine."""

    epochs: int  # times that each example is seen
    learning_rate: float  # the highest
    batch: int  # examples for one step
    rank: int  # of the LoRA matrices; 0 trains every weight
    seed: int  # of the order, the adapter's start and dropout

    @property
    def full(self) -> bool:
        """Whether every weight is trained."""
        return self.rank == 0

    def steps(self, examples: int) -> int:
        """How many steps the training has."""
        return self.epochs * self.steps_per_epoch(examples)

    def steps_per_epoch(self, examples: int) -> int:
        """The last step of an epoch may have fewer examples."""
        return math.ceil(examples / self.batch)

    def batch_at(self, step: int, rows: Sequence[Row]) -> list[Row]:
        """The rows of a step, counted from 0: a new order each epoch, known without the steps before."""
        epoch, at = divmod(step, self.steps_per_epoch(len(rows)))
        order = list(range(len(rows)))
        random.Random(f"{self.seed}/{epoch}").shuffle(order)  # noqa: S311 - no secret
        return [rows[row] for row in order[at * self.batch : (at + 1) * self.batch]]

    def rate_at(self, step: int, steps: int) -> float:
        """Warm-up, then half a cosine (Loshchilov and Hutter 2017)."""
        warm_up = max(1, round(WARM_UP * steps))
        if step < warm_up:
            return self.learning_rate * (step + 1) / warm_up
        done = (step - warm_up) / max(1, steps - warm_up)
        return self.learning_rate * (LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * done)) / 2)


def default_rate(parameters: int, full: bool) -> float:
    """The learning rate for a model of this size: larger models, and all weights at once, want smaller steps."""
    return RATES[full, parameters >= LARGE]


def default_accumulation(parameters: int, batch: int, gpu: bool) -> int:
    """Parts of a batch: single examples on a CPU, which gains nothing from more; as many as fit a GPU of 16 GB."""
    at_once = max(1, min(8, 1_000_000_000 // parameters)) if gpu else 1
    return math.ceil(batch / at_once)
