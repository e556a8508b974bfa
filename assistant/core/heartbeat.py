"""Work in a thread of its own, so that whoever waits for it gets to draw, and to leave, while it takes its time.

The engine's process counts no tokens while it reads another visitor's prompt, which takes a large model many seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from typing import TypeVar

Sign = TypeVar("Sign")
Result = TypeVar("Result")


def run_with_heartbeat(
    work: Callable[[], Result], let_go: Callable[[Result], None], sign: Sign, seconds: float
) -> Generator[Sign, None, Result]:
    """Yields ``sign`` whenever so long has passed, and returns what ``work`` returns, or raises what it raises.

    Closing the iterator waits for nothing: the work goes on to its own end, and ``let_go`` gets what comes of it.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as fault:  # raised again where the result is awaited
            future.set_exception(fault)

    threading.Thread(target=run, name="aside", daemon=True).start()
    while not wait([future], seconds).done:
        try:
            yield sign
        except GeneratorExit:
            future.add_done_callback(lambda done: None if done.exception() else let_go(done.result()))
            raise
    return future.result()
