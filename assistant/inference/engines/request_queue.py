"""The requests of an engine: who runs, who waits and behind how many, what was cancelled, and the counts of it all."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.engine import Busy, Cancel, Counters, Request, Sink


@dataclass(eq=False)
class Job:
    """A request on its way; engines add what they need to run it."""

    request: Request
    sink: Sink
    cancelled: bool = False
    ahead: int = 0  # requests before it, as its reader was last told


AnyJob = TypeVar("AnyJob", bound=Job)


def check_length(tokens: int, request: Request, info: ModelInfo) -> None:
    """Raise EngineError unless prompt and answer fit the model's window together."""
    longest = info.window - request.decoding.max_new_tokens
    if tokens > longest:
        raise EngineError(f"The prompt must have at most {longest} tokens beside the answer, it has {tokens}.")


class RequestQueue(Generic[AnyJob]):
    """Bounded, fair, and told to its readers. The engine's own thread takes from it, any other thread may ask.

    Methods that an engine calls while it holds ``changed`` say so; all others take it themselves.
    """

    def __init__(self, running: int, waiting: int) -> None:
        """At most ``running`` jobs at once and ``waiting`` behind them."""
        self.changed = threading.Condition()
        self.running: list[AnyJob] = []
        self.waiting: deque[AnyJob] = deque()
        self.closed = False
        self._limits = running, waiting
        self._problem = ""  # why nothing will run again
        self._started = self._finished = self._cancelled = self._tokens = 0
        self._progress_at = time.monotonic()

    def put(self, job: AnyJob) -> Cancel:
        """Let a job wait; the function that comes back cancels it. Raises Busy when there is no place."""
        with self.changed:
            if self._problem:
                raise EngineError(f"{self._problem} It is being started again; ask again in a moment.")
            if self.closed:
                raise EngineError("The engine has been shut down. Restart the app.")
            # Together: while the loop is busy with a long prompt, it takes nobody in, and all who come are waiting.
            if len(self.waiting) + len(self.running) >= sum(self._limits):
                raise Busy(f"All {self._limits[0]} places are taken and {len(self.waiting)} people are waiting.")
            if not self.waiting and not self.running:  # idle until now, and not standing still
                self._progress_at = time.monotonic()
            self.waiting.append(job)
            self._started += 1
            self.changed.notify()

        def cancel() -> None:
            with self.changed:
                job.cancelled = True
                self.changed.notify()

        return cancel

    def admit(self, begin: Callable[[AnyJob], None]) -> None:
        """Begin what there is room for; with ``changed`` held."""
        while self.waiting and len(self.running) < self._limits[0]:
            job = self.waiting.popleft()
            self.running.append(job)  # before: if the engine breaks here, its reader hears of it
            begin(job)

    def announce(self) -> None:
        """Tell those who wait how many are before them, where that has changed; with ``changed`` held."""
        for ahead, job in enumerate(self.waiting, start=len(self.running)):
            if job.ahead != ahead:
                job.ahead = ahead
                job.sink(Piece(ahead=ahead))

    def take_cancelled(self) -> list[AnyJob]:
        """The jobs that their readers left, counted and out of the queue; with ``changed`` held."""
        gone = [job for job in [*self.running, *self.waiting] if job.cancelled]
        for job in gone:
            (self.running if job in self.running else self.waiting).remove(job)
        self._cancelled += len(gone)
        return gone

    def cancel_all(self) -> None:
        """As if every reader had left; with ``changed`` held."""
        for job in [*self.running, *self.waiting]:
            job.cancelled = True

    def finish(self, job: AnyJob) -> None:
        """The job ran to its end; with ``changed`` held."""
        self.running.remove(job)
        self._finished += 1

    def note_tokens(self, count: int) -> None:
        """So many tokens were generated; 0 is progress, too."""
        self._tokens += count
        self._progress_at = time.monotonic()

    def fail(self, fault: Exception) -> None:
        """Nothing will run again: every reader hears why, none waits for ever."""
        with self.changed:
            self.closed, self._problem = True, str(fault)
            for job in [*self.running, *self.waiting]:
                job.sink(fault)
            self.running.clear()
            self.waiting.clear()

    def close(self) -> None:
        """Take no more; whoever waits for work wakes up."""
        with self.changed:
            self.closed = True
            self.changed.notify()

    def counters(self) -> Counters:
        """Counts since the start."""
        with self.changed:
            busy = bool(self.running or self.waiting)
            return Counters(
                running=len(self.running),
                waiting=len(self.waiting),
                started=self._started,
                finished=self._finished,
                cancelled=self._cancelled,
                tokens=self._tokens,
                idle_seconds=time.monotonic() - self._progress_at if busy else 0.0,
                problem=self._problem,
            )
