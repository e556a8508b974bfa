"""The page as Streamlit Community Cloud runs it: a checkout that nobody writes to, 2.7 GB of memory, one process tree.

    python tests/support/cloud.py                   # the model that `auto` chooses
    python tests/support/cloud.py --shape gpt2-xl   # XL's shape, random weights, made and converted first: 8 GB of disk
    python tests/support/cloud.py --model FOLDER    # a model that is converted already

One visitor asks; memory of page and engine is sampled until the answer has ended. Where control groups may be made
(root, Linux) the limit is a real one and the kernel would kill what exceeds it; elsewhere memory is measured alone,
which must be said: `--without-limit`. It ends with status 1 and a line for each thing that is not as it must be.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script's path begins with its own folder

import psutil
from page_server import PageServer, page_server
from visitor import Visitor

REPOSITORY = Path(__file__).resolve().parents[2]
LIMIT = 2_700_000_000  # bytes; what the service's documentation promises at best
QUESTION = "What is dropout and what happens at test time?"
READY_SECONDS = 1200.0
WRITTEN = ("stop", "length", "repeated")  # how an answer of a model ends that did not fail
GUARDS = (
    " WARNING assistant.inference.manager.memory ",
    " WARNING assistant.inference.manager.process ",
)  # lines of a step down


@dataclass
class Peak:
    """Bytes at most, of page and engine together."""

    anonymous: int = 0
    proportional: int = 0  # PSS: shared pages counted once, cached weights included


def copy_checkout(target: Path) -> Path:
    """What the repository holds, without what lies beside it here; read-only."""
    target.mkdir()
    names = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((REPOSITORY / name).read_bytes())
        copy.chmod(0o444)
    for folder in [target, *(path for path in target.rglob("*") if path.is_dir())]:
        folder.chmod(0o555)
    return target


def fingerprint(folder: Path) -> str:
    """Changes when anything below the folder does; root may write in spite of the modes."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(f"{path.relative_to(folder)}\0".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def memory_group(limit: int) -> Iterator[Path | None]:
    """A control group that allows so many bytes; None where none can be made."""
    group = _make_group(limit)
    try:
        yield group
    finally:
        if group is not None:
            _empty(group)
            group.rmdir()


def _make_group(limit: int) -> Path | None:
    for root, file in (
        (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
        (Path("/sys/fs/cgroup"), "memory.max"),
    ):
        group = root / f"assistant-test-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / file).write_text(str(limit))
            return group
        except OSError:  # the group has no memory controller
            group.rmdir()
    return None


def _empty(group: Path, seconds: float = 60.0) -> None:
    """Wait until the last process of the page has ended: an engine ends by itself when the page does."""
    ends = time.monotonic() + seconds
    while (group / "cgroup.procs").read_text(encoding="ascii").split():
        assert time.monotonic() < ends, "a process of the page outlives it"
        time.sleep(0.2)


@contextlib.contextmanager
def sampled(pid: int) -> Iterator[Peak]:
    """The peak memory of a process tree until the end of the block."""
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            anonymous = proportional = 0
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
                    with contextlib.suppress(OSError, psutil.NoSuchProcess):
                        fields = _rollup(process.pid)
                        anonymous += fields["Anonymous"]
                        proportional += fields["Pss"]
            peak.anonymous, peak.proportional = max(peak.anonymous, anonymous), max(peak.proportional, proportional)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _rollup(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}


async def visit(server: PageServer, model: str) -> dict[str, object]:
    """Ask until the model itself has answered, or once where there is none; the figures from the log."""
    async with Visitor(server.port) as visitor:
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends:
            await visitor.ask(QUESTION)
            last: dict[str, object] = json.loads(_journal(server)[-1])
            if model == "none" or last["finish"] not in ("notes", "failed"):
                return last
            await asyncio.sleep(2.0)  # the model is still loading; the notes have answered
    raise AssertionError(f"the model never answered: {server.said()[-2000:]}")


def _journal(server: PageServer) -> list[str]:
    return [line[line.index("{") :] for line in server.said().splitlines() if '"event": "answer"' in line]


def run(model: str, limit: int = LIMIT, python: str = sys.executable) -> dict[str, object]:
    """Run the page and ask it; what it took. Raises AssertionError when something is not as it must be."""
    with tempfile.TemporaryDirectory() as place, memory_group(limit) as group:
        folder = Path(place)
        checkout = copy_checkout(folder / "checkout")
        before = fingerprint(checkout)
        with page_server(
            folder, checkout / "knowledge", checkout, python, model=model, group=group, uploads="session"
        ) as server:
            with sampled(server.process.pid) as peak:
                answer = asyncio.run(visit(server, model))
            said = server.said()
        assert fingerprint(checkout) == before, "something was written into the checkout"
        assert "Traceback" not in said, said[-2000:]
    return {
        "limit_gb": limit / 1e9,
        "limit_is_real": group is not None,
        "model": answer["model"],
        "anonymous_gb": round(peak.anonymous / 1e9, 2),
        "pss_gb": round(peak.proportional / 1e9, 2),
        **{name: answer[name] for name in ("finish", "seconds_to_first_token", "tokens_per_second", "answer_tokens")},
        "log": [line for line in said.splitlines() if " WARNING " in line],
    }


def failures(figures: dict[str, object], model: str, with_limit: bool = True) -> list[str]:
    """What is not as it must be when ``model`` was asked for, a line each."""
    found = []
    if with_limit and not figures["limit_is_real"]:
        found.append(
            "no control group could be made (it takes root and a writable /sys/fs/cgroup), so nothing held the page to "
            "its limit; --without-limit measures alone"
        )
    endings = ("notes",) if model == "none" else WRITTEN
    if figures["finish"] not in endings:
        found.append(f"the answer ended with {figures['finish']!r}, which must be one of {', '.join(endings)}")
    if model != "auto" and figures["model"] != name_of(model):
        found.append(f"{figures['model']} answered, {name_of(model)} was asked for")
    log = figures["log"]
    assert isinstance(log, list)
    found += [f"something gave way: {line}" for line in log if any(guard in line for guard in GUARDS)]
    return found


def name_of(model: str) -> str:
    """What the page calls the model of a value for ASSISTANT_MODEL."""
    from assistant.inference.models import embedded
    from assistant.inference.models.shapes import shape_called

    if model == "embedded":
        return embedded.NAME
    if Path(model).exists():
        return Path(model).stem if model.endswith(".gguf") else Path(model).name
    shape = shape_called(model)
    return shape.name if shape else model


def main() -> int:
    """Run and print a table, and what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="auto", help="a value for ASSISTANT_MODEL")
    parser.add_argument("--shape", help="gpt2-xl, gpt2-large, gpt2-medium or gpt2: random weights of it, in 8 bits")
    parser.add_argument("--limit", type=float, default=LIMIT / 1e9, help="GB")
    parser.add_argument("--without-limit", action="store_true", help="measure alone where no control group can be made")
    parser.add_argument("--python", default=sys.executable, help="of the environment to run in")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        model = given.model
        if given.shape:
            from assistant.inference.gpt2.convert import convert
            from assistant.lab.bench.shapes import make_checkpoint

            work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            model = str(convert(make_checkpoint(given.shape, work / "fp32"), work / f"{given.shape}-int8", 8))
        elif Path(model).exists():
            model = str(Path(model).resolve())
        figures = run(model, int(given.limit * 1e9), given.python)
        failed = failures(figures, model, not given.without_limit)  # while the model's folder, which names it, is there
    for name, value in figures.items():
        print(f"| {name.replace('_', ' ')} | {value} |")
    for line in failed:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
