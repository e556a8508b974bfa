"""A GPT-2 checkpoint folder opened for reading: checked at once, memory-mapped, read one tensor at a time.

Only safetensors are read: a pickled `.bin` can run code when it is opened. Formats:
https://huggingface.co/docs/safetensors and the `config.json` of `transformers.GPT2Config`.
"""

import json
import math
import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.core.errors import ModelError
from assistant.inference.gpt2.shape import GPT2Shape

SMALL_FILES = (  # of a checkpoint beside its weights; never pickled weights, never code
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)

# bfloat16 is unknown to numpy: it is the upper half of a float32, so it is read as 16-bit integers.
_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}
_MAX_HEADER = 100_000_000  # bytes; the limit that safetensors itself sets


class GPT2Checkpoint:
    """The tensors of one checkpoint folder, each known to be present and of the right shape."""

    def __init__(self, folder: Path) -> None:
        """Open `folder`, check config, names, shapes and file lengths, read no weights; raises ModelError."""
        self.folder = folder
        self.config = read_json(folder / "config.json")
        self.shape = GPT2Shape.from_config(self.config)
        self._arrays: dict[str, NDArray[Any]] = {}
        for file in _weight_files(folder):
            self._arrays |= _map_safetensors(file)
        self._prefix = "transformer." if "transformer.wte.weight" in self._arrays else ""
        for name, expected in self.shape.tensors():
            array = self._arrays.get(self._key(name))
            if array is None:
                raise ModelError(
                    f"{folder} must hold the tensor {name}, which is missing; download the checkpoint again"
                )
            if array.shape != expected:
                raise ModelError(
                    f"{name} in {folder} must have the shape {list(expected)}, got "
                    f"{list(array.shape)}; take config.json and weights from one model"
                )

    def read(self, name: str) -> NDArray[Any]:
        """The mapped tensor as it is stored; bfloat16 comes as uint16 and goes through `as_float32`."""
        return self._arrays[self._key(name)]

    def _key(self, name: str) -> str:
        return name if name.startswith("lm_head.") else self._prefix + name


def as_float32(block: NDArray[Any]) -> NDArray[np.float32]:
    """A piece of a tensor from `GPT2Checkpoint.read` as float32 of the same shape; copies only if it must."""
    if block.dtype == np.uint16:
        return (block.astype(np.uint32) << 16).view(np.float32)
    return block.astype(np.float32, copy=False)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`; raises ModelError if the file is missing, unreadable or no object."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"a checkpoint folder must hold {path.name}, none in {path.parent}; "
            "download the checkpoint again or correct the path"
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} must be readable JSON, got: {error}; download it again") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path} must hold a JSON object, got {type(value).__name__}; download it again")
    return value


def _weight_files(folder: Path) -> list[Path]:
    if (single := folder / "model.safetensors").is_file():
        return [single]
    if (index := folder / "model.safetensors.index.json").is_file():
        shards = read_json(index).get("weight_map")
        # A plain file name only: an index from elsewhere must not make us read outside its folder.
        if not isinstance(shards, dict) or not all(isinstance(s, str) and Path(s).name == s for s in shards.values()):
            raise ModelError(f"weight_map in {index} must map tensors to files beside it; download it again")
        return [folder / shard for shard in sorted(set(shards.values()))]
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
        raise ModelError(
            f"{folder} must hold safetensors, got pickled weights, which can run code when "
            "opened; download the model.safetensors of the same model"
        )
    raise ModelError(
        f"{folder} must hold model.safetensors or model.safetensors.index.json, found neither; "
        "download the checkpoint again"
    )


def _map_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Views into the mapped file by name: 8 bytes of header length, a JSON header, the tensors' bytes."""
    damaged = f"{path} must be a whole safetensors file; download it again"
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _MAX_HEADER:
                raise ModelError(f"{damaged} (its header would be {length} bytes)")
            header = json.loads(file.read(length))
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        arrays: dict[str, NDArray[Any]] = {}
        for name, entry in header.items():
            if name == "__metadata__" or name.endswith((".attn.bias", ".attn.masked_bias")):
                continue  # the buffers of a causal mask, not weights
            if (dtype := _DTYPES.get(entry["dtype"])) is None:
                raise ModelError(
                    f"{name} in {path} must be F32, F16 or BF16, got {entry['dtype']}; "
                    "choose a checkpoint that is not quantised"
                )
            shape, (begin, end) = tuple(entry["shape"]), entry["data_offsets"]
            count = math.prod(shape)
            start, stop = 8 + length + begin, 8 + length + end
            if begin < 0 or stop - start != count * dtype.itemsize or stop > len(mapped):
                raise ModelError(f"{damaged} ({name} should lie at bytes {start} to {stop} of {len(mapped)})")
            arrays[name] = np.frombuffer(mapped, dtype, count, start).reshape(shape)
    except FileNotFoundError:
        raise ModelError(
            f"the index names {path.name}, which is not in {path.parent}; download the missing shard"
        ) from None
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{damaged} ({error})") from error
    return arrays
