"""The GPT-2 network as a stateful OpenVINO graph, built layer by layer from a source of weights.

Inputs: `input_ids`, `attention_mask`, `position_ids` (int64) and `beam_idx` (int32); output: `logits`
[batch, tokens, vocabulary], float32. Keys and values of earlier tokens stay inside the model as variables of
shape [batch, heads, past, head width], empty after a reset and reordered by `beam_idx` before each use. This
is the layout that optimum-intel exports and that OpenVINO's SDPAToPagedAttention pass recognises
(openvino/src/common/transformations/src/transformations/sdpa_to_paged_attention), so the one graph serves the
plain, the stateful and the paged-attention pipelines. Network: Radford et al., "Language Models are
Unsupervised Multitask Learners", 2019, as in `transformers.models.gpt2.modeling_gpt2`.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import openvino as ov
from openvino import Node
from openvino import opset13 as op

from assistant.core.errors import ModelError
from assistant.inference.gpt2.shape import GPT2Shape

# The largest finite float16 and not -inf: a row that sees nothing (left padding) then gives numbers, not NaN,
# and the value survives a host that computes in half precision.
_MASKED = -65504.0

_ACTIVATIONS: dict[str, Callable[[Node], Node]] = {
    "gelu_new": lambda x: op.gelu(x, "tanh"),
    "gelu_fast": lambda x: op.gelu(x, "tanh"),
    "gelu_pytorch_tanh": lambda x: op.gelu(x, "tanh"),
    "gelu": lambda x: op.gelu(x, "erf"),
    "relu": op.relu,
    "silu": op.swish,
    "swish": op.swish,
    "tanh": op.tanh,
}


class WeightSource(Protocol):
    """Where the graph takes its numbers from, one tensor at a time and in the order of computation."""

    def vector(self, name: str) -> Node:
        """The tensor as float32 of its own shape, unquantised."""

    def table(self, name: str) -> Node:
        """An embedding, [rows, width], as a float32 node that may decompress a smaller constant."""

    def linear(self, name: str) -> Node:
        """A linear layer stored as [in, out], turned to [out, in], as a float32 node; see `table`."""


def check_activation(shape: GPT2Shape) -> None:
    """Raise ModelError if the graph has no counterpart of the model's activation function."""
    if shape.activation not in _ACTIVATIONS:
        raise ModelError(
            f"activation_function in config.json must be one of {', '.join(_ACTIVATIONS)}; got "
            f"{shape.activation!r}: choose another checkpoint or use the torch engine"
        )


def build(shape: GPT2Shape, weights: WeightSource) -> ov.Model:
    """The network of `shape` with the numbers of `weights`; raises ModelError on an unknown activation."""
    check_activation(shape)
    return _Builder(shape, weights).model()


class _Builder:
    """The graph in the making: its inputs, and the cache writes that the finished model must carry."""

    def __init__(self, shape: GPT2Shape, weights: WeightSource) -> None:
        self.shape = shape
        self.weights = weights
        self.ids = _input("input_ids", [-1, -1], ov.Type.i64)
        self.mask = _input("attention_mask", [-1, -1], ov.Type.i64)
        self.positions = _input("position_ids", [-1, -1], ov.Type.i64)
        self.beams = _input("beam_idx", [-1], ov.Type.i32)
        self.assigns: list[Node] = []

    def model(self) -> ov.Model:
        table = self.weights.table("wte.weight")
        hidden = op.add(_rows(table, self.ids), _rows(self.weights.vector("wpe.weight"), self.positions))
        mask, empty = self._attention_mask(), self._empty_cache()
        for layer in range(self.shape.layers):
            name = f"h.{layer}"
            attended = self._attention(layer, self._norm(f"{name}.ln_1", hidden), mask, empty)
            hidden = op.add(hidden, attended)
            inner = self._linear(f"{name}.mlp.c_fc", self._norm(f"{name}.ln_2", hidden))
            inner = _ACTIVATIONS[self.shape.activation](inner)
            hidden = op.add(hidden, self._linear(f"{name}.mlp.c_proj", inner))
        hidden = self._norm("ln_f", hidden)
        head = table if self.shape.tied else self.weights.table("lm_head.weight")
        logits = op.result(op.matmul(hidden, head, False, True))
        logits.output(0).get_tensor().set_names({"logits"})
        inputs = [self.ids, self.mask, self.positions, self.beams]
        return ov.Model(results=[logits], sinks=self.assigns, parameters=inputs, name="gpt2")

    def _norm(self, name: str, x: Node) -> Node:
        normed = op.mvn(x, _ints(-1), True, self.shape.epsilon, "inside_sqrt")
        scaled = op.multiply(normed, self.weights.vector(f"{name}.weight"))
        return op.add(scaled, self.weights.vector(f"{name}.bias"))

    def _linear(self, name: str, x: Node) -> Node:
        product = op.matmul(x, self.weights.linear(f"{name}.weight"), False, True)
        return op.add(product, self.weights.vector(f"{name}.bias"))

    def _attention(self, layer: int, x: Node, mask: Node, empty: Node) -> Node:
        """Multi-head attention over the cached and the new tokens: [batch, tokens, width] in and out."""
        name, width = f"h.{layer}.attn", self.shape.width
        parts = op.variadic_split(self._linear(f"{name}.c_attn", x), _int(-1), _ints(width, width, width))
        query, key, value = (self._heads(parts.output(i)) for i in range(3))
        key = self._with_past(f"past_key_values.{layer}.keypresent.{layer}.key", key, empty)
        value = self._with_past(f"past_key_values.{layer}.valuepresent.{layer}.value", value, empty)
        scale = op.constant(np.float32(self.shape.attention_scale(layer)))
        mixed = op.scaled_dot_product_attention(query, key, value, mask, scale, causal=False)
        joined = op.reshape(op.transpose(mixed, _ints(0, 2, 1, 3)), _ints(0, 0, width), special_zero=True)
        return self._linear(f"{name}.c_proj", joined)

    def _heads(self, x: ov.Output) -> Node:
        """[batch, tokens, width] -> [batch, heads, tokens, head width]."""
        heads = self.shape.heads
        split = op.reshape(x, _ints(0, 0, heads, self.shape.width // heads), special_zero=True)
        return op.transpose(split, _ints(0, 2, 1, 3))

    def _with_past(self, variable: str, new: Node, empty: Node) -> Node:
        """The cached rows of each beam's parent followed by the new ones, which are also written back."""
        dims = ov.PartialShape([-1, self.shape.heads, -1, self.shape.width // self.shape.heads])
        cached = op.read_value(empty, variable, ov.Type.f32, dims)
        joined = op.concat([op.gather(cached, self.beams, _int(0)), new], axis=2)
        self.assigns.append(op.assign(joined, variable))
        return joined

    def _empty_cache(self) -> Node:
        """The caches' first value: [batch, heads, 0, head width]."""
        batch = op.gather(op.shape_of(self.ids), _ints(0), _int(0))
        rest = _ints(self.shape.heads, 0, self.shape.width // self.shape.heads)
        return op.broadcast(op.constant(np.float32(0)), op.concat([batch, rest], axis=0))

    def _attention_mask(self) -> Node:
        """[batch, 1, tokens, past + tokens]: 0 where a token may look (itself, earlier, not padding)."""
        one = _int(1)
        total = op.gather(op.shape_of(self.mask), one, _int(0))
        past = op.subtract(total, op.gather(op.shape_of(self.ids), one, _int(0)))
        rows = op.unsqueeze(op.range(past, total, one, "i64"), one)
        causal = op.less_equal(op.range(_int(0), total, one, "i64"), rows)
        real = op.unsqueeze(op.not_equal(self.mask, _int(0)), _ints(1, 2))
        return op.select(op.logical_and(causal, real), op.constant(np.float32(0)), op.constant(np.float32(_MASKED)))


def _input(name: str, dims: list[int], kind: ov.Type) -> Node:
    node = op.parameter(dims, kind)
    node.output(0).get_tensor().set_names({name})
    # The paged-attention pass looks for friendly names, and `op.parameter` drops the name it is given.
    node.set_friendly_name(name)
    return node


def _rows(table: Node, indices: Node) -> Node:
    return op.gather(table, op.convert(indices, "i32"), _int(0))


def _int(value: int) -> Node:
    return op.constant(np.int64(value))


def _ints(*values: int) -> Node:
    return op.constant(np.array(values, np.int64))
