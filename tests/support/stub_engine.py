"""A generator for tests of the page: it answers with what it was asked, word by word, to a few readers at once."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from fakes import count_words

from assistant.core.records import ModelInfo, Piece
from assistant.inference.engine import Cancel, Counters, Request, Sink
from assistant.inference.engines.request_queue import Job, RequestQueue


@dataclass(eq=False, kw_only=True)
class _Job(Job):
    words: deque[str]
    said: int = 0


class EchoEngine:
    """One loop for all readers, as the real engine has it: every ``pace`` seconds a word for each that runs.

    An answer says the last line of its prompt that holds a question, and goes on to ``length`` words.
    """

    def __init__(self, *, running: int = 8, waiting: int = 32, pace: float = 0.02, length: int = 40) -> None:
        self.info = ModelInfo("echo", "openvino", 4096, detail="A fake.")
        self.largest_crowd = 0
        self._queue: RequestQueue[_Job] = RequestQueue(running, waiting)
        self.pace = pace  # seconds a word
        self.is_mute = False  # it takes requests and says nothing, as while it reads a long prompt
        self.counts = threading.Event()  # while it is not set, no tokens are counted, as while it computes
        self.counts.set()
        self._length = length
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
        with self._queue.changed:
            cancel = self._queue.put(_Job(request, sink, words=deque(words)))
            self.largest_crowd = max(self.largest_crowd, len(self._queue.running) + len(self._queue.waiting))
        return cancel

    def counters(self) -> Counters:
        """See ``Engine``."""
        return self._queue.counters()

    def close(self) -> None:
        """End the loop."""
        self._closed.set()

    def _loop(self) -> None:
        while not self._closed.wait(self.pace):
            with self._queue.changed:
                for job in self._queue.take_cancelled():
                    job.sink(Piece(finish="cancelled"))
                self._queue.admit(lambda job: None)
                self._queue.announce()
                for job in list(self._queue.running):
                    self._speak(job)
                self._queue.note_tokens(0)

    def _speak(self, job: _Job) -> None:
        """Say a word, or that there are no more."""
        if self.is_mute:
            return
        if not job.words:
            self._queue.finish(job)
            job.sink(Piece(tokens=job.said, finish="stop"))
            return
        job.said += 1
        self._queue.note_tokens(1)
        job.sink(Piece(job.words.popleft() + " ", job.said))
