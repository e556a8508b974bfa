"""The checkpoint folder that training starts from, as far as it is known without loading it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import ModelError
from assistant.inference.gpt2.checkpoint import GPT2Checkpoint
from assistant.inference.models.catalog import config_of
from assistant.inference.models.hub import has_weights

LONGEST_WINDOW = 2048  # tokens of a row, for models that could read more


@dataclass(frozen=True, slots=True)
class Base:
    """A causal language model in Hugging Face's layout."""

    folder: Path
    name: str
    kind: str  # transformers' model_type, such as "gpt2"
    parameters: int
    layers: int
    width: int
    heads: int
    vocabulary: int
    window: int
    attention_dropout: bool


def open_base(folder: Path) -> Base:
    """What the folder says about its model. Raises ModelError when it is not one that can be trained."""
    if not folder.is_dir():
        raise ModelError(f"--model must be a checkpoint folder (config.json, safetensors, tokenizer); {folder} is not.")
    if (folder / "openvino_model.xml").is_file():
        raise ModelError(
            f"{folder} holds a converted model, which cannot be trained. Give the checkpoint it came from."
        )
    config = config_of(folder)
    kind = str(config.get("model_type"))
    if kind == "gpt2":
        shape = GPT2Checkpoint(folder).shape
        parameters, dropout = shape.parameters, config.get("attn_pdrop", 0.1)
        sizes = [shape.layers, shape.width, shape.heads, shape.vocabulary, shape.positions]
    else:
        names = ("num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size", "max_position_embeddings")
        sizes = [size for name in names if isinstance(size := config.get(name), int)]
        if len(sizes) < len(names):
            raise ModelError(f"{folder} must hold a causal language model; its config.json must give {names}.")
        parameters, dropout = _count(folder), config.get("attention_dropout", 0.0)
    if not has_weights(folder):
        raise ModelError(f"{folder} must hold safetensors and the tokenizer beside config.json. Download them again.")
    layers, width, heads, vocabulary, window = sizes
    return Base(
        folder,
        folder.resolve().name,
        kind,
        parameters,
        layers,
        width,
        heads,
        vocabulary,
        min(window, LONGEST_WINDOW),
        bool(dropout),
    )


def _count(folder: Path) -> int:
    """Numbers in all tensors of a folder, read from the headers alone."""
    from safetensors import SafetensorError, safe_open

    total = 0
    for file in folder.glob("*.safetensors"):
        try:
            with safe_open(file, "np") as tensors:
                total += sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
        except (OSError, SafetensorError) as fault:
            raise ModelError(f"{file} must be a whole safetensors file, got: {fault}. Download it again.") from None
    return total
