"""The page's side of the limited process: files go in, notes or one line of what is wrong come out."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable
from types import TracebackType

from assistant.core.errors import UploadError
from assistant.core.processes import killed_after, module, start
from assistant.core.text import readable
from assistant.uploads.limits import FILE_BYTES, MIB, PARSE_SECONDS, READERS, READY, START_SECONDS
from assistant.uploads.stored import Arrival, arrival_from_json

LONGEST_ANSWER = 40 * MIB  # a note of two million characters twice, escaped
_STEP = 0.25  # seconds between two calls of what draws while a process is waited for

_places = threading.BoundedSemaphore(READERS)  # one is taken as long as a process lives
_waiting: set[Converter] = set()  # those that wait for a place


class Converter:
    """One limited process for some files, one after the other; started when it is needed and again when it ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self.starts = 0  # of a process

    def __enter__(self) -> Converter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The number of the running process."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            try:
                process.kill()
                process.communicate()
            finally:
                _places.release()

    def make_room(self) -> None:
        """End the process when others wait for one: between two files it would only be in their way."""
        if _waiting:
            self.close()

    def start(self, wait: Callable[[], object] = lambda: None) -> None:
        """Have a process ready. ``wait`` is called while others read their files first; what it raises ends the wait.

        The time for a file begins afterwards.
        """
        with self._lock:
            self._started(wait)

    def convert(self, data: bytes, given: str) -> Arrival:
        """The note that a file becomes. Raises UploadError, one line with a way out, within PARSE_SECONDS."""
        if len(data) > FILE_BYTES:  # not even handed over
            raise UploadError(f"It has {len(data) / MIB:.1f} MB, at most {FILE_BYTES // MIB} MB are read. Split it.")
        with self._lock:
            process = self._started()
            answer, late = self._exchange(process, data, given)
            if not answer.endswith(b"\n"):
                self.close()
                raise UploadError(
                    f"It takes more than {PARSE_SECONDS:.0f} s to read. Split it."
                    if late
                    else "It cannot be read within the limits for one file. Split it, or save its text as Markdown."
                )
            record = json.loads(answer)
            if record.get("spent"):
                self.close()
            self.make_room()
        if "problem" in record:
            raise UploadError(record["problem"])
        return arrival_from_json(record["arrival"])

    def _started(self, wait: Callable[[], object] = lambda: None) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}  # no secrets
        self._take_place(wait)
        try:
            self._process = process = start(module("assistant.uploads.child"), plain, stderr=subprocess.DEVNULL)
        except BaseException:
            _places.release()
            raise
        self.starts += 1
        line, _ = _first_line(process, START_SECONDS)
        if line != READY:
            self.close()
            raise UploadError("The reader of files cannot be started on this host. Try again, or add Markdown later.")
        return process

    def _take_place(self, wait: Callable[[], object]) -> None:
        _waiting.add(self)
        try:
            while not _places.acquire(timeout=_STEP):
                wait()
        finally:
            _waiting.discard(self)

    def _exchange(self, process: subprocess.Popen[bytes], data: bytes, given: str) -> tuple[bytes, bool]:
        name = readable(given[:20_000])
        header = json.dumps({"name": name, "bytes": len(data)}).encode() + b"\n"

        def hand_over() -> None:
            try:
                if process.stdin is not None:
                    process.stdin.write(header + data)
                    process.stdin.flush()
            except (OSError, ValueError):  # it ended meanwhile, which the missing answer tells
                pass

        threading.Thread(target=hand_over, daemon=True).start()
        return _first_line(process, PARSE_SECONDS)


def _first_line(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, bool]:
    """The next line that the process says, and whether it was killed because none came in time."""
    with killed_after(process, seconds) as late:
        return (process.stdout.readline(LONGEST_ANSWER) if process.stdout else b""), late.is_set()
