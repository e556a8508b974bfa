"""One duty in a process of its own: convert a model, or load an engine and measure it. A JSON line for each result.

Started by ``processes.py`` as ``python -m assistant.lab.bench.worker '{...}'``.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.core.records import ModelInfo
from assistant.inference.engine import Engine
from assistant.lab.bench.measure import (
    VISITOR_ANSWER,
    VISITOR_PROMPT,
    Prompts,
    time_beams,
    time_crowd,
    time_greedy,
    time_prefix,
)

CROWDS = (1, 4, 8)
CACHE_BYTES = 2**29  # the least that the app gives its engine
FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is to do."""

    duty: str  # "convert" or "measure"
    source: str
    engine: str = ""  # of a measurement: "openvino" or "torch"
    out: str = ""  # of a conversion
    window: int = 1024
    prompt: int = 512
    new: int = 32
    crowds: bool = False  # visitors and the repeated prompt too
    gpu: bool = False


def main() -> int:
    """Do the job in the first argument; a failure is a line too."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    job = Job(**json.loads(sys.argv[1]))
    try:
        _convert(job) if job.duty == "convert" else _measure(job)
    except (AssistantError, MemoryError, RuntimeError) as fault:
        _tell(FAULT, message=str(fault) or type(fault).__name__)
        return 1
    return 0


def _convert(job: Job) -> None:
    from assistant.inference.gpt2.convert import convert

    began = time.perf_counter()
    convert(Path(job.source), Path(job.out), 8)
    _tell("convert", seconds=time.perf_counter() - began)


def _measure(job: Job) -> None:
    from assistant.inference.engines.loading import load_engine

    info = ModelInfo("bench", job.engine, job.window)
    engine = load_engine(
        job.engine, job.source, info, running=max(CROWDS), waiting=max(CROWDS), cache_bytes=CACHE_BYTES, threads=0
    )
    _tell("load")
    try:
        _measure_engine(engine, job)
    finally:
        engine.close()


def _measure_engine(engine: Engine, job: Job) -> None:
    prompts = Prompts(engine)
    time_greedy(engine, prompts, job.prompt // 8 + 1, 4)  # the first answer after loading is slower
    for name, measure in (("greedy", time_greedy), ("beams", time_beams)):
        timing = measure(engine, prompts, job.prompt, job.new)
        _tell(name, first=timing.first, rate=timing.rate, tokens=timing.tokens)
    if job.crowds:
        cold, warm = time_prefix(engine, prompts, job.prompt)
        _tell("prefix", cold=cold, warm=warm)
        for visitors in CROWDS:
            crowd = time_crowd(engine, prompts, visitors, VISITOR_PROMPT, VISITOR_ANSWER)
            _tell(f"visitors {visitors}", n=visitors, rate=crowd.rate, worst_first=crowd.worst_first)
    if job.gpu:
        from assistant.lab.bench.bandwidth import gpu_read_bandwidth

        _tell("gpu bandwidth", bytes_a_second=gpu_read_bandwidth())


def _tell(name: str, **values: float | str) -> None:
    print(json.dumps({"name": name, "values": values}), flush=True)


def _end_with_parent() -> None:
    """A parent that is killed cannot say good-bye; its end of the pipe closes all the same."""
    # Not sys.stdin: a thread that holds its lock makes Python abort at its end.
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
