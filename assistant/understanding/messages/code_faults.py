"""What in pasted PyTorch code makes a training run fail, where reading it line by line is enough to see it."""

from __future__ import annotations

import re

_KEEPS_GRAPH = re.compile(
    r"\b\w*loss\w*\s*\+=\s*\w*loss\w*\s*(?:\*[^\n]{0,60})?(?:\n|#|\Z)|\.append\(\s*(?:loss|logits|outputs?|preds?)\s*\)",
    re.I,
)
_MEMORY = re.compile(r"out of memory|OutOfMemory|\bOOM\b|RESOURCE_EXHAUSTED|memory (?:grows|usage|leak|keeps)", re.I)
_PLAIN_LIST = re.compile(r"\bself\.\w+\s*=\s*\[\s*nn\.")
_LOOP = re.compile(r"\b(?:for|while)\b.*:")
_BACKWARD = re.compile(r"\.backward\(")
_STEP = re.compile(r"\.step\(")
_ZERO = re.compile(r"zero_grad\(|\.grad\s*=\s*None|grad\.zero_\(")
_EVALUATES = re.compile(r"\.eval\(\)|\bdef (?:eval|valid|test|predict)\w*\(|\b(?:val|test|valid|eval)_?(?:loader|dl)\b")
_NO_GRAD = re.compile(r"no_grad|inference_mode")


def faults(code: str, message: str) -> tuple[str, ...]:
    """What is wrong in the code, each in the words in which it is written about; ``message`` tells what went wrong.

    A training loop that lacks a step is seen in any message, what holds on to memory only where memory is the matter.
    """
    found = []
    if _MEMORY.search(message):
        if _KEEPS_GRAPH.search(code):
            found.append("memory grows because the loss is kept without loss.item() or detach()")
        if _EVALUATES.search(code) and not _NO_GRAD.search(code):
            found.append("evaluation without torch.no_grad()")
    elif _BACKWARD.search(code) and _LOOP.search(code):
        if not _STEP.search(code):
            found.append("optimizer.step() is missing")
        elif not _ZERO.search(code):
            found.append("optimizer.zero_grad() is missing, gradients accumulate")
    if _PLAIN_LIST.search(code):
        found.append("layers in a Python list instead of nn.ModuleList are not registered")
    return tuple(found)
