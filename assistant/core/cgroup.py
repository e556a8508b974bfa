"""The memory that control groups allow this process: the limit at which a container's host kills it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


@dataclass(frozen=True, slots=True)
class MemoryLimit:
    """Bytes of one control group."""

    limit: int
    used: int  # what cannot be reclaimed: without the cache of files, such as mapped weights

    @property
    def free(self) -> int:
        """Bytes left before the limit."""
        return max(0, self.limit - self.used)


def memory_limits(root: Path = ROOT, membership: Path = MEMBERSHIP) -> tuple[MemoryLimit, ...]:
    """The limits of this process's control group and of those above it; empty where there are none.

    Both versions of the interface: https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html there.
    """
    return tuple(limit for folder in _folders(root, membership) if (limit := _read(folder)) is not None)


def _folders(root: Path, membership: Path) -> Iterator[Path]:
    """The folders of this process's group, its own first. Inside a container its group may be mounted as the root."""
    try:
        lines = membership.read_text(encoding="ascii").splitlines()
    except OSError:
        lines = []
    groups = {root: "/", root / "memory": "/"}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            groups[root] = path
        elif "memory" in controllers.split(","):
            groups[root / "memory"] = path
    for top, path in groups.items():
        folder = top / path.lstrip("/")
        for place in (folder, *folder.parents):
            yield place
            if place == top:
                break


def _read(folder: Path) -> MemoryLimit | None:
    for limit_file, usage_file, prefix in (
        ("memory.max", "memory.current", ""),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
    ):
        limit, usage = _number(folder / limit_file), _number(folder / usage_file)
        if limit is not None and usage is not None:
            counts = _counts(folder / "memory.stat")
            files = counts.get(f"{prefix}inactive_file", 0) + counts.get(f"{prefix}active_file", 0)
            return MemoryLimit(limit, max(0, usage - files))
    return None


def _number(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None  # "max" means that there is no limit


def _counts(file: Path) -> dict[str, int]:
    try:
        pairs = (line.split() for line in file.read_text(encoding="ascii").splitlines())
    except OSError:
        return {}
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
