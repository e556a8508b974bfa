"""How far a better model is on its way, in numbers and in one line for the reader."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from assistant.inference.models.shapes import GB

SPEED_SECONDS = 20.0  # the speed shown is that of the last seconds

State = Literal["looking", "waiting", "downloading", "converting", "starting", "done", "failed", "closed"]


@dataclass(frozen=True, slots=True)
class UpgradeStatus:
    """How far the better model is."""

    name: str
    state: State
    done: int = 0  # bytes
    total: int = 0  # bytes
    bytes_per_second: float = 0.0
    problem: str = ""  # why the last try ended, in one line

    @property
    def is_under_way(self) -> bool:
        """Whether something happens right now."""
        return self.state in ("looking", "downloading", "converting", "starting")

    @property
    def minutes_left(self) -> int | None:
        """Of the download, rounded up; None while its speed is unknown."""
        if self.state != "downloading" or self.bytes_per_second <= 0:
            return None
        return max(1, -int(-(self.total - self.done) / self.bytes_per_second // 60))

    @property
    def line(self) -> str:
        """One short line for the reader; empty when there is nothing to say."""
        if self.state == "downloading" and self.total:
            unit, size = ("GB", GB) if self.total >= GB / 10 else ("MB", GB / 1000)
            left = "" if self.minutes_left is None else f", about {self.minutes_left} minutes left"
            left = left.replace(" 1 minutes", " 1 minute")
            return f"Getting {self.name}: {self.done / size:.1f} of {self.total / size:.1f} {unit}{left}"
        return {
            "downloading": f"Getting {self.name}",
            "converting": f"Converting {self.name}, about a minute",
            "starting": f"Starting {self.name}",
            "waiting": f"{self.name} is not here yet: {self.problem}",
            "failed": f"{self.name} could not be got: {self.problem}",
        }.get(self.state, "")


class Speed:
    """Bytes per second over the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, done: int) -> float:
        """The speed, when so many bytes are done at this time."""
        self._seen.append((now, done))
        while now - self._seen[0][0] > SPEED_SECONDS and len(self._seen) > 2:
            self._seen.popleft()
        since, before = self._seen[0]
        return (done - before) / (now - since) if now > since else 0.0
