"""A child process that ends when its parent does."""

from __future__ import annotations

import contextlib
import os
import threading


def end_with_parent() -> None:
    """Watch standard input in the background: a parent that is killed cannot say good-bye, but its pipe closes."""
    threading.Thread(target=_watch, name="parent-watch", daemon=True).start()


def _watch() -> None:
    # Not sys.stdin: Python aborts at its own end while a daemon thread holds that buffer's lock.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(0)
