"""Workers as the benchmark sees them: started, watched from outside, ended whatever happens."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from assistant.core.errors import ModelError
from assistant.core.processes import module, start
from assistant.lab.bench.memory import MemoryWatch
from assistant.lab.bench.worker import FAULT, Job


@dataclass(frozen=True, slots=True)
class Result:
    """A line of a worker, with the memory that it took. Bytes."""

    name: str
    values: dict[str, float]
    anonymous: int  # at most since the line before
    resident: int  # at most since the process began


def run_worker(job: Job) -> Iterator[Result]:
    """The results of a job as they come. Raises ModelError when the worker fails; closing the iterator ends it."""
    environment = {**os.environ, "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
    if not job.gpu:
        environment["CUDA_VISIBLE_DEVICES"] = ""  # else the reference would leave the CPU that it is compared on
    command = module("assistant.lab.bench.worker", json.dumps(asdict(job)))
    with tempfile.TemporaryFile() as complaints:
        # A session of its own: Ctrl-C reaches the parent alone, which then ends the worker.
        process = start(command, environment, stderr=complaints, start_new_session=True)
        watch = MemoryWatch(process.pid)
        try:
            for line in process.stdout or ():
                if line.startswith(b"{"):
                    yield _result(line, watch)
            if process.wait():
                complaints.seek(0)
                raise ModelError(_why(process.returncode, complaints.read()))
        finally:
            process.kill()
            process.wait()
            watch.close()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()


def _result(line: bytes, watch: MemoryWatch) -> Result:
    told = json.loads(line)
    if told["name"] == FAULT:
        raise ModelError(f"The benchmark cannot go on: {told['values']['message']}")
    return Result(told["name"], told["values"], *watch.peak())


def _why(code: int, complaints: bytes) -> str:
    if code == -9:
        return "A worker was killed, most likely because memory ran out. Take a smaller --shape."
    lines = complaints.decode("utf-8", "replace").strip().splitlines()
    return f"A worker ended with status {code}: {lines[-1] if lines else 'it said nothing'}"
