"""How busy other programs kept the cores meanwhile: numbers taken on a busy machine are too low, and must say so."""

from __future__ import annotations

import time

import psutil

BUSY = 0.1  # from this share on a reader is warned


class Neighbours:
    """Counts from its making on."""

    def __init__(self, cores: int) -> None:
        self._cores = cores
        self._began = time.monotonic()
        self._used = _used_by_all() - _used_by_us()

    def share(self) -> float:
        """Share of the cores' time that others used, 0 to 1. Our workers count as ours once they have ended."""
        used = _used_by_all() - _used_by_us() - self._used
        return min(1.0, max(0.0, used / (self._cores * (time.monotonic() - self._began))))


def _used_by_all() -> float:
    times = psutil.cpu_times()
    # guest is part of user; idle and iowait are nobody's work.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return float(sum(value for name, value in times._asdict().items() if name not in idle))


def _used_by_us() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)
