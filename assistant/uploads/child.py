"""The process in which files are parsed: limited memory and time, no network, nothing written.

Run as ``python -m assistant.uploads.child``. It says one line when the parsers are loaded, then reads a line of JSON
``{"name", "bytes"}`` and that many bytes for each file, and answers each with one line of JSON. It ends with its
standard input.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from assistant.core.errors import UploadError
from assistant.uploads.convert import convert
from assistant.uploads.limits import MIB, PARSE_MEMORY, PARSE_SECONDS, READY
from assistant.uploads.stored import arrival_to_json

GRACE = 0.5  # seconds that are left to say so before the page's side ends this process
# Address space is what can be limited. Some of what is mapped before a file comes is touched only while it is read, and
# counts as memory then: up to 9 MB were seen.
_UNTOUCHED = 10 * MIB
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.remove", "os.rename")


class OutOfTime(BaseException):
    """The time for one file is over. No Exception, which the libraries might take for a fault in the file."""


def main() -> None:
    """Serve files until the input ends."""
    # Imported here and not when they are needed: their time and memory are not the file's.
    import charset_normalizer  # noqa: F401

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints must not end up between the answers
    _limit()
    sys.addaudithook(_refuse)
    answers.write(READY)
    answers.flush()
    while header := sys.stdin.buffer.readline():
        answer = _answer(header, sys.stdin.buffer)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
        if answer.get("spent"):
            return  # the page's side starts a fresh process for the next file


def _answer(header: bytes, source: BinaryIO) -> dict[str, Any]:
    request = json.loads(header)
    data = source.read(int(request["bytes"]))
    try:
        with _clock():
            return {"arrival": arrival_to_json(convert(data, str(request["name"])))}
    except UploadError as fault:
        return {"problem": str(fault)}
    except RecursionError:
        return {"problem": "It is nested too deeply to be read. Save its text as Markdown."}
    except MemoryError:
        return {"problem": f"It needs more than {PARSE_MEMORY // MIB} MB of memory to read. Split it.", "spent": True}
    except OutOfTime:
        return {"problem": f"It takes more than {PARSE_SECONDS:.0f} s to read. Split it.", "spent": True}
    except Exception as fault:
        # The parsers meet damage that their authors did not foresee; whatever they raise, the file is not for us.
        return {"problem": f"It is damaged and cannot be read ({type(fault).__name__}). Save it again."}


@contextmanager
def _clock() -> Iterator[None]:
    """Raise OutOfTime when the time is over; on systems without timers the page's side ends the process."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: object) -> None:
        raise OutOfTime

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, PARSE_SECONDS - GRACE, 0.1)  # again, should a library swallow the first
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _limit() -> None:
    """Bound memory to what is used now plus what one file may take; forbid writing. Unix only."""
    try:
        import resource

        import psutil
    except ImportError:
        return
    memory = int(psutil.Process().memory_info().vms) + PARSE_MEMORY - _UNTOUCHED
    if sys.platform == "linux":  # elsewhere the limit is not enforced, or counts what was never used
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """No network, no other program and no file opened for writing, whatever a parser is talked into."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writing or (isinstance(mode, str) and any(mark in mode for mark in "wax+")):
            raise PermissionError(event)


if __name__ == "__main__":
    main()
