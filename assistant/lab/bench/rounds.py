"""The order of a benchmark: checkpoint, conversion, then the engines in turn, so that a slow moment hits each alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.core.errors import ModelError
from assistant.core.host import Host, look_at_host
from assistant.inference.gpt2.checkpoint import GPT2Checkpoint
from assistant.inference.gpt2.shape import GPT2Shape
from assistant.lab.bench.bandwidth import read_bandwidth
from assistant.lab.bench.machine import describe
from assistant.lab.bench.measure import BEAMS, Crowd
from assistant.lab.bench.needs import check_host, estimate_seconds, weights_per_token
from assistant.lab.bench.neighbours import Neighbours
from assistant.lab.bench.processes import Result, run_worker
from assistant.lab.bench.report import ON_GPU, OURS, REFERENCE, Report, Run, median_crowds, median_runs
from assistant.lab.bench.shapes import config_of, make_checkpoint
from assistant.lab.bench.worker import Job

ROUNDS = 2
LONG_SECONDS = 900.0  # after a first round of this length there is no second

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure, and where to work."""

    shape: str
    model: Path | None  # a real checkpoint instead of random weights
    prompt: int
    new: int
    folder: Path


def run_benchmark(plan: Plan, say: Say) -> Report:
    """Measure everything. Raises ModelError when disk or memory do not suffice."""
    shape = _shape(plan)
    host = look_at_host(plan.folder)
    check_host(shape.parameters, plan.model is None, plan.folder, host)
    bandwidth = read_bandwidth(host.cores)
    _announce(plan, shape, host, bandwidth, say)
    source = _checkpoint(plan, shape, say)
    out = plan.folder / "int8"
    converted = _converted(source, out, say)
    results = _Results(say)
    neighbours = Neighbours(host.cores)
    rounds, bandwidth = _measure_in_turn(_jobs(plan, shape, source, out), results, host, bandwidth)
    others = neighbours.share()
    if host.gpu:
        _measure_on_gpu(plan, shape, source, host, results)
    return Report(
        machine=describe(host, bandwidth),
        model=plan.model.name if plan.model else plan.shape,
        weights="real" if plan.model else "random",
        prompt_tokens=plan.prompt,
        new_tokens=plan.new,
        rounds=rounds,
        others_busy=others,
        convert_seconds=converted.values["seconds"],
        convert_anonymous_gb=converted.anonymous / 1e9,
        runs=median_runs(results.runs),
        crowds=median_crowds(results.crowds),
        cold_s=statistics.median(results.colds),
        warm_s=statistics.median(results.warms),
        bytes_per_token=weights_per_token(shape, out),
        gpu_bandwidth_share=results.gpu_share(shape),
    )


def _shape(plan: Plan) -> GPT2Shape:
    """The sizes of the model. Raises ModelError when it cannot hold prompt and answer."""
    shape = GPT2Checkpoint(plan.model).shape if plan.model else GPT2Shape.from_config(config_of(plan.shape))
    if plan.prompt + plan.new > shape.positions:
        raise ModelError(f"Prompt and answer must have at most {shape.positions} tokens, got {plan.prompt + plan.new}.")
    return shape


def _announce(plan: Plan, shape: GPT2Shape, host: Host, bandwidth: float, say: Say) -> None:
    """Say how fast memory is read and how long it will take."""
    seconds = estimate_seconds(shape.parameters, plan.prompt, plan.new, ROUNDS, host.cores, bandwidth)
    say(f"memory is read at {bandwidth / 1e9:.1f} GB/s; all of it takes about {_minutes(seconds)} if nothing else runs")


def _checkpoint(plan: Plan, shape: GPT2Shape, say: Say) -> Path:
    """The folder that was named, or one written now with random weights."""
    if plan.model is None:
        say(f"writing a {plan.shape} checkpoint with random weights, {4 * shape.parameters / 1e9:.1f} GB")
    return plan.model or make_checkpoint(plan.shape, plan.folder / "fp32")


def _converted(source: Path, out: Path, say: Say) -> Result:
    """What the conversion of the checkpoint to ``out`` cost."""
    say("converting it to int8")
    (converted,) = run_worker(Job("convert", str(source), out=str(out)))
    say(f"  {converted.values['seconds']:.1f} s, {converted.anonymous / 1e9:.2f} GB anonymous")
    return converted


def _jobs(plan: Plan, shape: GPT2Shape, source: Path, out: Path) -> dict[str, Job]:
    """What each engine is to do, in the order of a round."""
    reference = Job("measure", str(source), "torch", window=shape.positions, prompt=plan.prompt, new=plan.new)
    ours = Job("measure", str(out), "openvino", window=shape.positions, prompt=plan.prompt, new=plan.new, crowds=True)
    return {REFERENCE: reference, OURS: ours}


def _measure_in_turn(jobs: dict[str, Job], results: _Results, host: Host, bandwidth: float) -> tuple[int, float]:
    """Rounds that were made, and the memory's speed: the best that was seen, since other work can only lower it."""
    began = time.monotonic()
    rounds = 0
    while rounds < ROUNDS and not (rounds and time.monotonic() - began > LONG_SECONDS):
        rounds += 1
        for engine, job in jobs.items():
            results.say(f"round {rounds} of {ROUNDS}: {engine}")
            results.take(engine, run_worker(job))
        bandwidth = max(bandwidth, read_bandwidth(host.cores))
    return rounds, bandwidth


def _measure_on_gpu(plan: Plan, shape: GPT2Shape, source: Path, host: Host, results: _Results) -> None:
    """Once, with the reference engine."""
    results.say(f"once on {host.gpu}")
    job = Job("measure", str(source), "torch", window=shape.positions, prompt=plan.prompt, new=plan.new, gpu=True)
    try:
        results.take(ON_GPU, run_worker(job))
    except ModelError as fault:  # such as too little memory there: no reason to lose what the CPU took minutes for
        results.say(f"  {fault}")


@dataclass
class _Results:
    """What the workers told so far."""

    say: Say
    runs: list[Run] = field(default_factory=list)
    crowds: list[Crowd] = field(default_factory=list)
    colds: list[float] = field(default_factory=list)
    warms: list[float] = field(default_factory=list)
    gpu_bandwidth: float = 0.0

    def take(self, engine: str, results: Iterator[Result]) -> None:
        """Sort the results of one worker."""
        loading = 0
        for result in results:
            values = result.values
            if result.name == "load":
                loading = result.anonymous
            elif result.name in ("greedy", "beams"):
                # Loading counts: a host must have that memory, too.
                anonymous = max(loading, result.anonymous)
                beams = BEAMS if result.name == "beams" else 1
                gigabytes = (anonymous / 1e9, result.resident / 1e9)
                self.runs.append(Run(engine, beams, values["first"], values["rate"], *gigabytes))
                self.say(f"  {result.name}: first token {values['first']:.2f} s, {values['rate']:.2f} tokens/s")
            elif result.name == "prefix":
                self.colds.append(values["cold"])
                self.warms.append(values["warm"])
                self.say(f"  the same prompt again: {values['warm']:.2f} s instead of {values['cold']:.2f} s")
            elif result.name == "gpu bandwidth":
                self.gpu_bandwidth = values["bytes_a_second"]
            else:
                crowd = Crowd(int(values["n"]), values["rate"], values["worst_first"])
                self.crowds.append(crowd)
                self.say(f"  {crowd.visitors} at once: {crowd.rate:.1f} tokens/s in all")

    def gpu_share(self, shape: GPT2Shape) -> float | None:
        """The share of the GPU's bandwidth that greedy decoding in bf16 uses; None without a GPU."""
        run = next((run for run in self.runs if run.engine == ON_GPU and run.beams == 1), None)
        if run is None or not self.gpu_bandwidth:
            return None
        read = 2 * (shape.parameters - shape.positions * shape.width)
        return read * run.tokens_per_s / self.gpu_bandwidth


def _minutes(seconds: float) -> str:
    return f"{max(1, round(seconds / 60))} min"
