"""What the `config.json` of a GPT-2 checkpoint fixes, checked as it is read; the form is `transformers.GPT2Config`."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistant.core.errors import ModelError


@dataclass(frozen=True)
class GPT2Shape:
    """What `config.json` fixes: the sizes of the network and the choices that its arithmetic depends on."""

    layers: int
    width: int
    heads: int
    positions: int
    vocabulary: int
    inner: int
    epsilon: float
    activation: str
    scale_attention: bool
    scale_by_layer: bool
    tied: bool

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GPT2Shape":
        """Read the fields of a `transformers.GPT2Config`, its defaults included; raises ModelError."""
        _check_kind(config)
        width, heads = _width_and_heads(config)
        return cls(
            layers=_size(config, "n_layer", 12),
            width=width,
            heads=heads,
            positions=_size(config, "n_positions", 1024),
            vocabulary=_size(config, "vocab_size", 50257),
            inner=4 * width if config.get("n_inner") is None else _size(config, "n_inner", 4 * width),
            epsilon=_epsilon(config),
            activation=str(config.get("activation_function", "gelu_new")),
            scale_attention=bool(config.get("scale_attn_weights", True)),
            scale_by_layer=bool(config.get("scale_attn_by_inverse_layer_idx", False)),
            tied=bool(config.get("tie_word_embeddings", True)),
        )

    def attention_scale(self, layer: int) -> float:
        """The factor on the products of queries and keys in `layer`, counted from 0."""
        scale = (self.width // self.heads) ** -0.5 if self.scale_attention else 1.0
        return scale / (layer + 1) if self.scale_by_layer else scale

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Name, without `transformer.`, and shape of each tensor; linear layers are stored as [in, out].

        One by one, so that an absurd number of layers in a damaged config stops at the first that is missing.
        """
        width, inner = self.width, self.inner
        yield from (("wte.weight", (self.vocabulary, width)), ("wpe.weight", (self.positions, width)))
        for layer in range(self.layers):
            for name, shape in (
                ("ln_1", (width,)),
                ("attn.c_attn", (width, 3 * width)),
                ("attn.c_proj", (width, width)),
                ("ln_2", (width,)),
                ("mlp.c_fc", (width, inner)),
                ("mlp.c_proj", (inner, width)),
            ):
                yield f"h.{layer}.{name}.weight", shape
                yield f"h.{layer}.{name}.bias", shape[-1:]
        yield from (("ln_f.weight", (width,)), ("ln_f.bias", (width,)))
        if not self.tied:
            yield "lm_head.weight", (self.vocabulary, width)

    @property
    def parameters(self) -> int:
        """How many numbers the model has learned."""
        return sum(math.prod(shape) for _, shape in self.tensors())


def _check_kind(config: dict[str, Any]) -> None:
    if config.get("model_type") != "gpt2":
        raise ModelError(
            f'config.json must have "model_type": "gpt2", got {config.get("model_type")!r}: '
            "choose a GPT-2 checkpoint, for example openai-community/gpt2-xl"
        )
    if config.get("add_cross_attention"):
        raise ModelError(
            "the model must be a plain decoder, got add_cross_attention in config.json; "
            "choose a GPT-2 checkpoint without cross-attention"
        )


def _size(config: dict[str, Any], key: str, default: int) -> int:
    value = config.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ModelError(
            f"{key} in config.json must be a whole number above 0, got {value!r}; download the checkpoint again"
        )
    return value


def _width_and_heads(config: dict[str, Any]) -> tuple[int, int]:
    width, heads = _size(config, "n_embd", 768), _size(config, "n_head", 12)
    if width % heads:
        raise ModelError(
            f"n_embd must be a multiple of n_head, got {width} and {heads} in config.json; "
            "download the checkpoint again"
        )
    return width, heads


def _epsilon(config: dict[str, Any]) -> float:
    epsilon = config.get("layer_norm_epsilon", 1e-5)
    if not isinstance(epsilon, int | float) or not 0 < epsilon < 1:
        raise ModelError(
            f"layer_norm_epsilon in config.json must lie between 0 and 1, got {epsilon!r}; "
            "download the checkpoint again"
        )
    return float(epsilon)
