"""A crowd before the page: many visitors over real websockets, and what each of them saw.

    python tests/support/crowd.py --visitors 200 --seconds 600           # a stub writes the answers
    python tests/support/crowd.py --visitors 20 --seconds 600 --model embedded

It ends with status 1 when a visitor saw an error or another visitor's words, when nobody was answered, when the page
took more memory for each answer than is stated below, or when being refused takes longer than being answered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script's path begins with its own folder

import psutil
from page_server import PageServer, page_server, shipped_notes
from stub_engine import EchoEngine
from visitor import Visitor

CANARY = re.compile(rb"zq[0-9a-f]{12}")
QUESTIONS = (  # covered with any canary behind them: a short one was refused with one canary in 300
    "What is dropout and what happens at test time?",
    "How much weight decay should I use with AdamW?",
    "How does early stopping choose the epoch at which training ends?",
    "Why does label smoothing help a classifier that is overconfident?",
    "How does mixup blend the images and labels of the training data?",
)
LONGEST_TRACEBACK = 6000  # characters of the first one
# What the page itself may take beyond the most in the first tenth of the time; 60 KB a kept answer were measured. The
# engine's process is left out: its cache fills up to a bound of its own.
GROWTH_BYTES, ANSWER_BYTES = 150_000_000, 150_000
TOPICS = ("regularization", "learning")


@dataclass
class Crowd:
    """What a crowd saw."""

    visitors: int
    asked: int = 0
    answered: int = 0  # by the model
    turned_away: int = 0  # the queue was full: said at once, with what the notes say
    told_their_place: int = 0
    faults: list[str] = field(default_factory=list)
    foreign: int = 0  # frames with words of another visitor
    seconds: list[float] = field(default_factory=list)  # from a question to the end of its answer
    refusals: list[float] = field(default_factory=list)  # from a question to the end of a refusal
    memory: list[int] = field(default_factory=list)  # anonymous bytes of the page and its children, sampled
    page_memory: list[int] = field(default_factory=list)  # of the page alone
    warm_after: int = 0  # samples until somebody was answered: the notes are read, the model is loaded

    def failures(self) -> list[str]:
        """What is not as it must be, a line each."""
        found = list(self.faults)
        if self.foreign:
            found.append(f"{self.foreign} frames hold words of another visitor")
        if not self.answered:
            found.append("nobody was answered")
        if self.growth > GROWTH_BYTES + ANSWER_BYTES * self.answered:
            found.append(f"the page grew by {self.growth / 1e9:.2f} GB for {self.answered} answers")
        if self.refusals and self.seconds and statistics.median(self.refusals) > statistics.median(self.seconds):
            found.append("a refusal takes longer than an answer")
        return found

    @property
    def growth(self) -> int:
        """Bytes that the page itself took at most beyond what it had in the first tenth of the time."""
        first = self.page_memory[: max(1, self.warm_after, len(self.page_memory) // 10)]
        return max(self.page_memory, default=0) - max(first, default=0)

    def figures(self) -> dict[str, object]:
        """For people and for machines."""
        return {
            "visitors": self.visitors,
            "asked": self.asked,
            "answered": self.answered,
            "turned_away": self.turned_away,
            "told_their_place": self.told_their_place,
            "failures": self.failures()[:5],
            "frames_with_foreign_words": self.foreign,
            "seconds_median": _rounded(statistics.median, self.seconds),
            "seconds_worst": _rounded(max, self.seconds),
            "refusal_seconds_median": _rounded(statistics.median, self.refusals),
            "page_grew_by_gb": round(self.growth / 1e9, 2),
            "memory_gb_after_the_first_tenth": _rounded(max, [b / 1e9 for b in self.memory[: len(self.memory) // 10]]),
            "memory_gb_worst": _rounded(max, [b / 1e9 for b in self.memory]),
        }


async def gather_crowd(server: PageServer, visitors: int, seconds: float, pause: float, rounds: int = 10**9) -> Crowd:
    """Let visitors ask for some time or some rounds, each with pauses of about ``pause`` seconds."""
    crowd = Crowd(visitors)
    ends = time.monotonic() + seconds
    watch = asyncio.create_task(_watch_memory(server, crowd))
    try:
        await asyncio.gather(*(_visit(server, crowd, number, ends, pause, rounds) for number in range(visitors)))
    finally:
        watch.cancel()
    _, traceback, what = server.said().partition("Traceback")
    if traceback:
        crowd.faults.append(f"in the log: {traceback}{what[:LONGEST_TRACEBACK]}")
    return crowd


async def _visit(server: PageServer, crowd: Crowd, number: int, ends: float, pause: float, rounds: int) -> None:
    chance = random.Random(number)
    canary = f"zq{uuid.uuid4().hex[:12]}"
    visitor = Visitor(server.port)
    try:
        await asyncio.sleep(chance.uniform(0, pause))  # nobody arrives with the others
        async with visitor:
            for at in range(rounds):
                if time.monotonic() >= ends:
                    break
                began, seen = time.monotonic(), len(visitor.frames)
                # No question is asked twice: a repeated one would cost the model nothing.
                text = await visitor.ask(f"{chance.choice(QUESTIONS)} {canary}n{at}")
                _judge(crowd, text, visitor.frames[seen:], canary, time.monotonic() - began)
                crowd.foreign += foreign_frames(visitor.frames, canary)  # those that came in the pause before, too
                del visitor.frames[:]
                await asyncio.sleep(chance.uniform(0, 2 * pause))
    except Exception as fault:
        crowd.faults.append(f"visitor {number}: {type(fault).__name__}: {fault}")
    crowd.foreign += foreign_frames(visitor.frames, canary)  # those of the last pause, or before the fault


def _judge(crowd: Crowd, text: str, frames: list[bytes], canary: str, seconds: float) -> None:
    crowd.asked += 1
    crowd.told_their_place += any(b"ahead of yours" in frame for frame in frames)
    if canary not in text:
        crowd.faults.append("a question was lost")
    if "places are taken" in text.rpartition(canary)[2] or b"places are taken" in b"".join(frames):
        crowd.turned_away += 1
        crowd.refusals.append(seconds)
    else:
        crowd.warm_after = crowd.warm_after or len(crowd.page_memory)
        crowd.answered += 1
        crowd.seconds.append(seconds)


def foreign_frames(frames: list[bytes], canary: str) -> int:
    """Frames that hold a canary of somebody else."""
    return sum(any(found != canary.encode() for found in CANARY.findall(frame)) for frame in frames)


async def _watch_memory(server: PageServer, crowd: Crowd) -> None:
    while True:
        crowd.memory.append(anonymous_bytes(server.process.pid))
        crowd.page_memory.append(anonymous_bytes(server.process.pid, with_children=False))
        await asyncio.sleep(1.0)


def anonymous_bytes(pid: int, with_children: bool = True) -> int:
    """Anonymous bytes of a process, and of its children."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        page = psutil.Process(pid)
        for process in [page, *(page.children(recursive=True) if with_children else ())]:
            with contextlib.suppress(psutil.NoSuchProcess):
                memory = process.memory_info()
                total += memory.rss - memory.shared
    return total


@contextlib.contextmanager
def page_with_stub(folder: Path, engine: EchoEngine, key: str = "key", **settings: str) -> Iterator[PageServer]:
    """The page over a few shipped notes, its generator a stub on a loopback port behind a key."""
    from serving import served

    from assistant.inference.serving.server import create_app

    notes = shipped_notes(folder / "notes", *TOPICS)
    with (
        served(create_app(engine, key)) as address,
        page_server(folder, notes, uploads="session", endpoint=f"{address}/v1", api_key=key, **settings) as server,
    ):
        yield server


def _rounded(measure: object, values: list[float]) -> float | None:
    return round(measure(values), 2) if values else None  # type: ignore[operator]


def main() -> int:
    """Drive a crowd and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--pause", type=float, default=10, help="mean seconds between an answer and the next question")
    parser.add_argument("--model", default="stub", help="stub, or a value for ASSISTANT_MODEL such as embedded")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        folder = Path(place)
        if given.model == "stub":
            server = stack.enter_context(page_with_stub(folder, EchoEngine()))
        else:
            notes = shipped_notes(folder / "notes", *TOPICS)
            server = stack.enter_context(page_server(folder, notes, model=given.model))
        crowd = asyncio.run(gather_crowd(server, given.visitors, given.seconds, given.pause))
    print(json.dumps(crowd.figures(), indent=2))
    return 1 if crowd.failures() else 0


if __name__ == "__main__":
    sys.exit(main())
