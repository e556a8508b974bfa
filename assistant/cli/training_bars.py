"""Bars for a training, on standard error, and Ctrl-C as a wish that it takes up at the next safe moment."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click
from tqdm import tqdm


class TrainingBars:
    """A bar for each thing that is done, on standard error; and Ctrl-C as a wish."""

    def __init__(self) -> None:
        """Nobody has asked to stop."""
        self.asked = False
        self._what = ""
        self._bar: tqdm[Any] | None = None

    def progress(self, what: str, done: int, total: int, loss: float | None = None) -> None:
        """See ``run.Watch``."""
        if self._bar is None or what != self._what:
            self.close()
            self._what = what
            self._bar = tqdm(total=total, initial=done, desc=what, disable=None)
        self._bar.update(done - self._bar.n)
        if loss is not None:
            self._bar.set_postfix(loss=f"{loss:.3f}", refresh=False)

    def stopping(self) -> bool:
        """See ``run.Watch``."""
        return self.asked

    def ask(self, number: int, frame: FrameType | None) -> None:
        """A signal handler: the first signal is a wish, the second one ends the process as usual."""
        self.asked = True
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
        click.echo("\nStopping; once more to stop without saving.", err=True)

    def close(self) -> None:
        """Leave the last bar as it is."""
        if self._bar is not None:
            self._bar.close()


@contextmanager
def training_bars() -> Iterator[TrainingBars]:
    """Bars, with Ctrl-C and SIGTERM saved for the next safe moment."""
    bars = TrainingBars()
    before = {number: signal.signal(number, bars.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield bars
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        bars.close()
