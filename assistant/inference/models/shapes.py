"""The four sizes of GPT-2, and the memory and disk that each of them needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.core.settings import Settings

GIB = 2**30
GB = 10**9
APP_BYTES = int(0.4 * GIB)  # page, embedder and index, beside the model: 0.3 GB were measured
SPARE_DISK = 50_000_000  # tokenizer and settings beside the weights


def memory_for(parameters: int) -> int:
    """Bytes that the int8 engine needs while it answers: weights, working space and key/value cache."""
    return int(parameters * 1.03) + int(0.45 * GIB)


@dataclass(frozen=True, slots=True)
class Shape:
    """A size of GPT-2."""

    name: str
    hub: str
    parameters: int
    layers: int

    @property
    def memory(self) -> int:
        """Bytes that the int8 engine needs while it answers."""
        return memory_for(self.parameters)

    @property
    def torch_memory(self) -> int:
        """Bytes that PyTorch needs on the CPU in fp32, five beams included (9.5 GB were measured for XL)."""
        return int(self.parameters * 4.2) + 3 * GIB

    @property
    def gpu_memory(self) -> int:
        """Bytes that PyTorch needs on a GPU in bf16: weights, and room for five beams over a full window."""
        return self.parameters * 2 + 3 * GIB

    @property
    def gpu_host_memory(self) -> int:
        """Bytes of ordinary memory that PyTorch needs while it moves the weights to a GPU."""
        return self.parameters * 2 + 2 * GIB

    @property
    def download(self) -> int:
        """Bytes of the published checkpoint: fp32 weights, a causal mask for each layer, the tokenizer."""
        return self.parameters * 4 + self.layers * 1024 * 1024 * 4 + 5_000_000

    @property
    def conversion_disk(self) -> int:
        """Bytes of disk that a conversion to int8 needs: scratch and result."""
        return int(self.parameters * 1.03) * 2 + SPARE_DISK


SHAPES = (  # largest first: the order in which auto prefers them
    Shape("gpt2-xl", "openai-community/gpt2-xl", 1_557_611_200, 48),
    Shape("gpt2-large", "openai-community/gpt2-large", 774_030_080, 36),
    Shape("gpt2-medium", "openai-community/gpt2-medium", 354_823_168, 24),
    Shape("gpt2", "openai-community/gpt2", 124_439_808, 12),
)


def shape_of(parameters: int) -> Shape | None:
    """The size of GPT-2 that has this many parameters."""
    return next((shape for shape in SHAPES if shape.parameters == parameters), None)


def shape_called(name: str) -> Shape | None:
    """The size of GPT-2 with this short name or hub id."""
    return next((shape for shape in SHAPES if name in (shape.name, shape.hub)), None)


def converted_folder(settings: Settings, shape: Shape, bits: int = 8) -> Path:
    """Where the converted model of a size is kept."""
    return settings.home / "models" / f"{shape.name}-int{bits}"
