"""Plots on activations, schedules, optimizers, initialization and losses."""

import numpy as np
import torch
from loss_curves import digits, network
from style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, figure, note, plot, powers, svg_of
from torch import nn


@figure("activation-functions-and-slopes")
def activations() -> str:
    """ReLU, leaky ReLU, GELU and SiLU and their slopes, which the gradient is multiplied by."""
    x = torch.linspace(-4, 4, 121, requires_grad=True)
    fig, axes = plot(330, 1, 2)
    kinds = (
        ("ReLU", torch.relu, BLUE, "-"),
        ("leaky ReLU (0.1)", lambda v: nn.functional.leaky_relu(v, 0.1), GREEN, "--"),
        ("GELU", nn.functional.gelu, VERMILION, "-"),
        ("SiLU", nn.functional.silu, ORANGE, "-."),
    )
    for name, function, color, dash in kinds:
        y = function(x)
        slope = torch.autograd.grad(y.sum(), x)[0]
        axes[0].plot(x.detach(), y.detach(), color=color, ls=dash, label=name)
        axes[1].plot(x.detach(), slope, color=color, ls=dash)
    axes[0].set(title="value", xlabel="input x", ylim=(-0.7, 3.2), xlim=(-4, 4))
    axes[1].set(title="slope", xlabel="input x", ylim=(-0.2, 1.2), xlim=(-4, 4))
    axes[0].legend(loc="upper left")
    return svg_of(fig)


@figure("sigmoid-tanh-slopes")
def sigmoids() -> str:
    """The slope of sigmoid is at most 0.25 and vanishes at the sides, so deep stacks lose the gradient."""
    x = np.linspace(-6, 6, 121)
    sig = 1 / (1 + np.exp(-x))
    fig, axes = plot(320, 1, 2)
    axes[0].plot(x, sig, color=BLUE)
    axes[0].plot(x, np.tanh(x), color=VERMILION, ls="--")
    axes[1].plot(x, sig * (1 - sig), color=BLUE)
    axes[1].plot(x, 1 - np.tanh(x) ** 2, color=VERMILION, ls="--")
    axes[0].set(title="value", xlabel="input x")
    axes[1].set(title="slope", xlabel="input x")
    note(axes[0], -5.8, 0.16, "sigmoid", BLUE)
    note(axes[0], -5.8, -0.85, "tanh", VERMILION)
    note(axes[1], 1.1, 0.8, "tanh: at most 1", VERMILION)
    note(axes[1], 2.6, 0.25, "sigmoid:\nat most 0.25", BLUE, va="center")
    axes[1].set_xlim(-6, 8)
    return svg_of(fig)


@figure("learning-rate-schedules")
def schedules() -> str:
    """Warmup, then constant, cosine, linear, step or warmup-stable-decay."""
    step = np.arange(0, 1001, 5)
    warm = np.minimum(1, step / 100)
    after = np.clip((step - 100) / 900, 0, 1)
    fig, axes = plot(380, 2, 2, sharex=True, sharey=True)
    kinds = (
        ("cosine", (1 + np.cos(np.pi * after)) / 2),
        ("linear", 1 - after),
        ("warmup-stable-decay", np.clip((1000 - step) / 200, 0, 1)),
        ("step: × 0.1 at 1/2 and 3/4", 0.1 ** ((step >= 500) * 1 + (step >= 750))),
    )
    for ax, (name, decay), color in zip(axes.flat, kinds, (BLUE, GREEN, VERMILION, PURPLE), strict=True):
        ax.plot(step, warm * decay, color=color)
        ax.axvspan(0, 100, color="#EEF1F4")
        ax.set(title=name, ylim=(0, 1.1))
    note(axes[0, 0], 112, 0.06, "grey: warmup", GREY, weight="normal")
    for ax in axes[1]:
        ax.set_xlabel("training step")
    for ax in axes[:, 0]:
        ax.set_ylabel("share of peak rate")
    return svg_of(fig)


@figure("optimizer-paths-in-a-ravine")
def ravine() -> str:
    """In a long ravine SGD creeps, momentum overshoots and arrives, Adam goes almost straight."""
    scale = np.array([1.0, 30.0])

    def run(kind: str, lr: float) -> np.ndarray:
        w, m, v, path = np.array([-9.0, 1.6]), np.zeros(2), np.zeros(2), [np.array([-9.0, 1.6])]
        for t in range(1, 41):
            g = scale * w
            if kind == "Adam":
                m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g
                w = w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
            else:
                m = (0.8 if kind == "momentum" else 0) * m + g
                w = w - lr * m
            path.append(w)
        return np.array(path)

    fig, axes = plot(460, 3, 1, sharex=True)
    gx, gy = np.meshgrid(np.linspace(-10, 3, 60), np.linspace(-2.4, 2.4, 40))
    for ax, (kind, lr, color) in zip(
        axes, (("SGD", 0.03, BLUE), ("momentum", 0.03, VERMILION), ("Adam", 0.5, GREEN)), strict=True
    ):
        ax.contour(gx, gy, 0.5 * (gx**2 + 30 * gy**2), levels=[1, 4, 10, 20, 36, 56], colors="#CBD2DA", linewidths=1.2)
        path = run(kind, lr)
        ax.plot(path[:, 0], path[:, 1], color=color, marker="o", ms=4, lw=1.8)
        ax.plot(0, 0, "*", color=INK, ms=15)
        loss = 0.5 * (scale * path[-1] ** 2).sum()
        ax.set(ylim=(-2.4, 2.4), xlim=(-10, 3), yticks=[-2, 0, 2])
        ax.set_title(f"{kind}, rate {lr:g}: loss {loss:.2g} after 40 steps", loc="left")
    axes[2].set_xlabel("flat direction (curvature 1); upward: steep (curvature 30)")
    return svg_of(fig)


@figure("gradient-norm-by-depth")
def depth() -> str:
    """In a deep sigmoid network the first layers get next to no gradient; ReLU with residual paths keeps it."""
    fig, ax = plot(350)
    x, y = digits()[:2]
    for kind, color, dash in (
        ("sigmoid", VERMILION, "-"),
        ("ReLU, He init", ORANGE, "--"),
        ("ReLU + residual", BLUE, "-"),
    ):
        torch.manual_seed(0)
        layers = [nn.Linear(64, 64) for _ in range(20)]
        for layer in layers:
            (nn.init.xavier_normal_ if kind == "sigmoid" else nn.init.kaiming_normal_)(layer.weight)
            nn.init.zeros_(layer.bias)
        head, h = nn.Linear(64, 10), x[:256]
        for layer in layers:
            if kind == "sigmoid":
                h = torch.sigmoid(layer(h))
            elif kind.endswith("residual"):
                h = h + 0.2 * torch.relu(layer(h))
            else:
                h = torch.relu(layer(h))
        nn.functional.cross_entropy(head(h), y[:256]).backward()
        norms = [layer.weight.grad.norm().item() for layer in layers]
        ax.semilogy(range(1, 21), norms, color=color, marker="o", ms=5, ls=dash)
        x_label, factor = {"sigmoid": (12, 1e-2), "ReLU, He init": (2, 0.06), "ReLU + residual": (2, 12)}[kind]
        note(ax, x_label, norms[x_label - 1] * factor, kind, "#9A6A00" if color == ORANGE else color, va="center")
    ax.set(
        xlabel="layer (1 = next to the input)",
        ylabel="norm of the gradient of the weights",
        xlim=(0.5, 20.5),
        ylim=(1e-14, 1e2),
        xticks=[1, 5, 10, 15, 20],
    )
    powers(ax.yaxis)
    return svg_of(fig)


@figure("initialization-and-activation-size")
def initialization() -> str:
    """Weights too small kill the signal within layers, too large blow it up; He's size keeps it."""
    fig, ax = plot(340)
    rng = np.random.default_rng(0)
    start = rng.normal(size=(200, 256))
    for gain, color, words in (
        (0.5, BLUE, "half of He: dies out"),
        (1.0, GREEN, "He: √(2 / 256)"),
        (1.6, VERMILION, "1.6 × He: explodes"),
    ):
        h, sizes = start, []
        for _ in range(30):
            h = np.maximum(0, h @ (rng.normal(size=(256, 256)) * gain * np.sqrt(2 / 256)))
            sizes.append(h.std())
        ax.semilogy(range(1, 31), sizes, color=color)
        note(ax, 17, sizes[16] * {0.5: 2e-3, 1.0: 5, 1.6: 50}[gain], words, color, ha="right")
    ax.set(xlabel="layer of a ReLU network", ylabel="spread of the activations")
    powers(ax.yaxis)
    return svg_of(fig)


@figure("softmax-temperature")
def temperature() -> str:
    """A low temperature sharpens the softmax, a high one flattens it."""
    logits = np.array([2.0, 1.0, 0.5, -0.5])
    fig, axes = plot(300, 1, 3, sharey=True)
    for ax, t in zip(axes, (0.5, 1.0, 2.0), strict=True):
        p = np.exp(logits / t)
        p /= p.sum()
        ax.bar(range(4), p, color=[BLUE, SKY, SKY, SKY])
        for i, value in enumerate(p):
            note(ax, i, value + 0.015, f"{value:.2f}", ha="center")
        ax.set(title=f"T = {t:g}", xticks=range(4), ylim=(0, 1), xticklabels=["2.0", "1.0", "0.5", "−0.5"])
    axes[0].set_ylabel("probability")
    axes[1].set_xlabel("logits of four tokens")
    return svg_of(fig)


@figure("gradient-noise-and-batch-size")
def noise() -> str:
    """Four times the batch halves the noise of the gradient: more examples pay off ever less."""
    x, y = digits()[:2]
    model = network()
    weights = list(model.parameters())

    def gradient(pick: torch.Tensor) -> torch.Tensor:
        loss = nn.functional.cross_entropy(model(x[pick]), y[pick])
        return torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights)])

    full = gradient(torch.arange(len(x)))
    sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256]
    errors = [
        np.mean([((gradient(torch.randint(0, len(x), (b,))) - full).norm() / full.norm()).item() for _ in range(60)])
        for b in sizes
    ]
    fig, ax = plot(330)
    ax.loglog(sizes, errors, "o-", color=BLUE, ms=7)
    ax.loglog(sizes, errors[0] / np.sqrt(sizes), color=GREY, ls=":", lw=2)
    note(ax, 20, errors[0] / np.sqrt(20) * 1.25, "dotted: 1 / √batch", GREY, weight="normal")
    ax.set(xlabel="batch size", ylabel="error of the gradient / its length", xticks=sizes, xticklabels=sizes)
    ax.minorticks_off()
    ticks = [0.25, 0.5, 1, 2, 4]
    ax.set(yticks=ticks, yticklabels=[f"{v:g}" for v in ticks])
    return svg_of(fig)


@figure("regression-losses")
def regression() -> str:
    """Squared error punishes outliers most, absolute error less, Huber is a blend of both."""
    e = np.linspace(-3, 3, 121)
    fig, ax = plot(330)
    ax.plot(e, e**2 / 2, color=VERMILION)
    ax.plot(e, abs(e), color=GREEN, ls="--")
    ax.plot(e, np.where(abs(e) < 1, e**2 / 2, abs(e) - 0.5), color=BLUE)
    note(ax, -2.3, 3.6, "squared: e² / 2", VERMILION)
    note(ax, 3.05, 3.02, "absolute: |e|", GREEN)
    note(ax, 3.05, 2.4, "Huber, δ = 1", BLUE)
    ax.set(xlabel="error e = prediction − target", ylabel="loss", ylim=(0, 4.5), xlim=(-3, 4.6))
    return svg_of(fig)


@figure("focal-loss")
def focal() -> str:
    """Focal loss makes the many easy examples nearly free, so that the hard ones decide."""
    p = np.linspace(0.01, 1, 120)
    fig, ax = plot(330)
    for gamma, color, dash in ((0, INK, ":"), (1, GREEN, "--"), (2, BLUE, "-"), (5, VERMILION, "-.")):
        ax.plot(
            p,
            -((1 - p) ** gamma) * np.log(p),
            color=color,
            ls=dash,
            label=f"γ = {gamma}" + (" (cross-entropy)" if not gamma else ""),
        )
    ax.legend(loc="upper center")
    easy = [-((1 - 0.9) ** g) * np.log(0.9) for g in (0, 2)]
    ax.axvline(0.9, color=GREY, lw=1.2)
    note(ax, 0.89, 1.5, f"easy example, p = 0.9:\n{easy[0]:.3f} → {easy[1]:.4f} at γ = 2", ha="right", weight="normal")
    ax.set(xlabel="probability p of the true class", ylabel="loss", ylim=(0, 4), xlim=(0, 1))
    return svg_of(fig)
