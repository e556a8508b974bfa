"""What a benchmark needs before it starts: disk, memory, time."""

from __future__ import annotations

from pathlib import Path

from assistant.core.errors import ModelError
from assistant.core.host import Host
from assistant.inference.gpt2.shape import GPT2Shape
from assistant.lab.bench.measure import BEAMS, VISITOR_ANSWER, VISITOR_PROMPT
from assistant.lab.bench.worker import CROWDS

REFERENCE_FACTOR = 1.45  # resident bytes of transformers fp32 with five beams, to those of its weights: 9.0 GB at XL
SPARE_BYTES = 600_000_000  # interpreter and libraries
FLOPS_A_CORE = 60e9  # 32-bit operations a second, a cautious value for processors with AVX2


def check_host(parameters: int, made: bool, folder: Path, host: Host) -> None:
    """Raise ModelError unless disk and memory suffice; ``made``: the fp32 checkpoint is written too."""
    disk = int((4 * made + 2 * 1.05) * parameters) + 60_000_000  # the conversion holds its result twice for a moment
    if host.disk_free < disk:
        raise ModelError(
            f"The benchmark needs {disk / 1e9:.1f} GB of disk at {folder}, got {host.disk_free / 1e9:.1f} GB. "
            "Free some, set TMPDIR to another disk, or take a smaller --shape."
        )
    memory = int(REFERENCE_FACTOR * 4 * parameters) + SPARE_BYTES
    if host.memory_free < memory:
        raise ModelError(
            f"The comparison with transformers in fp32 needs {memory / 1e9:.1f} GB of free memory, got "
            f"{host.memory_free / 1e9:.1f} GB. Take a smaller --shape."
        )


def estimate_seconds(parameters: int, prompt: int, new: int, rounds: int, cores: int, bandwidth: float) -> float:
    """About how long it takes on a machine with nothing else to do; ``bandwidth`` in bytes a second."""
    flops = FLOPS_A_CORE * cores
    visitors = sum(CROWDS)
    # transformers reads the prompt once for each beam; the CPU engine once, and again to time its first token.
    reference = 2 * parameters * prompt * (1 + BEAMS) / flops + 4 * parameters * new * 3 / bandwidth
    tokens = prompt * 4 + visitors * (VISITOR_PROMPT + VISITOR_ANSWER) + new * BEAMS
    ours = 2 * parameters * tokens / flops + parameters * new * 2 / bandwidth
    start = 8 * parameters / bandwidth + 15
    return rounds * (reference + ours + start) + 12 * parameters / 2e8


def weights_per_token(shape: GPT2Shape, converted: Path) -> int:
    """Bytes of weights that a token reads in the converted model: all of them but the table of positions."""
    return (converted / "openvino_model.bin").stat().st_size - 4 * shape.positions * shape.width
