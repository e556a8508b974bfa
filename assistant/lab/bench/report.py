"""From measurements to the report: medians, the ratios of the CPU engine to transformers, JSON and a table."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.lab.bench.machine import Machine
from assistant.lab.bench.measure import Crowd
from assistant.lab.bench.neighbours import BUSY

REFERENCE = "transformers-fp32"
OURS = "openvino-int8"
ON_GPU = "transformers-bf16-gpu"


@dataclass(frozen=True, slots=True)
class Run:
    """One engine and one way of decoding: one round of it, or the median of several."""

    engine: str
    beams: int
    first_token_s: float
    tokens_per_s: float
    anonymous_gb: float
    resident_gb: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured. Seconds, GB of 1e9 bytes, tokens a second."""

    machine: Machine
    model: str
    weights: str  # "random" or "real"
    prompt_tokens: int
    new_tokens: int
    rounds: int
    others_busy: float  # share of the cores' time that other programs used meanwhile, 0 to 1
    convert_seconds: float
    convert_anonymous_gb: float
    runs: tuple[Run, ...]
    crowds: tuple[Crowd, ...]
    cold_s: float
    warm_s: float
    bytes_per_token: int  # weights that the CPU engine reads for each token
    gpu_bandwidth_share: float | None = None


def median_runs(runs: Sequence[Run]) -> tuple[Run, ...]:
    """One run for each engine and number of beams: medians of the times, the highest memory."""
    kinds = list(dict.fromkeys((run.engine, run.beams) for run in runs))
    return tuple(_median([run for run in runs if (run.engine, run.beams) == kind]) for kind in kinds)


def median_crowds(crowds: Sequence[Crowd]) -> tuple[Crowd, ...]:
    """One crowd for each number of visitors."""
    together = []
    for visitors in dict.fromkeys(crowd.visitors for crowd in crowds):
        same = [crowd for crowd in crowds if crowd.visitors == visitors]
        rate = statistics.median(crowd.rate for crowd in same)
        together.append(Crowd(visitors, rate, statistics.median(crowd.worst_first for crowd in same)))
    return tuple(together)


def ratios(runs: Sequence[Run], bytes_per_token: int, bandwidth: float) -> dict[str, float]:
    """The CPU engine against transformers on the same cores, above 1 when it is faster; and its share of the limit.

    The limit: each token reads every weight once, so no engine gives more than bandwidth / bytes_per_token tokens/s.
    """
    found = {(run.engine, run.beams): run for run in runs}
    beams = max(run.beams for run in runs)
    values = {}
    for name, count in (("greedy", 1), ("beam", beams)):
        ours, reference = found[OURS, count], found[REFERENCE, count]
        values[f"{name}_decode"] = ours.tokens_per_s / reference.tokens_per_s
        values[f"{name}_first_token"] = reference.first_token_s / ours.first_token_s
    values["bandwidth_share"] = bytes_per_token * found[OURS, 1].tokens_per_s / bandwidth
    return values


def as_json(report: Report) -> dict[str, Any]:
    """The report as the command prints it."""
    share = {"gpu_bandwidth_share": _short(report.gpu_bandwidth_share)} if report.gpu_bandwidth_share else {}
    bandwidth = report.machine.bandwidth_gb_s * 1e9
    return {
        "machine": asdict(report.machine),
        "model": report.model,
        "weights": report.weights,
        "prompt_tokens": report.prompt_tokens,
        "new_tokens": report.new_tokens,
        "rounds": report.rounds,
        "others_busy": round(report.others_busy, 3),
        "weight_bytes_per_token": report.bytes_per_token,
        "convert": {
            "seconds": _short(report.convert_seconds),
            "anonymous_gb": _short(report.convert_anonymous_gb),
        },
        "runs": [{key: _short(value) for key, value in asdict(run).items()} for run in report.runs],
        "visitors": [
            {"n": c.visitors, "tokens_per_s": _short(c.rate), "worst_first_token_s": _short(c.worst_first)}
            for c in report.crowds
        ],
        "prefix": {"cold_s": _short(report.cold_s), "warm_s": _short(report.warm_s)},
        "ratios": {
            **{key: _short(value) for key, value in ratios(report.runs, report.bytes_per_token, bandwidth).items()},
            **share,
        },
    }


def as_table(report: Report) -> str:
    """The report for a person."""
    machine, values = report.machine, as_json(report)["ratios"]
    lines = [
        f"{machine.cpu}, {machine.cores} cores ({', '.join(machine.instructions) or 'no known instruction set'}), "
        f"{machine.memory_gb} GB of memory read at {machine.bandwidth_gb_s} GB/s, {machine.gpu or 'no GPU'}",
        f"{report.model} ({report.weights} weights), prompt of {report.prompt_tokens} tokens, {report.new_tokens} new, "
        f"medians of {report.rounds} rounds",
        "",
        f"{'engine':<22} {'beams':>5} {'first token':>12} {'tokens/s':>9} {'anonymous':>10} {'resident':>9}",
        *(
            f"{run.engine:<22} {run.beams:>5} {run.first_token_s:>10.2f} s {run.tokens_per_s:>9.2f} "
            f"{run.anonymous_gb:>7.2f} GB {run.resident_gb:>6.2f} GB"
            for run in report.runs
        ),
        "",
        *(
            f"{crowd.visitors} at once: {crowd.rate:.1f} tokens/s in all, first token after {crowd.worst_first:.2f} s "
            "at worst"
            for crowd in report.crowds
        ),
        f"The same prompt again: first token after {report.warm_s:.2f} s instead of {report.cold_s:.2f} s",
        f"Conversion: {report.convert_seconds:.0f} s, {report.convert_anonymous_gb:.2f} GB anonymous",
        "",
        f"{OURS} against {REFERENCE}: decoding {values['greedy_decode']:.1f}x greedy, {values['beam_decode']:.1f}x "
        f"with beams; first token {values['greedy_first_token']:.1f}x and {values['beam_first_token']:.1f}x sooner",
        f"Share of what the memory allows: {values['bandwidth_share']:.0%}",
    ]
    if report.others_busy > BUSY:
        lines.append(
            f"Other programs used {report.others_busy:.0%} of the cores meanwhile: measure again when it is idle"
        )
    if report.gpu_bandwidth_share:
        lines.append(f"On the GPU: {report.gpu_bandwidth_share:.0%} of what its memory allows")
    return "\n".join(lines)


def _median(runs: Sequence[Run]) -> Run:
    return Run(
        runs[0].engine,
        runs[0].beams,
        statistics.median(run.first_token_s for run in runs),
        statistics.median(run.tokens_per_s for run in runs),
        max(run.anonymous_gb for run in runs),
        max(run.resident_gb for run in runs),
    )


def _short(value: Any) -> Any:
    """Four digits are more than repeat."""
    return float(f"{value:.4g}") if isinstance(value, float) else value
