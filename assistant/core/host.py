"""What this host really has: memory allowed by its cgroup or its hardware, disk, cores, GPU."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from assistant.core.cgroup import memory_limits


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that this process and its children may use in all, and those that are left of them."""

    allowed: int
    free: int


@dataclass(frozen=True, slots=True)
class Host:
    """Bytes and counts; ``memory`` is what this process and its children may use in all."""

    memory: int
    memory_free: int
    disk_free: int
    cores: int
    gpu: str  # name; empty when there is none
    gpu_memory: int


def look_at_host(cache: Path) -> Host:
    """This host, with the free disk at the cache folder."""
    memory = look_at_memory()
    gpu, gpu_memory = _gpu()
    return Host(
        memory=memory.allowed,
        memory_free=memory.free,
        disk_free=shutil.disk_usage(_existing(cache)).free,
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        gpu=gpu,
        gpu_memory=gpu_memory,
    )


def look_at_memory() -> Memory:
    """The memory of this host, or of its control group where that allows less."""
    machine = psutil.virtual_memory()
    groups = memory_limits()
    return Memory(
        allowed=min([machine.total, *(group.limit for group in groups)]),
        free=min([machine.available, *(group.free for group in groups)]),
    )


def memory_of_app() -> int:
    """Anonymous bytes of this process and its children: what a host counts against its limit and cannot reclaim."""
    me = psutil.Process()
    return sum(_anonymous(process) for process in [me, *me.children(recursive=True)])


def cpu_seconds(pid: int) -> float:
    """Seconds that a process has computed; 0 when it has just ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _anonymous(process: psutil.Process) -> int:
    try:
        memory = process.memory_info()
    except psutil.NoSuchProcess:
        return 0
    return int(memory.rss - getattr(memory, "shared", 0))


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.exists()), Path.cwd())


def _gpu() -> tuple[str, int]:
    """Name and memory of the first GPU. Without a device file torch is not imported, which would take seconds."""
    if not any(Path(device).exists() for device in ("/dev/nvidia0", "/dev/nvidiactl", "/dev/kfd")):
        return "", 0
    import torch

    if not torch.cuda.is_available():
        return "", 0
    return torch.cuda.get_device_name(0), int(torch.cuda.get_device_properties(0).total_memory)
