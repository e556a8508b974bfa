"""Draws how the loss fell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.lab.finetuning.history import History

SMOOTHING = 0.9  # of the drawn line: each point is nine parts of the one before


def check_drawing() -> None:
    """Raise AssistantError when there is nothing to draw with: hours before the picture is due."""
    try:
        import matplotlib  # noqa: F401 - not among the page's packages
    except ImportError:
        raise AssistantError(
            "The loss curve needs matplotlib. Run: pip install -r requirements-train.txt, or add --no-plot."
        ) from None


def draw_losses(history: History, file: Path) -> None:
    """Loss of each step, its running mean, and the losses on the notes held out, as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    steps = range(1, history.step + 1)
    axes.plot(steps, history.losses, color="0.8", linewidth=1, label="each step")
    axes.plot(steps, running_mean(history.losses), label="training, running mean")
    at = [measure.step for measure in history.measures]
    axes.plot(at, [measure.answers for measure in history.measures], "o-", label="held out, answers")
    axes.plot(at, [measure.text for measure in history.measures], "s-", label="held out, text")
    axes.set_xlabel("step")
    axes.set_ylabel("loss, nats a token")
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(file, dpi=120)


def running_mean(values: Sequence[float], keep: float = SMOOTHING) -> list[float]:
    """Exponential running mean, its start corrected as in Adam (Kingma and Ba 2015)."""
    means: list[float] = []
    total = 0.0
    for count, value in enumerate(values, start=1):
        total = keep * total + (1 - keep) * value
        means.append(total / (1 - keep**count))
    return means
