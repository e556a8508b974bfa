"""Processes of our own: started from our modules, given time for their first word, watched, ended with their parent."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from assistant.core.errors import ModelError, Postponed
from assistant.core.host import cpu_seconds
from assistant.core.settings import REPOSITORY

COMMAND = (sys.executable, "-m", "assistant")  # our own interpreter and module
LOOK_SECONDS = 2.0  # between two looks at a command under way
HANG_SECONDS = 300.0  # without a word and without work; a connection that stands still is given up before by itself
BUSY_HANG_SECONDS = 3600.0  # without a word although it computes: a conversion takes a minute, on a crowded host more
WORKING = 0.01  # of a core: a process that uses less stands still; reading from a slow disk takes little
ENVIRONMENT = {  # retries and bars are no news for the console
    "PYTHONUNBUFFERED": "1",
    "ASSISTANT_LOG": "ERROR",
    "HF_HUB_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
}
PR_SET_PDEATHSIG = 1  # https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules with our own interpreter."""
    return [sys.executable, "-m", name, *arguments]


def start(command: Sequence[str], environment: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[bytes]:
    """Start a command of ours with pipes to and from it; ``more`` goes to Popen. Raises OSError when it cannot be.

    A process that calls ``end_with_parent`` ends when the pipe to it does.
    """
    return subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=REPOSITORY, env=environment, **more
    )


@contextlib.contextmanager
def killed_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kill the process unless the block is left before; the event says whether that happened."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


class Stillness:
    """For how long a process has done next to nothing."""

    def __init__(self, pid: int, working: float) -> None:
        """A process that uses less than ``working`` of a core stands still."""
        self._pid, self._working = pid, working
        self._worked_at, self._work = time.monotonic(), cpu_seconds(pid)

    def seconds(self) -> float:
        """Since it last worked, as far as the looks so far can tell."""
        now, used = time.monotonic(), cpu_seconds(self._pid)
        if used - self._work > self._working * (now - self._worked_at):
            self._worked_at, self._work = now, used
        return now - self._worked_at


class Child:
    """A command of the command line under way: its progress and its fault come as lines of JSON."""

    def __init__(self, arguments: Sequence[str], progress: Callable[[int, int], None]) -> None:
        """Start ``python -m assistant`` with these arguments; ``progress`` gets work done and in total."""
        self._progress = progress
        self._said_at = time.monotonic()
        self._hung = ""  # why it was ended, in one line
        self._ended = threading.Event()
        # A download ends when the pipe to it does; a conversion takes a minute at most.
        self._process = start([*COMMAND, *arguments], {**os.environ, **ENVIRONMENT}, stderr=subprocess.PIPE)

    def kill(self) -> None:
        """End it, wherever it is."""
        if self._process.poll() is None:
            self._process.kill()

    def wait(self) -> None:
        """Until it ends, or hangs and is ended.

        Raises ModelError with what it reported when it failed, Postponed when that may pass.
        """
        problem, may_pass = "", False
        errors: deque[bytes] = deque(maxlen=20)
        with self._process as process:
            reader = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
            reader.start()
            threading.Thread(target=self._watch, name="child-watch", daemon=True).start()
            for line in process.stdout or ():
                self._said_at = time.monotonic()
                if not line.startswith(b"{"):
                    continue
                record = json.loads(line)
                if "problem" in record:
                    problem, may_pass = str(record["problem"]), bool(record["may_pass"])
                else:
                    self._progress(int(record["done"]), int(record["total"]))
            code = process.wait()
            self._ended.set()
            reader.join(timeout=5)
        if self._hung:
            raise ModelError(self._hung)
        if code:
            lines = [line.decode("utf-8", "replace").strip() for line in errors]
            said = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
            problem = problem or (said[-1] if said else f"its process ended with status {code}.")
            raise (Postponed if may_pass else ModelError)(problem)

    def _watch(self) -> None:
        """End it when it hangs: whoever waits for it would do so for ever, and the guard looks away meanwhile."""
        stillness = Stillness(self._process.pid, WORKING)
        while not self._ended.wait(LOOK_SECONDS):
            silent = time.monotonic() - self._said_at
            if silent > BUSY_HANG_SECONDS or min(silent, stillness.seconds()) > HANG_SECONDS:
                self._hung = f"its process brought nothing for {silent:.0f} s, so it was ended."
                self.kill()
                return


def end_with_parent() -> None:
    """Watch standard input in the background: a parent that is killed cannot say good-bye, but its pipe closes.

    On Linux the kernel watches, too: no thread of ours runs while compiled code holds the interpreter lock, as a model
    does that reads a long prompt. What counts there is the thread that started this process, so it must not end before.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_await_end_of_parent, name="parent-watch", daemon=True).start()


def _await_end_of_parent() -> None:
    # Not sys.stdin: Python aborts at its own end while a daemon thread holds that buffer's lock.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(0)
