"""A training log put into words: which of its values fall, rise, stay, jump or become NaN."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

MOST_PHRASES = 3
LONGEST_NAME = 20  # characters
SAME = 0.02  # of a value's size: within it a series stays as it is
NEAR_ZERO = 0.01  # of its first value: below it a series has fallen to zero
SPIKE = 1.5  # times the value before it

# A name, at most a separator, a number: "train loss 0.69", "D_loss: 0.61", "'val_acc': 0.8", "grad_norm 9.72"
_PAIR = re.compile(
    r"([A-Za-z][\w()/]{0,19}(?: [A-Za-z]\w{0,19})?)['\"]?\s{0,3}[:=]?\s{0,3}"
    r"([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|nan|inf)\b",
    re.I,
)
_COUNTS = re.compile(r"\b(?:epoch|step|iter|iteration|batch|lr|learning rate|time|eta|ep|rank)s?$", re.I)
_UNITS = re.compile(r"^(?:epoch|step|iter|iteration|batch)s?\s", re.I)


_GOOD_WHEN_HIGH = re.compile(r"\b(?:acc|accuracy|auc|f1|iou|map|precision|recall|reward|return|score|bleu)\b")

# What the writers of logs shorten; a question is written out.
_WRITTEN_OUT = {
    "acc": "accuracy",
    "val": "validation",
    "grad": "gradient",
    "d": "discriminator",
    "g": "generator",
    "ppl": "perplexity",
}


def trends(lines: Sequence[str]) -> tuple[str, ...]:
    """What the named values of a log do from its first line to its last, such as "val loss rises"; at most three.

    What goes wrong comes first: NaN, then jumps and what rises, then the rest. Values that are named fewer than three
    times, and counters such as the epoch, say nothing.
    """
    series: dict[tuple[str, int], list[float]] = {}
    for line in lines:
        seen: dict[str, int] = {}
        for match in _PAIR.finditer(line):
            name = _UNITS.sub("", match[1].lower().replace("_", " ")).strip()
            if name and not _COUNTS.search(name):
                nth = seen[name] = seen.get(name, -1) + 1
                series.setdefault((name, nth), []).append(float(match[2]))
    moves = [(name, _move(values)) for (name, _), values in series.items() if len(values) > 2]
    ranked = sorted((move for move in moves if move[1]), key=lambda move: _urgency(*move))
    return tuple(dict.fromkeys(f"{_written_out(name)} {move}" for name, move in ranked[:MOST_PHRASES]))


def _urgency(name: str, move: str) -> int:
    """The place of a move among those that are told; what is meant to rise comes last when it does."""
    return len(_URGENCY) if move == "rises" and _GOOD_WHEN_HIGH.search(name) else _URGENCY.index(move)


def _written_out(name: str) -> str:
    return " ".join(_WRITTEN_OUT.get(word, word) for word in name.split())


_URGENCY = ("becomes NaN", "spikes", "falls, then rises", "rises", "falls to zero", "does not change", "decreases")


def _move(values: Sequence[float]) -> str:
    """One of ``_URGENCY``; empty when a series goes to and fro."""
    if any(not math.isfinite(value) for value in values):
        return "becomes NaN"
    first, last, low, high = values[0], values[-1], min(values), max(values)
    size = max(abs(low), abs(high))
    if size == 0 or high - low <= SAME * size:
        return "does not change"
    if any(b > SPIKE * a > 0 for a, b in pairwise(values)) and last < high * (1 - SAME) and high > SPIKE * first:
        return "spikes"
    if low < first - SAME * size and last > low * (1 + 5 * SAME) and values.index(low) < len(values) - 1:
        return "falls, then rises"
    if last > first + SAME * size:
        return "rises"
    if last < first - SAME * size:
        return "falls to zero" if abs(last) <= NEAR_ZERO * abs(first) else "decreases"
    return ""
