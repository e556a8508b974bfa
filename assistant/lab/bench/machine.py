"""What the numbers were measured on: processor, instruction sets, memory, GPU, versions."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant.core.host import Host

PACKAGES = ("openvino", "openvino-genai", "torch", "transformers", "numpy")
# Names in /proc/cpuinfo of what the matrix kernels choose by.
INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd", "i8mm")


@dataclass(frozen=True, slots=True)
class Machine:
    """The processor and its surroundings."""

    cpu: str
    cores: int
    instructions: tuple[str, ...]
    memory_gb: float
    gpu: str
    bandwidth_gb_s: float
    python: str
    versions: dict[str, str]


def describe(host: Host, bandwidth: float) -> Machine:
    """This machine; ``bandwidth`` in bytes a second."""
    fields = _cpu_fields()
    flags = set((fields.get("flags") or fields.get("Features") or "").split())
    return Machine(
        cpu=fields.get("model name") or platform.processor() or platform.machine(),
        cores=host.cores,
        instructions=tuple(name for name in INSTRUCTIONS if name in flags),
        memory_gb=round(host.memory / 1e9, 1),
        gpu=host.gpu,
        bandwidth_gb_s=round(bandwidth / 1e9, 1),
        python=platform.python_version(),
        versions={name: found for name in PACKAGES if (found := _version(name))},
    )


def _cpu_fields() -> dict[str, str]:
    """The first processor in /proc/cpuinfo; empty where there is none."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0]
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
