"""Runs on fitting too little, too much and right: polynomials, double descent, penalties, distances."""

import numpy as np
from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    figure,
    note,
    plot,
    powers,
    svg_of,
)


def _curve(x: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * x)


def _legendre(x: np.ndarray, degree: int) -> np.ndarray:
    return np.polynomial.legendre.legvander(2 * x - 1, degree)


@figure("underfitting-and-overfitting-fits")
def fits() -> str:
    """A straight line is too stiff, a polynomial of degree 3 fits, one of degree 9 follows the noise."""
    rng = np.random.default_rng(4)
    x = np.sort(rng.uniform(0, 1, 15))
    y = _curve(x) + rng.normal(0, 0.25, 15)
    test_x = rng.uniform(x.min(), x.max(), 400)
    test_y = _curve(test_x) + rng.normal(0, 0.25, 400)
    grid = np.linspace(x.min(), x.max(), 160)
    fig, axes = plot(320, 1, 3, sharey=True)
    for ax, degree, title in zip(axes, (1, 3, 9), ("underfitting", "good fit", "overfitting"), strict=True):
        weights = np.linalg.lstsq(_legendre(x, degree), y, rcond=None)[0]
        ax.plot(grid, _curve(grid), color=GREY, ls=":", lw=2)
        ax.plot(grid, _legendre(grid, degree) @ weights, color=BLUE)
        ax.plot(x, y, "o", color=VERMILION, ms=6)
        train, test = (np.mean((_legendre(u, degree) @ weights - v) ** 2) for u, v in ((x, y), (test_x, test_y)))
        ax.set(
            title=f"{title}\ndegree {degree}",
            ylim=(-2, 2),
            xticks=[0, 0.5, 1],
            xlabel=f"MSE: train {train:.2f}\ntest {test:.2f}",
        )
    return svg_of(fig)


@figure("bias-variance-tradeoff")
def bias_variance() -> str:
    """Squared bias falls with the degree, variance grows, and the test error has its lowest point between."""
    rng = np.random.default_rng(0)
    grid, degrees = np.linspace(0.02, 0.98, 80), range(11)
    x = (np.arange(20) + 0.5) / 20
    predictions = np.zeros((len(degrees), 300, 80))
    for run in range(300):
        y = _curve(x) + rng.normal(0, 0.4, 20)
        for k in degrees:
            predictions[k, run] = _legendre(grid, k) @ np.linalg.lstsq(_legendre(x, k), y, rcond=None)[0]
    bias = ((predictions.mean(1) - _curve(grid)) ** 2).mean(1)
    variance = predictions.var(1).mean(1)
    total = bias + variance + 0.16
    best = int(total.argmin())
    fig, ax = plot(340)
    ax.plot(degrees, bias, "o-", color=GREEN, ms=5)
    ax.plot(degrees, variance, "s--", color=ORANGE, ms=5)
    ax.plot(degrees, total, "D-", color=BLUE, ms=5)
    ax.axhline(0.16, color=GREY, ls=":", lw=1.5)
    ax.axvline(best, color=GREY, lw=1.2)
    note(ax, 1.15, 0.215, "bias²", GREEN)
    note(ax, 10, variance[-1] - 0.055, "variance", "#9A6A00", ha="right")
    note(ax, 10, total[-1] + 0.03, "test error", BLUE, ha="right")
    note(ax, 6.2, 0.175, "noise 0.16", GREY, weight="normal")
    note(ax, best + 0.15, 0.55, f"lowest at degree {best}", INK)
    ax.set(
        xlabel="degree of the polynomial, 20 noisy points, 300 data sets",
        ylabel="squared error",
        ylim=(0, 0.75),
        xticks=degrees,
    )
    return svg_of(fig)


@figure("double-descent")
def double_descent() -> str:
    """The test error peaks where the features just suffice to fit all points, and falls again beyond."""
    rng = np.random.default_rng(0)
    widths = [2, 5, 10, 20, 30, 36, 40, 44, 50, 60, 80, 120, 200, 400, 1000]
    errors = np.zeros((2, 20, len(widths)))
    for run in range(20):
        w = rng.normal(size=12) / np.sqrt(12)
        x, test_x = rng.normal(size=(40, 12)), rng.normal(size=(300, 12))
        y, test_y = np.tanh(2 * x @ w) + rng.normal(0, 0.2, 40), np.tanh(2 * test_x @ w)
        for k, width in enumerate(widths):
            mix = rng.normal(size=(12, width)) / np.sqrt(12)
            a, b = np.maximum(0, x @ mix), np.maximum(0, test_x @ mix)
            solution = np.linalg.pinv(a) @ y
            errors[0, run, k] = np.mean((a @ solution - y) ** 2)
            errors[1, run, k] = np.mean((b @ solution - test_y) ** 2)
    train, test = np.median(errors, 1)
    fig, ax = plot(340)
    ax.loglog(widths, test, "o-", color=VERMILION, ms=5)
    ax.loglog(widths, np.maximum(train, 1e-3), "s--", color=BLUE, ms=5)
    ax.axvline(40, color=GREY, ls=":", lw=1.5)
    ax.set(
        xlabel="random features (40 training points)",
        ylabel="mean squared error",
        ylim=(8e-3, test.max() * 2),
        xticks=[2, 5, 10, 20, 40, 100, 400, 1000],
        xticklabels=["2", "5", "10", "20", "40", "100", "400", "1,000"],
    )
    ax.minorticks_off()
    powers(ax.yaxis)
    note(ax, 46, test.max() * 0.9, "features = points", GREY, weight="normal")
    note(ax, 1000, test[-1] * 1.5, "test error", VERMILION, ha="right")
    note(ax, 2.2, 0.06, "training error", BLUE)
    return svg_of(fig)


@figure("l1-and-l2-contours")
def penalties() -> str:
    """The corner of the L1 diamond lies on an axis, so one weight becomes zero; the L2 circle has no corner."""
    fig, axes = plot(300, 1, 2)
    a, b = np.meshgrid(np.linspace(-1.6, 3, 90), np.linspace(-1.6, 2.6, 90))
    loss = (a - 1.9) ** 2 + 0.9 * (a - 1.9) * (b - 0.9) + (b - 0.9) ** 2
    angle = np.linspace(0, 2 * np.pi, 4001)
    for ax, name in zip(axes, ("L1", "L2"), strict=True):
        u, v = np.cos(angle), np.sin(angle)
        if name == "L1":
            norm = abs(u) + abs(v)
            u, v = u / norm, v / norm
        on = (u - 1.9) ** 2 + 0.9 * (u - 1.9) * (v - 0.9) + (v - 0.9) ** 2
        k = int(on.argmin())
        ax.contour(a, b, loss, levels=sorted([on[k] * f for f in (0.1, 0.4, 1, 2)]), colors="#9CC7E6", linewidths=1.5)
        ax.fill(u[::40], v[::40], color=ORANGE, alpha=0.35)
        ax.plot(1.9, 0.9, "+", color=BLUE, ms=13, mew=3)
        ax.plot(u[k], v[k], "o", color=VERMILION, ms=10)
        ax.axhline(0, color=GREY, lw=1)
        ax.axvline(0, color=GREY, lw=1)
        ax.set(
            title=f"{name}: w = ({u[k]:.2f}, {abs(v[k]):.2f})",
            xlim=(-1.4, 2.9),
            ylim=(-1.4, 2.2),
            aspect="equal",
            xlabel="weight 1",
        )
    axes[0].set_ylabel("weight 2")
    note(axes[1], 1.45, 1.15, "least loss", BLUE)
    return svg_of(fig)


@figure("distances-in-high-dimensions")
def distances() -> str:
    """In many dimensions the nearest and the farthest point are almost equally far."""
    rng = np.random.default_rng(0)
    fig, ax = plot(320)
    for d, color in ((2, BLUE), (10, GREEN), (100, ORANGE), (1000, VERMILION)):
        x = rng.uniform(size=(300, d))
        length = np.sqrt(((x[:150, None] - x[None, 150:]) ** 2).sum(-1)).ravel()
        height, edge = np.histogram(length / length.mean(), bins=np.linspace(0, 2.2, 111), density=True)
        ax.plot((edge[1:] + edge[:-1]) / 2, height, color=color, label=f"{d:,} dimensions")
    ax.legend(loc="upper left")
    ax.set(xlabel="distance of two random points / mean distance", ylabel="density", yticks=[])
    return svg_of(fig)
