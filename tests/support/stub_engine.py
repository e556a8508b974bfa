"""A generator for tests of the page: it answers with what it was asked, word by word, to a few readers at once."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from fakes import count_words

from assistant.core.records import ModelInfo, Piece
from assistant.inference.engine import Busy, Cancel, Counters, Request, Sink


@dataclass(eq=False)
class _Job:
    words: deque[str]
    sink: Sink
    said: int = 0
    ahead: int = -1
    cancelled: bool = False


class EchoEngine:
    """One loop for all readers, as the real engine has it: every ``pace`` seconds a word for each that runs.

    An answer says the last line of its prompt that holds a question, and goes on to ``length`` words.
    """

    def __init__(self, *, running: int = 8, waiting: int = 32, pace: float = 0.02, length: int = 40) -> None:
        self.info = ModelInfo("echo", "openvino", 4096, detail="A fake.")
        self.largest_crowd = 0
        self._limits = running, waiting
        self.pace = pace  # seconds a word
        self.is_mute = False  # it takes requests and says nothing, as while it reads a long prompt
        self.counts = threading.Event()  # while it is not set, no tokens are counted, as while it computes
        self.counts.set()
        self._length = length
        self._lock = threading.Lock()
        self._running: list[_Job] = []
        self._waiting: deque[_Job] = deque()
        self._started = self._finished = self._cancelled = self._words = 0
        self._progress_at = time.monotonic()
        self._closed = threading.Event()
        threading.Thread(target=self._loop, name="echo", daemon=True).start()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        self.counts.wait()
        return count_words(texts)

    def submit(self, request: Request, sink: Sink) -> Cancel:
        """See ``Engine``."""
        questions = re.findall(r"Question: (.+)", request.prompt)
        words = f"You asked: {questions[-1] if questions else ''}".split()
        words += [f"word{at}" for at in range(len(words), self._length)]
        job = _Job(deque(words), sink)
        with self._lock:
            crowd = len(self._running) + len(self._waiting)
            if crowd >= sum(self._limits):
                raise Busy(f"All {self._limits[0]} places are taken and {len(self._waiting)} people are waiting.")
            self._waiting.append(job)
            self._started += 1
            self.largest_crowd = max(self.largest_crowd, crowd + 1)

        def cancel() -> None:
            job.cancelled = True

        return cancel

    def counters(self) -> Counters:
        """See ``Engine``."""
        with self._lock:
            busy = bool(self._running or self._waiting)
            return Counters(
                running=len(self._running),
                waiting=len(self._waiting),
                started=self._started,
                finished=self._finished,
                cancelled=self._cancelled,
                tokens=self._words,
                idle_seconds=time.monotonic() - self._progress_at if busy else 0.0,
            )

    def close(self) -> None:
        """End the loop."""
        self._closed.set()

    def _loop(self) -> None:
        while not self._closed.wait(self.pace):
            with self._lock:
                self._waiting = deque(job for job in self._waiting if not self._left(job))
                while self._waiting and len(self._running) < self._limits[0]:
                    self._running.append(self._waiting.popleft())
                for ahead, job in enumerate(self._waiting, start=len(self._running)):
                    if job.ahead != ahead:
                        job.ahead = ahead
                        job.sink(Piece(ahead=ahead))
                self._running = [job for job in self._running if not self._left(job) and self._speak(job)]
                self._progress_at = time.monotonic()

    def _left(self, job: _Job) -> bool:
        if job.cancelled:
            self._cancelled += 1
            job.sink(Piece(finish="cancelled"))
        return job.cancelled

    def _speak(self, job: _Job) -> bool:
        """Say a word; whether there are more."""
        if self.is_mute:
            return True
        if not job.words:
            self._finished += 1
            job.sink(Piece(tokens=job.said, finish="stop"))
            return False
        job.said += 1
        self._words += 1
        job.sink(Piece(job.words.popleft() + " ", job.said))
        return True
