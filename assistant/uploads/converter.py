"""The page's side of the limited process: files go in, notes or one line of what is wrong come out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from types import TracebackType

from assistant.errors import UploadError
from assistant.settings import REPOSITORY
from assistant.uploads.limits import FILE_BYTES, MIB, PARSE_SECONDS, READY, START_SECONDS
from assistant.uploads.stored import Arrival, arrival_from_json

LONGEST_ANSWER = 40 * MIB  # a note of two million characters twice, escaped


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
            process.kill()
            process.communicate()

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
        if "problem" in record:
            raise UploadError(record["problem"])
        return arrival_from_json(record["arrival"])

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        self.starts += 1
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", "assistant.uploads.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=REPOSITORY,
            env={name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")},  # no secrets
        )
        line, _ = _first_line(process, START_SECONDS)
        if line != READY:
            self.close()
            raise UploadError("The reader of files cannot be started on this host. Try again, or add Markdown later.")
        return process

    def _exchange(self, process: subprocess.Popen[bytes], data: bytes, given: str) -> tuple[bytes, bool]:
        name = given[:20_000].encode("utf-8", "replace").decode()
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
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        return (process.stdout.readline(LONGEST_ANSWER) if process.stdout else b""), late.is_set()
    finally:
        timer.cancel()
