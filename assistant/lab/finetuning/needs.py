"""What a training needs of memory and disk, estimated before anything is loaded, and whether the host has it."""

from __future__ import annotations

from assistant.core.errors import ModelError
from assistant.core.host import Host
from assistant.inference.models.shapes import GB, GIB
from assistant.lab.finetuning.base import Base
from assistant.lab.finetuning.recipe import Recipe

PROCESS = int(0.8 * GIB)  # Python, PyTorch and transformers without a model; on a GPU its context
VALUE = 4  # bytes of a weight, a gradient or a moment: all fp32
SAVED = 68  # bytes kept for a position, a unit and a layer until the backward pass: 34 at 16 bits, twice that in fp32
ATTENTION = 12  # bytes kept for each pair of positions and head where a CPU drops attention out: softmax, mask, product
LOGITS = 6  # copies of the logits at the peak: themselves, the learned ones, their softmax, and the gradients of these
MARGIN = 1.15  # the allocator's gaps; GPT-2 small peaked at 5.3 GB on 1,024 tokens, 5.4 GB are estimated
SPARE_DISK = 50_000_000  # tokenizer, picture and figures


def trained_parameters(base: Base, rank: int) -> int:
    """How many numbers are learned: all, or two thin matrices beside each linear layer (Hu et al. 2021).

    Counted for GPT-2's layers, [width, 3 width], [width, width], [width, 4 width] and [4 width, width].
    """
    return 16 * rank * base.width * base.layers if rank else base.parameters


def memory_needed(base: Base, recipe: Recipe, rows: int, tokens: int, recompute: bool, gpu: bool = False) -> int:
    """Bytes for weights, gradients, Adam's two moments, activations and logits.

    ``rows`` of ``tokens`` go through the model at once. Activations after Korthikanti et al. 2022; PyTorch keeps the
    attention matrices only on a CPU and only with dropout. ``recompute`` (gradient checkpointing) keeps one value a
    layer, and of one layer everything.
    """
    layer = SAVED * rows * tokens * base.width
    if base.attention_dropout and not gpu:
        layer += ATTENTION * rows * tokens**2 * base.heads
    kept = layer + VALUE * rows * tokens * base.width * base.layers if recompute else layer * base.layers
    logits = LOGITS * VALUE * rows * tokens * base.vocabulary
    learned = 3 * VALUE * trained_parameters(base, recipe.rank)
    return int(MARGIN * (PROCESS + VALUE * base.parameters + learned + kept + logits))


def disk_needed(base: Base, recipe: Recipe) -> int:
    """Bytes for the result, and for a checkpoint while the next one is written."""
    return VALUE * base.parameters + 2 * 3 * VALUE * trained_parameters(base, recipe.rank) + SPARE_DISK


def check_room(base: Base, recipe: Recipe, rows: int, tokens: int, host: Host, recompute: bool) -> bool:
    """Whether activations are recomputed: as asked for, or because memory is short.

    Raises ModelError, with what is needed and what there is, when the training does not fit the memory or the disk.
    """
    room = host.gpu_memory if host.gpu else host.memory_free
    for choice in (recompute, True):
        needed = memory_needed(base, recipe, rows, tokens, choice, bool(host.gpu))
        if needed <= room:
            break
    else:
        where = host.gpu or "this host"
        advice = "without --full" if recipe.full else "with a smaller model"
        raise ModelError(
            f"Training {base.name} needs about {needed / GIB:.1f} GB of memory, {where} has {room / GIB:.1f} GB free. "
            f"Try it {advice}, or with a higher --accumulation."
        )
    if (disk := disk_needed(base, recipe)) > host.disk_free:
        raise ModelError(
            f"Training {base.name} needs {disk / GB:.1f} GB of disk for checkpoints and result, "
            f"{host.disk_free / GB:.1f} GB are free. Free some space or name another --out."
        )
    return choice
