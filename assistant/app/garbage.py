"""Frees what no visitor holds any more, twice a minute.

Streamlit would collect garbage after each drawing of each page (``runner.postScriptGC``), which takes longer the more
visitors there are: with 200 of them it was 88% of the time that the page worked.
"""

from __future__ import annotations

import gc
import threading

SECONDS = 30.0  # a session that ended, and its private notes, may stay in memory this much longer


def keep_tidy(seconds: float = SECONDS) -> threading.Event:
    """Collect garbage every so often, in a thread of its own, until the event is set."""
    ended = threading.Event()

    def tidy() -> None:
        while not ended.wait(seconds):
            gc.collect()

    threading.Thread(target=tidy, name="tidying", daemon=True).start()
    return ended
