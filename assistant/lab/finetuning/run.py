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
from assistant.inference.models.catalog import stamps_of
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
    """Go on from the checkpoint, if there is one, to the last step, and write the result."""
    training = Training(load_model(job.base, job.recipe, device, recompute), job.recipe, device, job.at_once)
    checkpoint = Checkpoint(work, _identity(job, data))
    if job.restart:
        checkpoint.file.unlink(missing_ok=True)
    history = checkpoint.restore(training.parameters, training.optimizer)
    outcome = _Steps(job, data, training, checkpoint, watch).run(history)
    _write(job, outcome.history, training, tokenizer, watch)
    return outcome


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of one training, measured and saved between them."""

    job: Job
    data: Data
    training: Training
    checkpoint: Checkpoint
    watch: Watch

    def run(self, history: History) -> Outcome:
        """All that are left. Raises AssistantError when the user stops them; then they are saved."""
        rows, recipe = self.data.training, self.job.recipe
        steps = recipe.steps(len(rows))
        began = saved = time.monotonic()
        tokens = 0
        try:
            history = self._measured_if_due(history)  # before the first step, or where the last process was stopped
            for step in range(history.step, steps):
                self.watch.progress("Training", step, steps, history.losses[-1] if step else None)
                history = history.stepped(self.training.step(step, steps, rows, self.watch.stopping))
                tokens += sum(len(row.ids) for row in recipe.batch_at(step, rows))
                history = self._measured_if_due(history)
                if time.monotonic() - saved >= self.job.checkpoint_seconds or history.step == steps:
                    self._save(history)
                    saved = time.monotonic()
        except Stopped:
            self._save(history)
            raise AssistantError(
                f"Interrupted after step {history.step} of {steps}. Run the same command again to go on from there."
            ) from None
        self.watch.progress("Training", steps, steps, history.losses[-1])
        return Outcome(history, self.data, steps, time.monotonic() - began, tokens)

    def _measured_if_due(self, history: History) -> History:
        """With the losses on the notes held out, once an epoch."""
        epoch = self.job.recipe.steps_per_epoch(len(self.data.training))
        due = history.step % epoch == 0 and not history.measured_at(history.step)
        return _measured(history, self.training, self.data, self.watch) if due else history

    def _save(self, history: History) -> None:
        self.checkpoint.save(self.training.parameters, self.training.optimizer, history)


def _write(job: Job, history: History, training: Training, tokenizer: Any, watch: Watch) -> None:
    """The merged model with its history, as a folder that appears whole or not at all."""
    watch.progress("Writing", 0, 1)
    with atomic_directory(job.out) as aside:
        save_model(merged(training.model), tokenizer, aside)
        record = {"base": job.base.name, "recipe": asdict(job.recipe), "history": asdict(history)}
        (aside / "finetuning.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        if job.plot:
            draw_losses(history, aside / "loss.png")
    watch.progress("Writing", 1, 1)


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
    parts = [asdict(job.recipe), stamps_of(job.base.folder), data.digest]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
