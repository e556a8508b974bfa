"""The peak memory of another process, sampled: an engine that holds the interpreter lock cannot watch itself."""

from __future__ import annotations

import threading
from pathlib import Path

SECONDS = 0.02  # between samples


class MemoryWatch:
    """Samples /proc/PID/status until it is closed. Bytes; zeros where there is no /proc."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._anonymous = 0
        self._resident = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory-watch", daemon=True)
        self._thread.start()

    def peak(self) -> tuple[int, int]:
        """Anonymous bytes at most since the last call, and resident bytes at most since the process began."""
        self._sample()
        peak, self._anonymous = self._anonymous, 0
        return peak, self._resident

    def close(self) -> None:
        """End the sampling."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(SECONDS):
            self._sample()

    def _sample(self) -> None:
        try:
            text = self._status.read_text(encoding="ascii")
        except OSError:  # it has ended
            return
        fields = dict(line.split(":", 1) for line in text.splitlines() if line.startswith(("RssAnon:", "VmHWM:")))
        self._anonymous = max(self._anonymous, _bytes(fields.get("RssAnon")))
        self._resident = max(self._resident, _bytes(fields.get("VmHWM")))


def _bytes(field: str | None) -> int:
    return int(field.split()[0]) * 1024 if field else 0
