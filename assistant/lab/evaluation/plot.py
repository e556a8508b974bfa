"""Draws the retrieval table as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.lab.evaluation.retrieval import Ranking

SHOWN = {"recall_1": "recall@1", "recall_3": "recall@3", "mrr": "MRR", "facts_3": "facts@3", "facts_single": "in one"}


def draw_rankings(rankings: Sequence[Ranking], file: Path) -> None:
    """Grouped bars, one group a measure. Raises AssistantError without matplotlib or when the file resists."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise AssistantError("Drawing needs matplotlib. Run: pip install -r requirements-dev.txt") from None
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    width = 0.8 / len(rankings)
    for at, ranking in enumerate(rankings):
        places = [place + at * width for place in range(len(SHOWN))]
        bars = axes.bar(places, [getattr(ranking, name) for name in SHOWN], width, label=ranking.way)
        axes.bar_label(bars, fmt="%.2f", fontsize=7)
    axes.set_xticks([place + 0.4 - width / 2 for place in range(len(SHOWN))], list(SHOWN.values()))
    axes.set_ylim(0, 1.05)
    axes.legend(loc="lower right")
    try:
        figure.savefig(file, dpi=150)
    except OSError as fault:
        raise AssistantError(f"The picture cannot be written to {file}: {fault.strerror}.") from None
