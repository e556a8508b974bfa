"""The story of one fine-tuning: notes, rows, room, model, steps with checkpoints, merged result."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from assistant.core.errors import AssistantError, ModelError
from assistant.core.files import atomic_directory, check_new, exclusive
from assistant.core.host import Host
from assistant.core.records import ModelInfo, Note
from assistant.lab.finetuning.base import Base
from assistant.lab.finetuning.checkpoint import Checkpoint
from assistant.lab.finetuning.curve import check_drawing, draw_losses
from assistant.lab.finetuning.data import Data, prepare
from assistant.lab.finetuning.history import History
from assistant.lab.finetuning.model import load_model, load_tokenizer, merged, save_model
from assistant.lab.finetuning.needs import check_room
from assistant.lab.finetuning.recipe import Recipe
from assistant.lab.finetuning.training import Stopped, Training

CHECKPOINT_SECONDS = 300.0  # of work that a killed training loses at most


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be trained, on how much, and where it goes."""

    base: Base
    out: Path
    recipe: Recipe
    accumulation: int  # parts that each batch is cut into
    limit: int | None = None  # rows trained on at most
    plot: bool = True
    restart: bool = False  # throw an interrupted training away
    checkpoint_seconds: float = CHECKPOINT_SECONDS

    @property
    def at_once(self) -> int:
        """Rows that go through the model together."""
        return -(-self.recipe.batch // self.accumulation)


class Watch(Protocol):
    """Whoever waits for the end of a training."""

    def progress(self, what: str, done: int, total: int, loss: float | None = None) -> None:
        """How far it is with what it does now."""

    def stopping(self) -> bool:
        """Whether it should stop as soon as it can go on later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    history: History
    data: Data
    steps: int
    seconds: float  # of the steps made by this process
    tokens: int  # read in those steps


def finetune(job: Job, notes: Sequence[Note], host: Host, watch: Watch) -> Outcome:
    """Train and write ``job.out``, a checkpoint folder that appears whole or not at all.

    An interrupted training of the same job goes on where it was saved. Raises AssistantError kinds.
    """
    check_new(job.out)
    if job.plot:
        check_drawing()
    tokenizer = load_tokenizer(job.base)
    info = ModelInfo(job.base.name, "torch", job.base.window, str(tokenizer.chat_template or ""))
    watch.progress("Reading notes", 0, 1)
    data = prepare(notes, tokenizer, info, job.limit, job.recipe.seed)
    watch.progress("Reading notes", 1, 1)
    recompute = check_room(job.base, job.recipe, job.at_once, data.longest, host, bool(host.gpu))
    work = job.out.with_name(f".{job.out.name}.training")
    try:
        work.mkdir(parents=True, exist_ok=True)
        with exclusive(work):
            outcome = _train(job, data, "cuda" if host.gpu else "cpu", recompute, work, tokenizer, watch)
            shutil.rmtree(work, ignore_errors=True)
        return outcome
    except OSError as fault:
        raise ModelError(
            f"The model must be writable at {job.out}, got: {fault}. Check disk and permissions."
        ) from None
    except torch.OutOfMemoryError:
        raise ModelError(f"{host.gpu} ran out of memory. Raise --accumulation and run the command again.") from None


def _train(job: Job, data: Data, device: str, recompute: bool, work: Path, tokenizer: Any, watch: Watch) -> Outcome:
    recipe = job.recipe
    training = Training(load_model(job.base, recipe, device, recompute), recipe, device, job.at_once)
    checkpoint = Checkpoint(work, _identity(job, data))
    if job.restart:
        checkpoint.file.unlink(missing_ok=True)
    history = checkpoint.restore(training.parameters, training.optimizer)
    steps, epoch = recipe.steps(len(data.training)), recipe.steps_per_epoch(len(data.training))
    began = saved = time.monotonic()
    tokens = 0

    def measure_due(history: History) -> History:
        due = history.step % epoch == 0 and not history.measured_at(history.step)
        return _measured(history, training, data, watch) if due else history

    try:
        history = measure_due(history)  # before the first step, or where the last process was stopped
        for step in range(history.step, steps):
            watch.progress("Training", step, steps, history.losses[-1] if step else None)
            history = history.stepped(training.step(step, steps, data.training, watch.stopping))
            tokens += sum(len(row.ids) for row in recipe.batch_at(step, data.training))
            history = measure_due(history)
            if time.monotonic() - saved >= job.checkpoint_seconds or history.step == steps:
                checkpoint.save(training.parameters, training.optimizer, history)
                saved = time.monotonic()
    except Stopped:
        checkpoint.save(training.parameters, training.optimizer, history)
        raise AssistantError(
            f"Interrupted after step {history.step} of {steps}. Run the same command again to go on from there."
        ) from None
    watch.progress("Training", steps, steps, history.losses[-1])
    outcome = Outcome(history, data, steps, time.monotonic() - began, tokens)
    watch.progress("Writing", 0, 1)
    with atomic_directory(job.out) as aside:
        save_model(merged(training.model), tokenizer, aside)
        record = {"base": job.base.name, "recipe": asdict(recipe), "history": asdict(history)}
        (aside / "finetuning.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        if job.plot:
            draw_losses(history, aside / "loss.png")
    watch.progress("Writing", 1, 1)
    return outcome


def _measured(history: History, training: Training, data: Data, watch: Watch) -> History:
    """The history with the losses on the notes held out. Raises Stopped when the user does not want to wait."""
    losses = {}
    done = 0
    for kind in ("answers", "text"):
        rows = [row for row in data.held_out if row.kind == kind]

        def count(part: int, before: int = done) -> None:
            watch.progress("Measuring", before + part, len(data.held_out))
            if watch.stopping():
                raise Stopped

        losses[kind] = training.measure(rows, count)
        done += len(rows)
    return history.measured(**losses)


def _identity(job: Job, data: Data) -> str:
    """Tells apart trainings that must not go on from each other's checkpoint."""
    parts = [asdict(job.recipe), job.base.stamps, data.digest]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
