"""``finetune``: a model learns to answer from the notes, in the form in which it will be asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from assistant.cli.options import json_option, knowledge_option, settings_for
from assistant.cli.training_bars import training_bars
from assistant.core.errors import AssistantError
from assistant.core.host import look_at_host
from assistant.core.settings import Settings
from assistant.inference.models.download import fetch_checkpoint
from assistant.inference.models.hub import download_folder, local_checkpoint
from assistant.inference.models.shapes import shape_called
from assistant.retrieval.notes.library import read_library

if TYPE_CHECKING:
    from assistant.lab.finetuning.run import Job, Outcome

BATCH = 8


@click.command()
@click.option("--model", required=True, help="Checkpoint folder, or gpt2, gpt2-medium, gpt2-large, gpt2-xl, a hub id.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="New folder for the result.")
@knowledge_option
@click.option(
    "--epochs", default=2, show_default=True, type=click.IntRange(1, 100), help="Times all examples are seen."
)
@click.option("--learning-rate", type=click.FloatRange(0, 1, min_open=True), help="[default: by size and method]")
@click.option("--batch-size", default=BATCH, show_default=True, type=click.IntRange(1, 1024), help="Examples a step.")
@click.option(
    "--accumulation", type=click.IntRange(1, 1024), help="Parts of a batch; more: less memory. [default: by size]"
)
@click.option("--rank", default=16, show_default=True, type=click.IntRange(1, 256), help="Of the LoRA matrices.")
@click.option("--full", is_flag=True, help="Train every weight instead of LoRA matrices: several times the memory.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31), help="Of order and dropout.")
@click.option("--limit", type=click.IntRange(1), help="Train on at most this many examples.")
@click.option("--plot/--no-plot", default=True, help="Draw the loss curve to OUT/loss.png.")
@click.option("--restart", is_flag=True, help="Throw away an interrupted training for the same --out.")
@json_option
def finetune(
    model: str,
    out: Path,
    knowledge: Path | None,
    epochs: int,
    learning_rate: float | None,
    batch_size: int,
    accumulation: int | None,
    rank: int,
    full: bool,
    seed: int,
    limit: int | None,
    plot: bool,
    restart: bool,
    as_json: bool,
) -> None:
    """Train --model on the notes and write a checkpoint folder for ASSISTANT_MODEL and `convert`.

    Examples are the notes' own text, and questions made from their headings with the passages that the retriever would
    put before them, answered by the section's sentences. A tenth of the notes is held out and measures the result.
    Interrupted, by Ctrl-C or a crash, the same command goes on from the last checkpoint.
    """
    _check_packages()
    from assistant.lab.finetuning.base import open_base
    from assistant.lab.finetuning.recipe import Recipe, default_accumulation, default_rate
    from assistant.lab.finetuning.run import Job
    from assistant.lab.finetuning.run import finetune as run

    settings = settings_for(knowledge)
    out = out.absolute()
    base = open_base(_checkpoint_folder(model, settings))
    host = look_at_host(out.parent)
    rate = learning_rate or default_rate(base.parameters, full)
    recipe = Recipe(epochs, rate, batch_size, 0 if full else rank, seed)
    parts = accumulation or default_accumulation(base.parameters, batch_size, bool(host.gpu))
    job = Job(base, out, recipe, parts, limit, plot, restart)
    with training_bars() as bars:
        outcome = run(job, read_library(settings.knowledge).notes, host, bars)
    record = _record(job, outcome)
    click.echo(json.dumps(record, indent=2) if as_json else _text(record))


def _check_packages() -> None:
    """Raises AssistantError when what training needs is not installed."""
    try:
        # torch takes seconds, and peft is not among the page's packages.
        import peft  # noqa: F401

        import assistant.lab.finetuning.run  # noqa: F401
    except ImportError as fault:
        raise AssistantError(
            f"Fine-tuning needs the package {fault.name}. Run: pip install -r requirements-train.txt"
        ) from None


def _checkpoint_folder(model: str, settings: Settings) -> Path:
    """The folder that was named, or the checkpoint of a hub id, downloaded if it is not here."""
    shape = shape_called(model)
    path = Path(model).expanduser()
    if shape is None and (path.is_dir() or path.is_absolute() or model.count("/") != 1):
        return path
    hub_id = shape.hub if shape else model
    if (folder := local_checkpoint(settings.home, hub_id)) is not None:
        return folder
    with tqdm(unit="B", unit_scale=True, desc=f"Downloading {hub_id}", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return fetch_checkpoint(hub_id, download_folder(settings.home, hub_id), progress=progress)


def _record(job: Job, outcome: Outcome) -> dict[str, Any]:
    first, last = outcome.history.measures[0], outcome.history.measures[-1]
    return {
        "model": job.base.name,
        "out": str(job.out),
        "method": "full" if job.recipe.full else "lora",
        "rank": job.recipe.rank,
        "epochs": job.recipe.epochs,
        "learning_rate": job.recipe.learning_rate,
        "seed": job.recipe.seed,
        "notes": outcome.data.notes,
        "notes_held_out": outcome.data.notes_held_out,
        "examples": len(outcome.data.training),
        "left_out": outcome.data.left_out,
        "steps": outcome.steps,
        "losses": [round(loss, 4) for loss in outcome.history.losses],
        "held_out_perplexity": {
            "before": {kind: round(value, 3) for kind, value in first.perplexities().items()},
            "after": {kind: round(value, 3) for kind, value in last.perplexities().items()},
        },
        "seconds": round(outcome.seconds, 1),
        "tokens_per_s": round(outcome.tokens / outcome.seconds, 1) if outcome.seconds else 0.0,
    }


def _text(record: dict[str, Any]) -> str:
    before, after = record["held_out_perplexity"]["before"], record["held_out_perplexity"]["after"]
    return "\n".join(
        [
            f"{record['examples']} examples of {record['notes']} notes, {record['steps']} steps, "
            f"{record['seconds']:.0f} s, {record['tokens_per_s']:.0f} tokens/s",
            f"perplexity on {record['notes_held_out']} notes held out: answers {before['answers']:.2f} before, "
            f"{after['answers']:.2f} after; text {before['text']:.2f} before, {after['text']:.2f} after",
            f"{record['out']} is ready. Use it with: ASSISTANT_MODEL={record['out']}",
        ]
    )
