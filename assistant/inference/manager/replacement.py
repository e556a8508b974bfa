"""Puts a better model in the place of the first one, within the memory of the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.core.errors import ModelError
from assistant.core.host import Host
from assistant.inference.manager.switching import Running, SwitchingGenerator
from assistant.inference.manager.worker import LOAD_SECONDS
from assistant.inference.models.catalog import Candidate, misfit

DRAIN_SECONDS = 600.0  # an answer that takes longer than this is cut off by the switch

Start = Callable[[Candidate], Running]


class Replacement:
    """The place where a better model goes; see ``inference/manager/upgrade.py``, which gets it."""

    def __init__(self, switching: SwitchingGenerator, first: Candidate | None, host: Host, start: Start) -> None:
        """``first`` is the model that answers until then; ``start`` makes a generator from a candidate."""
        self._switching = switching
        self._first = first
        self._host = host
        self._start = start

    @contextmanager
    def room(self, candidate: Candidate) -> Iterator[None]:
        """Memory to convert and start the candidate. The first model comes back when that fails."""
        try:
            self._make_room(candidate)
            yield
        except Exception:
            if self._first is not None and self._switching.current is None:
                self._switching.swap(self._start(self._first), DRAIN_SECONDS)
            raise

    def install(self, candidate: Candidate) -> None:
        """Start the candidate and let answers begin with it once it is loaded. Raises ModelError when it is not."""
        if problem := misfit(candidate.memory, self._host):
            raise ModelError(f"it {problem}.")
        self._make_room(candidate)
        new = self._start(candidate)
        status = new.wait(LOAD_SECONDS)
        if status.state != "ready":
            new.close()
            raise ModelError(status.detail or "it did not start.")
        self._switching.swap(new, DRAIN_SECONDS)
        self._first = candidate

    def _make_room(self, candidate: Candidate) -> None:
        """End the first model when both do not fit; its answers under way are finished before."""
        if self._first is None or self._switching.current is None:
            return
        if misfit(self._first.memory + candidate.memory, self._host):
            self._switching.swap(None, DRAIN_SECONDS)
