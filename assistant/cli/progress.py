"""What a command shows while something takes long: a bar on standard error, where somebody watches."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm


class ProgressBar:
    """A bar on standard error for what takes long; nothing where nobody watches."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def __call__(self, what: str, share: float | None = None) -> None:
        """See ``assembly.Report``."""
        if share is None or not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = tqdm(total=100, unit="%", bar_format="{desc} |{bar}| {elapsed}", file=sys.stderr, leave=False)
        self._bar.set_description_str(what)
        self._bar.update(round(share * 100) - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
