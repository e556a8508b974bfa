"""A child process that ends when its parent does."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1  # https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html


def end_with_parent() -> None:
    """Watch standard input in the background: a parent that is killed cannot say good-bye, but its pipe closes.

    On Linux the kernel watches, too: no thread of ours runs while compiled code holds the interpreter lock, as a model
    does that reads a long prompt. What counts there is the thread that started this process, so it must not end before.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, name="parent-watch", daemon=True).start()


def _watch() -> None:
    # Not sys.stdin: Python aborts at its own end while a daemon thread holds that buffer's lock.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(0)
