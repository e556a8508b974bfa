"""The packaged all-MiniLM-L6-v2 as an OpenVINO graph: the vectors of sentence-transformers without PyTorch in memory.

Through sentence-transformers the same model takes about 350 MB and some seconds to import, here 150 MB; a free host
needs the difference for GPT-2 XL. The network is BERT (Devlin et al., 2019, as in
`transformers.models.bert.modeling_bert`), mean pooling over the tokens, and division by the length.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import Node
from openvino import opset13 as op
from safetensors import SafetensorError, safe_open
from tokenizers import Tokenizer

from assistant.core.errors import ModelError
from assistant.core.openvino_core import core
from assistant.core.vectors import Vectors
from assistant.retrieval.embedding.tuned_weights import Tensors, load_learned

LENGTH_STEP = 8  # tokens; lengths are rounded up to it, because OpenVINO prepares itself for each shape anew
_MASKED = np.float32(-1e9)  # added to the attention to padding
_SMALLEST = np.float32(1e-12)  # length of a vector by which is divided at least


class MiniLM:
    """The model of a folder with `config.json`, `tokenizer.json` and `model.safetensors`. Not for several threads."""

    def __init__(self, folder: Path, learned: Path | None = None) -> None:
        """Build and compile the graph, with what was ``learned`` on top of its weights where that file fits them.

        Raises ModelError when a file of the folder is missing, damaged or of another network.
        """
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            longest = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
            self._tokenizer = _tokenizer(folder / "tokenizer.json")
            with safe_open(folder / "model.safetensors", "np") as weights:
                self._fingerprint = _fingerprint(weights)
                known = load_learned(self._fingerprint, learned) if learned else None
                model = _Graph(config, known.added_to(weights) if known else weights).model()
            self._table = _mapped(folder / "model.safetensors", "embeddings.word_embeddings.weight")
        except (OSError, ValueError, KeyError, SafetensorError) as fault:
            raise ModelError(
                f"The embedder in {folder} cannot be loaded ({fault}). Install its package anew."
            ) from None
        if known:
            self._fingerprint += f"+{known.checksum}"
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.enable_padding(pad_to_multiple_of=LENGTH_STEP)
        self._width = int(config["hidden_size"])
        # Full precision also where the processor prefers bfloat16: vectors of two hosts must be comparable.
        properties = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        self._request = core().compile_model(model, "CPU", properties).create_infer_request()

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return self._width

    @property
    def fingerprint(self) -> str:
        """Start of a SHA-256 over the packaged weights, and of one over what was added to them."""
        return self._fingerprint

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [len(texts), width]."""
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.float32)
        vectors: Vectors = self._request.infer({"words": self._table[ids], "mask": mask})[0].copy()
        return vectors


class _Graph:
    """BERT's encoder with mean pooling: to vectors [batch, width], all float32.

    Its inputs are `words`, the rows of the word table [batch, tokens, width], and `mask` [batch, tokens], 1 or 0. The
    table is half of the weights and stays outside: of its mapped file only the rows that occur are in memory.
    """

    def __init__(self, config: dict[str, object], weights: Tensors) -> None:
        known = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
        if any(config.get(name, value) != value for name, value in known.items()):
            raise ValueError(f"config.json must describe a network with {known}")
        self._weights = weights
        self._layers, self._heads, self._width = (
            int(str(config[name])) for name in ("num_hidden_layers", "num_attention_heads", "hidden_size")
        )
        self._epsilon = float(str(config["layer_norm_eps"]))

    def model(self) -> ov.Model:
        words, mask = _input("words", [-1, -1, self._width]), _input("mask", [-1, -1])
        hidden = self._norm("embeddings.LayerNorm", self._placed(words))
        padding = op.subtract(op.constant(np.float32(1)), mask)
        unseen = op.unsqueeze(op.multiply(padding, op.constant(_MASKED)), _ints(1, 2))
        for layer in range(self._layers):
            name = f"encoder.layer.{layer}"
            attended = self._linear(f"{name}.attention.output.dense", self._attention(name, hidden, unseen))
            hidden = self._norm(f"{name}.attention.output.LayerNorm", op.add(hidden, attended))
            inner = op.gelu(self._linear(f"{name}.intermediate.dense", hidden), "erf")
            hidden = self._norm(f"{name}.output.LayerNorm", op.add(hidden, self._linear(f"{name}.output.dense", inner)))
        return ov.Model([op.result(_pooled(hidden, mask))], [words, mask], "all-MiniLM-L6-v2")

    def _placed(self, words: Node) -> Node:
        positions = self._weights.get_tensor("embeddings.position_embeddings.weight")
        kind = self._weights.get_tensor("embeddings.token_type_embeddings.weight")[0]  # a text alone is of the first
        tokens = op.gather(op.shape_of(words), _ints(1), _int(0))
        return op.add(words, op.slice(op.constant(positions + kind), _ints(0), tokens, _ints(1), _ints(0)))

    def _attention(self, name: str, hidden: Node, unseen: Node) -> Node:
        query, key, value = (
            self._split(self._linear(f"{name}.attention.self.{part}", hidden)) for part in ("query", "key", "value")
        )
        mixed = op.scaled_dot_product_attention(query, key, value, unseen, causal=False)
        return op.reshape(op.transpose(mixed, _ints(0, 2, 1, 3)), _ints(0, 0, self._width), special_zero=True)

    def _split(self, x: Node) -> Node:
        """[batch, tokens, width] -> [batch, heads, tokens, width / heads]."""
        shape = _ints(0, 0, self._heads, self._width // self._heads)
        return op.transpose(op.reshape(x, shape, special_zero=True), _ints(0, 2, 1, 3))

    def _linear(self, name: str, x: Node) -> Node:
        return op.add(op.matmul(x, self._constant(f"{name}.weight"), False, True), self._constant(f"{name}.bias"))

    def _norm(self, name: str, x: Node) -> Node:
        normed = op.mvn(x, _ints(-1), True, self._epsilon, "inside_sqrt")
        return op.add(op.multiply(normed, self._constant(f"{name}.weight")), self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> Node:
        return op.constant(self._weights.get_tensor(name))


def _pooled(hidden: Node, mask: Node) -> Node:
    """The mean over the tokens that are no padding, made one long: [batch, width]."""
    seen = op.unsqueeze(mask, _ints(2))
    tokens = op.maximum(op.reduce_sum(seen, _ints(1)), op.constant(_SMALLEST))
    mean = op.divide(op.reduce_sum(op.multiply(hidden, seen), _ints(1)), tokens)
    length = op.sqrt(op.reduce_sum(op.multiply(mean, mean), _ints(1), keep_dims=True))
    return op.divide(mean, op.maximum(length, op.constant(_SMALLEST)))


def _fingerprint(weights: Tensors) -> str:
    """As `embedder.fingerprint` gives for the same model: the position numbers are no weights."""
    digest = hashlib.sha256()
    for name in sorted(weights.keys()):
        if not name.endswith("position_ids"):
            digest.update(weights.get_tensor(name).tobytes())
    return digest.hexdigest()[:12]


def _tokenizer(file: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(file))
    except Exception as fault:  # the library raises nothing more special
        raise ValueError(f"{file.name}: {fault}") from None


def _mapped(file: Path, name: str) -> Vectors:
    """A float32 tensor of a safetensors file, not read but mapped. The format: a length, JSON, then the bytes."""
    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        entry = json.loads(opened.read(length))[name]
    if entry["dtype"] != "F32":
        raise ValueError(f"{name} must be float32, it is {entry['dtype']}")
    return np.memmap(file, np.float32, "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"]))


def _input(name: str, dims: list[int]) -> Node:
    node = op.parameter(dims, ov.Type.f32)
    node.output(0).get_tensor().set_names({name})
    return node


def _int(value: int) -> Node:
    return op.constant(np.int64(value))


def _ints(*values: int) -> Node:
    return op.constant(np.array(values, np.int64))
