"""The model in training: loaded in fp32, with or without LoRA matrices beside its layers, and merged at the end."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch

from assistant.core.errors import ModelError
from assistant.lab.finetuning.base import Base
from assistant.lab.finetuning.recipe import Recipe

ALPHA = 2  # the adapter's weight is this times its rank, divided by its rank
ADAPTER_DROPOUT = 0.05


def load_tokenizer(base: Base) -> Any:
    """The tokenizer of the folder. Raises ModelError when it is missing or not that of this model."""
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(base.folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as fault:
        raise ModelError(f"The tokenizer in {base.folder} cannot be loaded: {_first_line(fault)}") from None
    if tokenizer.eos_token_id is None:
        raise ModelError(f"The tokenizer in {base.folder} must name an end-of-text token; it has none.")
    if len(tokenizer) > base.vocabulary:
        raise ModelError(
            f"The tokenizer in {base.folder} must have at most the model's {base.vocabulary} tokens, "
            f"got {len(tokenizer)}; take both from the same model."
        )
    return tokenizer


def load_model(base: Base, recipe: Recipe, device: str, recompute: bool) -> Any:
    """The model ready to learn. The weights stay in fp32, so that merging loses nothing; a GPU computes in bf16."""
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()  # the command shows bars of its own
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(
            base.folder, dtype=torch.float32, local_files_only=True, use_safetensors=True
        )
        model.to(device)
    except torch.OutOfMemoryError:
        raise ModelError(
            f"The GPU has no room for {base.name}. End other programs on it, or train on the CPU."
        ) from None
    except (OSError, ValueError, RuntimeError, KeyError) as fault:
        raise ModelError(f"The model in {base.folder} cannot be loaded: {_first_line(fault)}") from None
    if recompute and model.supports_gradient_checkpointing:
        model.activation_checkpointing_enable()
    return model if recipe.full else with_adapter(model, recipe)


def with_adapter(model: Any, recipe: Recipe) -> Any:
    """LoRA matrices beside every linear layer but the output; the rest is frozen."""
    from peft import LoraConfig, get_peft_model  # 1 s, and not among the page's packages

    config = LoraConfig(
        r=recipe.rank,
        lora_alpha=ALPHA * recipe.rank,
        lora_dropout=ADAPTER_DROPOUT,
        target_modules="all-linear",
        fan_in_fan_out=model.config.model_type == "gpt2",  # its Conv1D stores weights as [in, out]
        task_type="CAUSAL_LM",
    )
    torch.manual_seed(recipe.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by a name that is going away
        return get_peft_model(model, config)


def learned_parameters(model: Any) -> dict[str, torch.nn.Parameter]:
    """What the optimizer changes, by name."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def merged(model: Any) -> Any:
    """The model with its adapter added into its weights: an ordinary checkpoint again."""
    return model.merge_and_unload() if hasattr(model, "merge_and_unload") else model


def save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """Config, safetensors and tokenizer, as every reader of checkpoints wants them."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _first_line(fault: Exception) -> str:
    return next(iter(str(fault).strip().splitlines()), type(fault).__name__)
