"""``convert``: a GPT-2 checkpoint becomes a small, fast model for the CPU engine."""

from __future__ import annotations

import time
from pathlib import Path

import click
from tqdm import tqdm

from assistant.cli.options import settings_for
from assistant.core.errors import ModelError
from assistant.inference.gpt2.checkpoint import GPT2Checkpoint
from assistant.inference.gpt2.convert import convert as run_conversion
from assistant.inference.models.shapes import converted_folder, shape_of


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--bits", type=click.Choice(["8", "4", "32"]), default="8", show_default=True, help="Of each weight.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the result. [default: the app's model cache]")
def convert(source: Path, bits: str, out: Path | None) -> None:
    """Convert the GPT-2 checkpoint folder SOURCE for the CPU engine.

    SOURCE is a folder in Hugging Face layout (config.json, safetensors, tokenizer) of any size of GPT-2 or a fine-tune
    of one. Without --out the result goes where the app looks for it: a checkpoint of a known size is then used by
    ASSISTANT_MODEL=auto.
    """
    if out is None:
        shape = shape_of(GPT2Checkpoint(source).shape.parameters)
        if shape is None:
            raise ModelError(f"{source} is not one of GPT-2's four sizes, so it needs a place of its own: give --out.")
        out = converted_folder(settings_for(None), shape, int(bits))
    began = time.monotonic()
    with tqdm(total=0, unit="B", unit_scale=True, desc=f"Converting {source.name}", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        run_conversion(source, out, int(bits), progress)
    click.echo(f"{out} is ready after {time.monotonic() - began:.0f} s. Use it with: ASSISTANT_MODEL={out}")
