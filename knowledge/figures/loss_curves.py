"""Loss curves of real small runs on the 8x8 digits of scikit-learn: learning rates, overfitting, spikes, plateaus."""

from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from style import BLUE, GREEN, GREY, INK, ORANGE, VERMILION, figure, note, plot, powers, svg_of
from torch import nn


@cache
def digits(train: int = 1000, wrong: float = 0.0, noise: float = 0.0) -> tuple[torch.Tensor, ...]:
    """Training and validation pictures and labels; a share of the labels may be wrong, noise be added."""
    data = load_digits()
    rng = np.random.default_rng(0)
    order = rng.permutation(len(data.target))
    x = torch.tensor(data.data[order] / 16, dtype=torch.float32)
    y = torch.tensor(data.target[order])
    labels = y[:train].clone()
    flip = torch.tensor(rng.random(train) < wrong)
    labels[flip] = torch.tensor(rng.integers(0, 10, train))[flip]
    x = x + noise * torch.tensor(rng.normal(size=x.shape), dtype=torch.float32)
    return x[:train], labels, x[1000:], y[1000:]


def network(
    hidden: int = 64, activation: type[nn.Module] = nn.ReLU, depth: int = 1, dropout: float = 0.0
) -> nn.Sequential:
    """A plain multilayer perceptron from 64 pixels to 10 classes."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for i in range(depth):
        layers += [nn.Linear(64 if i == 0 else hidden, hidden), activation(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(hidden, 10))


def steps(
    model: nn.Module, data: tuple[torch.Tensor, ...], lr: float, count: int, batch: int, adam: bool = False
) -> list[float]:
    """Train on random batches and return the loss of every step."""
    x, y = data[:2]
    optimizer = (torch.optim.Adam if adam else torch.optim.SGD)(model.parameters(), lr=lr)
    losses = []
    for _ in range(count):
        pick = torch.randint(0, len(x), (batch,))
        loss = nn.functional.cross_entropy(model(x[pick]), y[pick])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def epochs(
    model: nn.Module, data: tuple[torch.Tensor, ...], count: int, lr: float, decay: float = 0.0, batch: int = 32
) -> np.ndarray:
    """Train with AdamW; per epoch the training loss, the validation loss and the validation accuracy in percent."""
    x, y, vx, vy = data
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=decay)
    rows = []
    for _ in range(count):
        model.train()
        for pick in torch.randperm(len(x)).split(batch):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[pick]), y[pick]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            out = model(vx)
            rows.append(
                [
                    nn.functional.cross_entropy(model(x), y).item(),
                    nn.functional.cross_entropy(out, vy).item(),
                    100 * (out.argmax(1) == vy).float().mean().item(),
                ]
            )
    return np.array(rows)


def smooth(values: list[float], share: float = 0.9) -> np.ndarray:
    """An exponential moving average with bias correction."""
    mean, out = 0.0, []
    for i, value in enumerate(values, 1):
        mean = share * mean + (1 - share) * value
        out.append(mean / (1 - share**i))
    return np.array(out)


@figure("learning-rate-too-low-right-too-high")
def rates() -> str:
    """A low rate learns slowly, a right one fast, a high one not at all."""
    fig, ax = plot(350)
    for lr, color, words in (
        (0.02, GREEN, "0.02: too low"),
        (0.3, BLUE, "0.3: right"),
        (6.0, VERMILION, "6: too high"),
    ):
        losses = smooth(steps(network(), digits(), lr, 300, 64), 0.8)
        ax.plot(losses, color=color)
        y = {0.02: losses[-1] + 0.25, 0.3: losses[-1] + 0.16, 6.0: losses[-1] + 0.2}[lr]
        note(ax, 298, y, words, color, ha="right")
    ax.set(xlabel="training step (batch of 64)", ylabel="training loss (cross-entropy)", ylim=(0, 4))
    ax.axhline(np.log(10), color=GREY, lw=1.2, ls=":")
    note(ax, 60, 2.5, "dotted: guessing, ln 10 = 2.30", GREY, weight="normal")
    return svg_of(fig)


@figure("underfit-good-fit-overfit-curves")
def three_fits() -> str:
    """Both losses high: underfitting; both low: good; validation loss rising: overfitting."""
    fig, axes = plot(300, 1, 3, sharey=True)
    runs = (
        ("underfitting", network(2), 40, 0.003, 0.0, digits(300)),
        ("good fit", network(64), 40, 0.003, 0.01, digits(1000)),
        ("overfitting", network(256), 40, 0.001, 0.0, digits(500, noise=0.5)),
    )
    for ax, (title, model, count, lr, decay, data) in zip(axes, runs, strict=True):
        rows = epochs(model, data, count, lr, decay)
        ax.plot(rows[:, 0], color=BLUE)
        ax.plot(rows[:, 1], color=VERMILION, ls="--")
        ax.set(title=title, xlabel="epoch", ylim=(0, 2.6))
    axes[0].set_ylabel("loss")
    note(axes[2], 39, rows[-1, 0] + 0.12, "training", BLUE, ha="right")
    note(axes[2], 39, rows[-1, 1] + 0.15, "validation", VERMILION, ha="right")
    return svg_of(fig)


@figure("loss-noisy-spike-plateau-nan")
def shapes() -> str:
    """Four sick loss curves and what makes them: small batches, a broken batch, saturation, divergence."""
    fig, axes = plot(420, 2, 2)
    (a, b), (c, d) = axes
    losses = steps(network(), digits(), 0.1, 400, 4)
    a.plot(losses[::3], color="#9CC7E6", lw=1)
    a.plot(smooth(losses, 0.95)[::3], color=BLUE)
    a.set(title="noisy: batches of 4", xticks=[])
    x, y = digits()[:2]
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    losses = []
    for i in range(300):
        pick = torch.randint(0, len(x), (64,))
        inputs = x[pick] * (255 if i == 150 else 1)
        loss = nn.functional.cross_entropy(model(inputs), y[pick])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    b.plot(range(0, 300, 2), losses[::2], color=BLUE, lw=1.6)
    b.set(title="spike: one unscaled batch", yscale="log", xticks=[])
    powers(b.yaxis)
    torch.manual_seed(1)
    losses = steps(network(64, nn.Sigmoid, 3), digits(), 0.6, 3000, 64)
    c.plot(smooth(losses)[::10], color=BLUE)
    c.set(title="plateau: 3 sigmoid layers", xticks=[], ylim=(0, 2.6))
    model = nn.Linear(64, 1)
    values = []
    for _ in range(40):
        loss = ((model(x)[:, 0] - y.float()) ** 2).mean()
        values.append(loss.item())
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for weight, gradient in zip(model.parameters(), gradients, strict=True):
                weight -= 0.8 * gradient
    finite = [v for v in values if np.isfinite(v)]
    d.plot(finite, color=BLUE, marker="o", ms=5)
    d.plot([len(finite) - 1], [finite[-1]], "X", color=VERMILION, ms=12)
    d.set(title="NaN: rate far too high", yscale="log", xlim=(-0.3, len(finite) + 0.5))
    powers(d.yaxis)
    note(d, len(finite) - 2, finite[-1], "then inf, NaN", VERMILION, ha="right", va="center")
    for ax in (a, c):
        ax.set_ylabel("training loss")
    for ax, words in ((a, "400 steps"), (b, "300 steps"), (c, "3,000 steps"), (d, "step")):
        ax.set_xlabel(words)
    return svg_of(fig)


@figure("validation-loss-and-accuracy-both-rise")
def disagree() -> str:
    """Validation loss can rise while accuracy rises too: a few sure mistakes cost much."""
    x, y, vx, vy = digits()
    rng = np.random.default_rng(2)
    noisy = vy.clone()
    wrong = torch.tensor(rng.random(len(vy)) < 0.1)
    noisy[wrong] = torch.tensor(rng.integers(0, 10, len(vy)))[wrong]
    rows = epochs(network(256), (x, y, vx, noisy), 40, 0.001)
    fig, (left, right) = plot(320, 1, 2)
    epoch = np.arange(1, 41)
    best = int(rows[:, 1].argmin())
    left.plot(epoch, rows[:, 1], color=VERMILION)
    right.plot(epoch, rows[:, 2], color=BLUE)
    for ax, column, form in ((left, 1, "{:.2f}"), (right, 2, "{:.1f}%")):
        for k in (best, 39):
            ax.plot(epoch[k], rows[k, column], "o", color=INK, ms=7)
        ax.axvline(best + 1, color=GREY, lw=1.2, ls=":")
        note(ax, 39, rows[39, column] + (0.06 if column == 1 else 1.2), form.format(rows[39, column]), ha="right")
        note(
            ax,
            best + 2.5,
            rows[best, column] + (0.0 if column == 1 else -1.6),
            form.format(rows[best, column]),
            va="top",
        )
    left.set(title="validation loss: up", xlabel="epoch", ylim=(0.6, None))
    right.set(title="validation accuracy: up", xlabel="epoch", ylim=(60, 100))
    return svg_of(fig)


@figure("early-stopping")
def stopping() -> str:
    """Early stopping keeps the weights of the epoch with the lowest validation loss."""
    rows = epochs(network(256), digits(noise=0.5), 40, 0.001)
    best, patience = int(rows[:, 1].argmin()), 5
    fig, ax = plot(340)
    epoch = np.arange(1, 41)
    ax.plot(epoch, rows[:, 0], color=BLUE)
    ax.plot(epoch, rows[:, 1], color=VERMILION, ls="--")
    ax.axvline(best + 1, color=GREEN, lw=2)
    ax.axvline(best + 1 + patience, color=GREY, lw=2, ls=":")
    top = ax.get_ylim()[1]
    note(ax, best + patience + 1.7, top * 0.97, f"best epoch {best + 1}: keep these weights", GREEN, va="top")
    note(
        ax,
        best + patience + 1.7,
        top * 0.86,
        f"dotted: stop after {patience} epochs without a new best",
        INK,
        va="top",
        weight="normal",
    )
    note(ax, 40, rows[-1, 0] + 0.07, "training", BLUE, ha="right")
    note(ax, 40, rows[-1, 1] + 0.07, "validation", VERMILION, ha="right")
    ax.set(xlabel="epoch", ylabel="loss", xlim=(0, 40.5), ylim=(0, top))
    return svg_of(fig)


@figure("learning-rate-range-test")
def range_test() -> str:
    """The rate is raised at every step; the best one lies where the loss still falls steeply."""
    model, (x, y) = network(), digits()[:2]
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    lrs, losses = np.geomspace(1e-3, 20, 240), []
    for lr in lrs:
        optimizer.param_groups[0]["lr"] = lr
        pick = torch.randint(0, len(x), (64,))
        loss = nn.functional.cross_entropy(model(x[pick]), y[pick])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    curve = smooth(losses, 0.85)
    low = int(curve.argmin())
    fig, ax = plot(340)
    ax.semilogx(lrs, curve, color=BLUE)
    powers(ax.xaxis)
    ax.set(xlabel="learning rate, raised at every step", ylabel="training loss (smoothed)", ylim=(0, 3.2))
    pick = lrs[low] / 5
    ax.axvline(pick, color=GREEN, lw=2)
    ax.axvline(lrs[low], color=ORANGE, lw=2, ls="--")
    note(ax, pick * 0.9, 2.9, f"take about {pick:.1g}", GREEN, ha="right", va="center")
    note(ax, lrs[low] * 1.08, 0.2, f"lowest: {lrs[low]:.1g}", "#9A6A00", va="center")
    return svg_of(fig)
