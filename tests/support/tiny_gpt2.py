"""Tiny GPT-2 checkpoints with random weights and a byte-level tokenizer, for the tests of the converter."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

END = "<|endoftext|>"
_TEXT = "the gradient descends the loss and the weights follow it; the attention attends. " * 3


def train_tokenizer(text: str = _TEXT, size: int = 300) -> PreTrainedTokenizerFast:
    """At most ``size`` tokens, of which 0 ends a text."""
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator([text], vocab_size=size, special_tokens=[END])
    return PreTrainedTokenizerFast(tokenizer_object=trained._tokenizer, bos_token=END, eos_token=END)


def make(folder: Path, tokenizer: PreTrainedTokenizerFast, **config) -> Path:
    """A checkpoint of 2 layers and 64 units in `folder`; `config` changes fields of its GPT2Config."""
    torch.manual_seed(0)
    sizes = {
        "n_layer": 2,
        "n_embd": 64,
        "n_head": 4,
        "n_positions": 96,
        "vocab_size": len(tokenizer),
        "bos_token_id": 0,
        "eos_token_id": 0,
        "initializer_range": 0.1,
    }
    GPT2LMHeadModel(GPT2Config(**(sizes | config))).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def reference(folder: Path) -> GPT2LMHeadModel:
    """The checkpoint as transformers runs it, in full precision."""
    return GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()


def load(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of an unsharded checkpoint by name."""
    return load_file(folder / "model.safetensors")


def shards(folder: Path) -> None:
    """Rewrite a checkpoint as several files with an index."""
    reference(folder).save_pretrained(folder, max_shard_size="100KB")
    (folder / "model.safetensors").unlink()
