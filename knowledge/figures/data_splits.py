"""Figures on splitting data, on how much of it is needed, and on searching settings."""

import warnings
from itertools import pairwise

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from style import (
    BLUE,
    INK,
    LBLUE,
    LGREEN,
    LORANGE,
    ORANGE,
    VERMILION,
    Sketch,
    figure,
    note,
    plot,
    svg_of,
)


def _curve(x: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * x)


def _legendre(x: np.ndarray, degree: int) -> np.ndarray:
    return np.polynomial.legendre.legvander(2 * x - 1, degree)


@figure("learning-curve-over-data")
def data_size() -> str:
    """The validation error falls with the data; how steeply at the end tells what more data would bring."""
    data = load_digits()
    rng = np.random.default_rng(0)
    sizes = [20, 40, 80, 160, 320, 640, 1200]
    errors = np.zeros((2, 4, len(sizes)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for run in range(4):
            order = rng.permutation(len(data.target))
            x, y = data.data[order] / 16, data.target[order]
            for k, n in enumerate(sizes):
                model = LogisticRegression(C=1.0, max_iter=100).fit(x[:n], y[:n])
                errors[0, run, k] = 1 - model.score(x[:n], y[:n])
                errors[1, run, k] = 1 - model.score(x[1200:], y[1200:])
    train, test = 100 * errors.mean(1)
    fig, ax = plot(330)
    ax.loglog(sizes, test, "o-", color=VERMILION, ms=6)
    ax.semilogx(sizes, np.maximum(train, 0.01), "s--", color=BLUE, ms=6)
    ax.set(
        yscale="log",
        ylim=(0.3, 60),
        xticks=sizes,
        xticklabels=[f"{n:,}" for n in sizes],
        yticks=[0.5, 1, 2, 5, 10, 20, 50],
        yticklabels=["0.5", "1", "2", "5", "10", "20", "50"],
        xlabel="training examples",
        ylabel="error (%)",
    )
    ax.minorticks_off()
    note(ax, 350, test[4] * 1.15, "validation error: still\nfalling, more data helps", VERMILION)
    note(ax, 1200, 0.65, "training error", BLUE, ha="right")
    return svg_of(fig)


@figure("grid-and-random-search")
def search() -> str:
    """Nine random points try nine values of the setting that matters, a grid of nine only three."""
    rng = np.random.default_rng(7)
    fig, axes = plot(340, 1, 2, sharex=True, sharey=True)
    grid = np.array([(a, b) for a in (0.17, 0.5, 0.83) for b in (0.17, 0.5, 0.83)])
    score = lambda u: np.exp(-((u - 0.66) ** 2) / 0.012)  # noqa: E731
    u = np.linspace(0, 1, 120)
    for ax, points, title in (
        (axes[0], grid, "grid: 3 values tried"),
        (axes[1], rng.uniform(0.03, 0.97, (9, 2)), "random: 9 values tried"),
    ):
        ax.fill_between(u, 1.05, 1.05 + 0.4 * score(u), color=LGREEN)
        ax.plot(points[:, 0], points[:, 1], "o", color=BLUE, ms=10)
        for p in points[:, 0]:
            ax.plot([p, p], [1.05, 1.05 + 0.4 * score(p)], color=VERMILION, lw=2)
        ax.set(
            title=f"{title}\nbest score {score(points[:, 0]).max():.2f}",
            xlim=(0, 1),
            ylim=(0, 1.5),
            xticks=[],
            yticks=[],
            xlabel="matters, e.g. learning rate",
        )
    axes[0].set_ylabel("hardly matters")
    return svg_of(fig)


@figure("time-series-split")
def folds() -> str:
    """Each fold trains on the past and validates on the stretch right after it, with a gap if needed."""
    s = Sketch(310)
    s.text(320, 26, "rolling origin: five folds", 15, bold=True)
    edges = np.linspace(150, 610, 8)
    for i in range(5):
        y = 52 + i * 38
        s.text(20, y + 14, f"fold {i + 1}", 14, "start")
        for k, (left, right) in enumerate(pairwise(edges)):
            fill = BLUE if k <= i else "#D8DDE3" if k != i + 1 else ORANGE
            s.rect(left + 1, y, right - left - 2, 28, fill, "#FFFFFF", 3)
    s.arrow((150, 254), (614, 254), stroke=INK)
    s.text(150, 274, "past", 14, "start")
    s.text(610, 274, "now", 14, "end")
    for x, color, words in ((200, BLUE, "train"), (290, ORANGE, "validate"), (400, "#D8DDE3", "not used")):
        s.rect(x, 282, 16, 16, color, "#FFFFFF", 3)
        s.text(x + 22, 290, words, 14, "start")
    return s.svg()


@figure("k-fold-cross-validation")
def kfold() -> str:
    """In five folds every example is in the validation part once."""
    s = Sketch(300)
    data = load_digits()
    order = np.random.default_rng(0).permutation(1000)
    x, y = data.data[order] / 16, data.target[order]
    scores = []
    for part in np.split(np.arange(1000), 5):
        rest = np.setdiff1d(np.arange(1000), part)
        scores.append(LogisticRegression(max_iter=200).fit(x[rest], y[rest]).score(x[part], y[part]))
    s.text(318, 26, "all training data, cut into 5 parts", 15, bold=True)
    for i in range(5):
        top = 50 + i * 38
        s.text(20, top + 14, f"round {i + 1}", 14, "start")
        for k in range(5):
            s.box(110 + k * 84, top, 80, 30, "validate" if i == k else "train", LORANGE if i == k else LBLUE, "#FFFFFF")
        s.text(550, top + 14, f"{scores[i]:.1%}", 15, "start", BLUE, True)
    s.text(
        320,
        266,
        f"accuracy: mean {np.mean(scores):.1%}, standard deviation {100 * np.std(scores, ddof=1):.1f} points",
        14.5,
        bold=True,
    )
    return s.svg()
