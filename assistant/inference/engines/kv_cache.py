"""How many bytes a block of the paged key/value cache takes: what turns a memory limit into a number of blocks."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

BLOCK_TOKENS = 32  # fixed by OpenVINO's paged attention on CPUs
_SCALE_BYTES = 8  # a float32 scale and zero point: one pair a token for values, one a channel for keys


@dataclass(frozen=True, slots=True)
class CacheShape:
    """What the size of the cache depends on."""

    layers: int
    heads: int  # that hold keys and values, which can be fewer than the attention heads
    width: int  # of a head
    bits: int = 8  # OpenVINO's default on CPUs; 32 for models converted at full precision

    @property
    def block_bytes(self) -> int:
        """Bytes of one block over all layers, as OpenVINO 2026.4 allocated them for GPT-2 and SmolLM2."""
        values = 2 * BLOCK_TOKENS * self.width * self.bits // 8
        scales = _SCALE_BYTES * (BLOCK_TOKENS + self.width) if self.bits == 8 else 0
        return self.layers * self.heads * (values + scales)


def cache_shape(source: Path) -> CacheShape | None:
    """The shape of the model in a folder or GGUF file; None when its files do not tell."""
    try:
        fields = _gguf_fields(source) if source.is_file() else _config_fields(source)
        layers, heads, width = fields["layers"], fields["heads"], fields["width"]
        shape = CacheShape(
            layers, fields.get("kv_heads") or heads, fields.get("head") or width // heads, fields["bits"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError, struct.error):
        return None
    return shape if shape.block_bytes > 0 else None


def _config_fields(folder: Path) -> dict[str, int]:
    """From a config.json in Hugging Face's layout; GPT-2 has names of its own."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    manifest = folder / "manifest.json"  # of models that this program converted
    bits = json.loads(manifest.read_text(encoding="utf-8"))["bits"] if manifest.is_file() else 8
    fields = {
        "layers": config.get("n_layer") or config["num_hidden_layers"],
        "heads": config.get("n_head") or config["num_attention_heads"],
        "width": config.get("n_embd") or config["hidden_size"],
        "kv_heads": config.get("num_key_value_heads") or 0,
        "head": config.get("head_dim") or 0,
    }
    return {**{name: int(value) for name, value in fields.items()}, "bits": 32 if bits == 32 else 8}


def _gguf_fields(file: Path) -> dict[str, int]:
    """From the header of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)."""
    names = {
        ".block_count": "layers",
        ".attention.head_count": "heads",
        ".attention.head_count_kv": "kv_heads",
        ".embedding_length": "width",
        ".attention.key_length": "head",
    }
    fields = {"bits": 8}
    with file.open("rb") as opened:
        magic, _, _, pairs = struct.unpack("<4sIQQ", opened.read(24))
        if magic != b"GGUF":
            raise ValueError("no GGUF file")
        for _ in range(pairs):
            key = _gguf_text(opened)
            if key.startswith("tokenizer."):
                break  # long lists; the sizes come before them
            value = _gguf_value(opened, *struct.unpack("<I", opened.read(4)))
            if name := names.get(key[key.find(".") :]):
                fields[name] = int(value)
    return fields


_GGUF_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}


def _gguf_value(file: BinaryIO, kind: int) -> Any:
    if kind == 8:
        return _gguf_text(file)
    if kind == 9:
        inner, count = struct.unpack("<IQ", file.read(12))
        return [_gguf_value(file, inner) for _ in range(min(count, 1 << 20))]
    code = "<" + _GGUF_NUMBERS[kind]
    return struct.unpack(code, file.read(struct.calcsize(code)))[0]


def _gguf_text(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    return file.read(min(length, 1 << 20)).decode("utf-8", "replace")
