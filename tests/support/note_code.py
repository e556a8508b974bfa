"""Runs the Python of notes, each note in a process forked from one that has imported everything already.

`run_notes` is for tests; this file is also the program that forks. Jobs come as JSON on standard input, one result a
line goes to standard output.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tokenize
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

AT_ONCE = 2
CPU_SECONDS = 20  # of one note
WALL_SECONDS = 120  # of one note: the machine may be busy with other things


@dataclass(frozen=True, slots=True)
class Block:
    """Python as it stands in a note."""

    section: str
    line: int  # of its first line in the file, counted from 1
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """One note's blocks, in their order."""

    file: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong with a block."""

    file: str
    section: str
    line: int
    reason: str


def run_notes(jobs: Sequence[Job], cpu_seconds: int = CPU_SECONDS) -> list[Failure]:
    """Run all blocks, each note in so much time; what fails, or prints something else than it says."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, "1"), "HF_HUB_OFFLINE": "1", "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__],
        input=json.dumps({"seconds": cpu_seconds, "jobs": [asdict(job) for job in jobs]}),
        capture_output=True,
        text=True,
        env=environment,
        timeout=1200,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [Failure(**json.loads(line)) for line in done.stdout.splitlines()]


def says(text: str) -> list[str] | None:
    """The lines that a block says it prints, in the comments behind its prints; None when it says nothing."""
    comments = {
        token.start[0]: token.string.lstrip("# ").rstrip()
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr) and _is_print(node.value)]
    ends = [node.end_lineno for node in sorted(calls, key=lambda node: node.lineno)]
    return [comments[end] for end in ends if end in comments] or None


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def check_block(block: Block, file: str, names: dict[str, object]) -> str:
    """Run a block with the names of those before it; why it fails, or nothing.

    It is compiled as part of its file, so that a traceback names the line in the note and the source can be looked up.
    """
    printed = io.StringIO()
    try:
        code = compile("\n" * (block.line - 1) + block.text, file, "exec")
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            exec(code, names)
    except BaseException as fault:  # also SystemExit
        frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if frame.filename == file]
        where = f"line {frames[-1].lineno}: " if frames else ""
        return f"{where}{type(fault).__name__}: {' '.join(str(fault).split())[:300]}"
    said, got = says(block.text), printed.getvalue()
    if said is not None and " ".join(said).split() != got.split():
        return f"says {' | '.join(said)!r}, prints {' | '.join(got.splitlines())!r}"
    return ""


def _run_note(job: Job, results: Path, seconds: int) -> None:
    """In a child: run a note's blocks and write what fails."""
    signal.alarm(WALL_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    sections: dict[str, dict[str, object]] = {}
    for at, block in enumerate(job.blocks):
        results.with_suffix(".at").write_text(str(at))
        names = sections.setdefault(block.section, {"__name__": "__main__"})
        reason = check_block(block, job.file, names)
        if reason:
            with results.open("a") as file:
                file.write(json.dumps(asdict(Failure(job.file, block.section, block.line, reason))) + "\n")


def _no_network() -> None:
    def refuse(self: socket.socket, address: object) -> None:
        raise OSError(f"a note tried to reach {address}")

    socket.socket.connect = refuse  # type: ignore[method-assign, assignment]


def _import_all(jobs: Sequence[Job]) -> None:
    """Everything that blocks import, once; what cannot be imported fails in its block."""
    for name in ("torch", "numpy"):
        __import__(name)
    found = {
        ast.unparse(node)
        for job in jobs
        for block in job.blocks
        for node in ast.walk(ast.parse(block.text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    for statement in sorted(found):
        with contextlib.suppress(Exception), contextlib.redirect_stderr(io.StringIO()):
            exec(statement, {})


def _results(jobs: Sequence[Job], folder: Path, seconds: int) -> Iterator[str]:
    """Fork for each note, at most AT_ONCE together; the JSON lines of what fails."""
    running: dict[int, tuple[int, Job]] = {}
    waiting = list(enumerate(jobs))
    while running or waiting:
        while waiting and len(running) < AT_ONCE:
            number, job = waiting.pop(0)
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    place = folder / f"{number}.place"
                    place.mkdir()
                    os.chdir(place)
                    _run_note(job, folder / f"{number}.jsonl", seconds)
                    status = 0
                finally:
                    os._exit(status)
            running[child] = (number, job)
        child, status = os.wait()
        number, job = running.pop(child)
        file = folder / f"{number}.jsonl"
        if file.is_file():
            yield from file.read_text().splitlines()
        if status:
            at = int((folder / f"{number}.at").read_text() or 0) if (folder / f"{number}.at").is_file() else 0
            block = job.blocks[at]
            reason = f"its process ended with status {os.waitstatus_to_exitcode(status)}; it may have taken too long"
            yield json.dumps(asdict(Failure(job.file, block.section, block.line, reason)))
        shutil.rmtree(folder / f"{number}.place", ignore_errors=True)


def main() -> None:
    """The forking program."""
    given = json.load(sys.stdin)
    jobs = [Job(record["file"], tuple(Block(**block) for block in record["blocks"])) for record in given["jobs"]]
    _no_network()
    _import_all(jobs)
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        for line in _results(jobs, Path(folder), given["seconds"]):
            print(line, flush=True)


if __name__ == "__main__":
    main()
