"""Keeps answers coming when memory runs short or a model fails: what needs less takes its place, and the page says so.

A host kills what exceeds its memory without a word. So the memory is looked at every second, and before it ends the
engine is started again with a smaller cache, then with a smaller model, and at last the notes answer alone. An engine
that was killed all the same, or that cannot be loaded, is replaced in the same way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.core.host import Host, Memory, look_at_memory
from assistant.inference.manager.switching import Running, SwitchingGenerator
from assistant.inference.models.catalog import Candidate
from assistant.inference.models.shapes import APP_BYTES, GIB

LOOK_SECONDS = 1.0
SHORT_LOOKS = 2  # looks in a row: loading and parsing may touch the limit for a moment
DRAIN_SECONDS = 5.0  # an answer under way may take this long to end; a host does not wait longer
RESERVE_SHARE = 0.04  # of the allowed memory; less than this is short
LEAST_RESERVE, MOST_RESERVE = GIB // 12, GIB // 2
LEAST_CACHE = GIB // 8  # bytes of keys and values; the engine itself keeps room for one full window
UNKNOWN_MEMORY = GIB // 2  # taken for a model whose need is not known
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rung:
    """A model and the bytes of its key/value cache."""

    candidate: Candidate
    cache_bytes: int


def cache_bytes(host: Host, model_bytes: int) -> int:
    """Bytes for the key/value cache: a quarter of what model and app leave free, between a quarter and four GiB.

    The least still holds one full window of GPT-2 XL at 8 bits, with the ends of five beams.
    """
    left = host.memory_free - model_bytes - APP_BYTES
    return int(min(4 * GIB, max(GIB // 4, left // 4)))


def reserve(allowed: int) -> int:
    """Bytes that should stay free of those that are allowed."""
    return int(min(MOST_RESERVE, max(LEAST_RESERVE, allowed * RESERVE_SHARE)))


def is_short(memory: Memory) -> bool:
    """Whether so little memory is left that the host may soon kill this app."""
    return memory.free < reserve(memory.allowed)


def is_ample(memory: Memory, candidate: Candidate) -> bool:
    """Whether the model can be started without memory running short again at once."""
    return memory.free > (candidate.memory or UNKNOWN_MEMORY) + 2 * reserve(memory.allowed)


def lower(rung: Rung, candidates: Sequence[Candidate], short: bool) -> Rung | None:
    """What needs less than this: with ``short`` memory the same model with the least cache, otherwise a smaller model.

    None when there is nothing smaller.
    """
    if short and rung.cache_bytes > LEAST_CACHE:
        return Rung(rung.candidate, LEAST_CACHE)
    most = rung.candidate.memory or float("inf")
    smaller = [candidate for candidate in candidates if candidate.usable and 0 < candidate.memory < most]
    if not smaller:
        return None
    return Rung(max(smaller, key=lambda candidate: candidate.memory), rung.cache_bytes)


class Guard:
    """Watches the engine behind a ``SwitchingGenerator`` and the memory of the host."""

    def __init__(
        self,
        switching: SwitchingGenerator,
        candidates: Callable[[], Sequence[Candidate]],
        start: Callable[[Rung], Running],
        is_paused: Callable[[], bool] = lambda: False,
        look: Callable[[], Memory] = look_at_memory,
    ) -> None:
        """``candidates`` lists the models that are here; nothing is done while ``is_paused``."""
        self._switching = switching
        self._candidates = candidates
        self._start = start
        self._is_paused = is_paused
        self._look = look
        self._message = ""
        self._short_looks = 0
        self._placed: Running | None = None  # what was put last
        self._stopped: Rung | None = None  # what starts again when there is memory
        self._closed = threading.Event()

    @property
    def message(self) -> str:
        """Why another model or a smaller cache answers than was chosen, in words for the page; empty if none does."""
        return self._message if self._switching.current is self._placed else ""

    def watch(self) -> None:
        """Begin to look, in a thread of its own."""
        threading.Thread(target=self._watch, name="guard", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def look_once(self) -> None:
        """One look, and what it asks for."""
        current = self._switching.current
        if self._is_paused():
            self._short_looks = 0
        elif current is not None:
            self._check(current)
        elif self._stopped is not None and is_ample(self._look(), self._stopped.candidate):
            self._put(self._stopped)
            self._message = ""

    def _watch(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            try:
                self.look_once()
            except Exception:  # a defect here must not end the watch: the next look may be the one that counts
                log.exception("the look at the engine failed")

    def _check(self, current: Running) -> None:
        status = current.status
        self._short_looks = self._short_looks + 1 if is_short(self._look()) else 0
        is_down = status.state in ("failed", "restarting")
        short = self._short_looks >= SHORT_LOOKS or (is_down and status.killed)
        if short or status.state == "failed":
            self._short_looks = 0
            self._step_down(current, short, status.detail)

    def _step_down(self, judged: Running, short: bool, detail: str) -> None:
        """Put what needs less in the place of the judged engine, unless another has taken that meanwhile."""
        rung = Rung(judged.candidate, judged.cache_bytes)
        name = rung.candidate.info.name
        next_rung = lower(rung, self._candidates(), short)
        why = "memory ran short" if short else f"{name} failed ({detail.rstrip('.')})"
        if next_rung is None:
            if not short:
                return  # the process goes on trying by itself
            message = f"{why}, so the notes answer alone until more is free"
        elif next_rung.candidate == rung.candidate:
            message = f"{why}, so it answers with a smaller cache"
        else:
            message = f"{why}, so it answers in place of {name}"
        if not self._switching.swap(None, DRAIN_SECONDS, replacing=judged):
            return
        log.warning("%s: %s", next_rung.candidate.info.name if next_rung else name, message)
        self._message, self._placed = message, None
        self._stopped = next_rung or rung  # until it is put: a host that is short may refuse to start anything
        if next_rung is not None:
            self._put(next_rung)

    def _put(self, rung: Rung) -> None:
        """Start a model where there is none; if another came meanwhile, that one stays."""
        if self._switching.current is not None or self._closed.is_set():
            self._stopped = None
            return
        started = self._start(rung)
        self._stopped = None
        if self._switching.swap(started, 0.0, replacing=None):
            self._placed = started
        else:
            started.close()
