"""The parts of one process, loaded once in the background while pages already show progress."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from assistant.app.assembly import Parts, assemble
from assistant.app.garbage import keep_tidy
from assistant.app.note_opening import Report
from assistant.core.errors import AssistantError
from assistant.core.settings import Settings

BACKOFF_SECONDS = (2.0, 5.0, 15.0, 60.0)  # between loads that fail; the last is repeated
log = logging.getLogger(__name__)

Assemble = Callable[[Settings, Report], Parts]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far loading is."""

    what: str = "Starting"
    share: float | None = None  # 0 to 1, where it is known
    problem: str = ""  # why the last try failed; another follows


class Loading:
    """One load, whoever asks and however often; a load that failed is tried again and never remembered."""

    def __init__(self, settings: Settings, assemble_parts: Assemble = assemble) -> None:
        """Begin at once."""
        self._settings = settings
        self._assemble = assemble_parts
        self._parts: Parts | None = None
        self._progress = Progress()
        self._done = threading.Event()
        threading.Thread(target=self._load, name="loading", daemon=True).start()

    @property
    def parts(self) -> Parts | None:
        """The parts, or None while they load."""
        return self._parts

    @property
    def progress(self) -> Progress:
        """How far loading is."""
        return self._progress

    def wait(self, seconds: float) -> Parts | None:
        """The parts, once they are there or after some seconds."""
        self._done.wait(seconds)
        return self._parts

    def _load(self) -> None:
        tries = 0
        while self._parts is None:
            log.info("loading begins")
            try:
                self._parts = self._assemble(self._settings, self._report)
            except AssistantError as fault:
                problem = str(fault)
            except Exception as fault:  # a defect or a host without memory: pages must say so, not wait for ever
                log.exception("loading failed")
                problem = f"Loading failed ({type(fault).__name__}). The log says more."
            else:
                break
            self._progress = Progress("Trying again", problem=problem)
            time.sleep(BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS) - 1)])
            tries += 1
        self._done.set()

    def _report(self, what: str, share: float | None = None) -> None:
        self._progress = Progress(what, share, self._progress.problem)


_lock = threading.Lock()
_loading: Loading | None = None


def loading_of_process(settings: Callable[[], Settings]) -> Loading:
    """The one load of this process. It has a lock of its own because any visitor may clear Streamlit's caches."""
    global _loading
    with _lock:
        if _loading is None:
            _loading = Loading(settings())
            keep_tidy()
        return _loading
