"""``bench``: how fast this machine answers, against transformers on the same cores."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from assistant.cli.options import json_option
from assistant.core.errors import ModelError

SHAPES = ("gpt2-xl", "gpt2-large", "gpt2-medium", "gpt2", "tiny")


@click.command()
@json_option
@click.option("--shape", type=click.Choice(SHAPES), default="gpt2-xl", show_default=True, help="Random weights of it.")
@click.option("--model", type=click.Path(path_type=Path), metavar="FOLDER", help="A GPT-2 checkpoint instead.")
@click.option("--prompt-tokens", default=512, show_default=True, type=click.IntRange(8, 1000), help="Of each prompt.")
@click.option("--new-tokens", default=32, show_default=True, type=click.IntRange(2, 512), help="Of each answer.")
@click.option("--keep", is_flag=True, help="Keep the checkpoint and the converted model.")
@click.option("--retrieval", is_flag=True, help="Measure search instead: 1,000, 100,000 and 1,000,000 passages.")
@click.option("--passages", multiple=True, type=click.IntRange(100), help="Other numbers of passages, one each.")
def bench(
    as_json: bool,
    shape: str,
    model: Path | None,
    prompt_tokens: int,
    new_tokens: int,
    keep: bool,
    retrieval: bool,
    passages: tuple[int, ...],
) -> None:
    """Measure the CPU engine (OpenVINO, int8) against transformers (fp32) on this machine.

    First token and tokens/s, greedy and with the seed recipe's five beams; memory; visitors at once; a repeated prompt;
    the conversion; and the share of what the memory's bandwidth allows. Speed does not depend on the weights' values,
    so random ones of GPT-2's shape do. At gpt2-xl it needs 10 GB of disk, 10 GB of memory and some minutes.

    With --retrieval: how the vector index keeps up with the number of passages, made up in clusters as real ones are.
    At a million it needs 3 GB of memory, 2 GB of disk and some minutes.
    """
    if retrieval or passages:
        click.echo(_search(passages, as_json))
        return
    # The engines' imports are not for every command.
    from assistant.lab.bench.report import as_json as report_json
    from assistant.lab.bench.report import as_table
    from assistant.lab.bench.rounds import Plan, run_benchmark

    with _work_folder(keep) as folder:
        plan = Plan(shape, model, prompt_tokens, new_tokens, folder)
        report = run_benchmark(plan, lambda text: click.echo(text, err=True))
    click.echo(json.dumps(report_json(report), indent=2) if as_json else as_table(report))


def _search(passages: tuple[int, ...], as_json: bool) -> str:
    from assistant.lab.bench.search import SIZES, measure_search, search_table

    scales = measure_search(passages or SIZES, lambda text: click.echo(text, err=True))
    return json.dumps([asdict(scale) for scale in scales], indent=2) if as_json else search_table(scales)


@contextmanager
def _work_folder(keep: bool) -> Iterator[Path]:
    """A temporary folder, gone afterwards: on Ctrl-C, and when the process is told to end, too."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        folder = Path(tempfile.mkdtemp(prefix="assistant-bench-"))
    except OSError as fault:
        raise ModelError(f"A temporary folder must be writable, got: {fault.strerror}. Set TMPDIR.") from None
    try:
        yield folder
    finally:
        if keep:
            click.echo(f"kept in {folder}", err=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
