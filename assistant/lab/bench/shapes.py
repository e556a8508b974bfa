"""A checkpoint of any size of GPT-2 with random weights and a byte-level tokenizer: speed does not depend on values.

Written tensor by tensor, so that XL's 6.2 GB need a few megabytes of memory.
"""

from __future__ import annotations

import itertools
import json
import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.core.errors import ModelError
from assistant.inference.gpt2.shape import GPT2Shape

SIZES: dict[str, tuple[int, int, int]] = {  # layers, width, heads
    "gpt2-xl": (48, 1600, 25),
    "gpt2-large": (36, 1280, 20),
    "gpt2-medium": (24, 1024, 16),
    "gpt2": (12, 768, 12),
    "tiny": (2, 64, 4),  # for the tests
}
POSITIONS = 1024
VOCABULARY = 50_257
END = "<|endoftext|>"
SPREAD = 0.02  # standard deviation of the weights: GPT-2's own initialisation
_BLOCK = 1 << 20  # random numbers drawn at once

Progress = Callable[[int, int], None]


def config_of(name: str) -> dict[str, object]:
    """The ``config.json`` of a size."""
    layers, width, heads = SIZES[name]
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_layer": layers,
        "n_embd": width,
        "n_head": heads,
        "n_positions": POSITIONS,
        "n_ctx": POSITIONS,
        "vocab_size": VOCABULARY,
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "bos_token_id": VOCABULARY - 1,
        "eos_token_id": VOCABULARY - 1,
        "_name_or_path": f"random-{name}",
    }


def checkpoint_bytes(name: str) -> int:
    """Bytes of the fp32 weights of a size."""
    return 4 * GPT2Shape.from_config(config_of(name)).parameters


def make_checkpoint(name: str, folder: Path, progress: Progress | None = None) -> Path:
    """Write the checkpoint into the new folder ``folder``. ``progress`` gets bytes done and in total."""
    config = config_of(name)
    shape = GPT2Shape.from_config(config)
    needed = checkpoint_bytes(name)
    folder.mkdir(parents=True)
    if (free := shutil.disk_usage(folder).free) < needed:
        raise ModelError(f"The checkpoint needs {needed / 1e9:.1f} GB free at {folder}, got {free / 1e9:.1f} GB.")
    _dump(folder / "config.json", config)
    _write_tokenizer(folder)
    generator = np.random.default_rng(0)
    places: dict[str, str] = {}
    done = 0
    # One file for the embeddings and one a layer, as large checkpoints come in shards.
    for part, group in itertools.groupby(shape.tensors(), key=lambda item: ".".join(item[0].split(".")[:2])):
        tensors = list(group)
        file = f"model-{part}.safetensors"
        places |= dict.fromkeys((tensor for tensor, _ in tensors), file)
        try:
            done += _write_shard(folder / file, tensors, generator)
        except OSError as fault:
            raise ModelError(f"The checkpoint cannot be written at {folder}: {fault.strerror or fault}.") from None
        if progress:
            progress(done, needed)
    _dump(folder / "model.safetensors.index.json", {"metadata": {"total_size": done}, "weight_map": places})
    return folder


def _write_shard(path: Path, tensors: list[tuple[str, tuple[int, ...]]], generator: np.random.Generator) -> int:
    """One safetensors file (https://huggingface.co/docs/safetensors); the bytes of its tensors."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in tensors:
        begin, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, shape in tensors:
            for block in _values(name, shape, generator):
                block.tofile(file)
    return end


def _values(name: str, shape: tuple[int, ...], generator: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    if ".ln_" in f".{name}":
        yield np.full(shape, float(name.endswith("weight")), np.float32)
        return
    left = math.prod(shape)
    last_row = shape[-1] if name == "wte.weight" else 0
    left -= last_row
    while left:
        block = generator.standard_normal(min(left, _BLOCK), dtype=np.float32)
        left -= block.size
        block *= SPREAD
        yield block
    # The end-of-text token is the last row of the tied embedding. As zeros its logit is exactly 0, below the best of
    # 50,256 random ones at every step: no answer ends early, in any engine, without a switch in any of them.
    yield np.zeros(last_row, np.float32)


def _write_tokenizer(folder: Path) -> None:
    """One token a byte, and for the other ids made-up words, so that every token that is drawn can be shown."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = "abcdefghijklmnopqrstuvwxyz"
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = ("Ġ" + "".join(word) for length in (3, 4) for word in itertools.product(letters, repeat=length))
    names = itertools.islice(itertools.chain(alphabet, words), VOCABULARY - 1)
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(vocab={**vocabulary, END: VOCABULARY - 1}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(END, special=True)])
    tokenizer.save(str(folder / "tokenizer.json"))
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": POSITIONS}
    _dump(folder / "tokenizer_config.json", {**kind, "bos_token": END, "eos_token": END})


def _dump(path: Path, value: dict[str, object]) -> None:
    path.write_text(json.dumps(value) + "\n", encoding="utf-8")
