"""Plots on classification metrics, calibration, uncertainty and robustness, all from small runs."""

import numpy as np
import torch
from loss_curves import digits, epochs, network
from style import BLUE, GREEN, GREY, INK, LORANGE, ORANGE, VERMILION, Sketch, figure, mix, note, plot, svg_of
from torch import nn


def _scores(positives: int, negatives: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    score = np.concatenate([rng.normal(1.8, 1, positives), rng.normal(0, 1, negatives)])
    return score, np.arange(len(score)) < positives


def _thin(n: int, count: int = 150) -> np.ndarray:
    return np.unique(np.concatenate([np.geomspace(1, n, count // 2), np.linspace(1, n, count // 2)]).astype(int)) - 1


@figure("roc-and-precision-recall-at-one-percent")
def curves() -> str:
    """The same scores look fine in the ROC curve and poor in the precision-recall curve when 1% is positive."""
    score, label = _scores(500, 49_500)
    hit = np.cumsum(label[np.argsort(-score)])
    rank = np.arange(1, len(hit) + 1)
    recall, precision, false = hit / 500, hit / rank, (rank - hit) / 49_500
    auc = np.trapezoid(recall, false)
    average = (precision * np.diff(recall, prepend=0)).sum()
    keep = _thin(len(hit))
    fig, axes = plot(340, 1, 2)
    axes[0].plot(false[keep], recall[keep], color=BLUE)
    axes[0].plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.5)
    axes[0].set(
        title=f"ROC: area {auc:.2f}",
        xlabel="false positive rate",
        xlim=(0, 1),
        ylim=(0, 1.02),
        ylabel="recall (true positive rate)",
    )
    keep = keep[keep > 20]
    axes[1].plot(recall[keep], precision[keep], color=VERMILION)
    axes[1].axhline(0.01, color=GREY, ls=":", lw=1.5)
    axes[1].set(
        title=f"precision-recall: area {average:.2f}", xlabel="recall", ylabel="precision", ylim=(0, 1), xlim=(0, 1)
    )
    k = int(np.searchsorted(recall, 0.8))
    for ax, px, py, words in (
        (axes[0], false[k], recall[k], f"threshold T:\n{false[k]:.0%} of negatives"),
        (axes[1], recall[k], precision[k], f"threshold T:\nprecision {precision[k]:.0%}"),
    ):
        ax.plot(px, py, "o", color=INK, ms=8)
        note(
            ax,
            px + 0.04 if ax is axes[0] else px - 0.03,
            py - 0.06 if ax is axes[0] else py + 0.13,
            words,
            va="top" if ax is axes[0] else "bottom",
            ha="left" if ax is axes[0] else "right",
        )
    return svg_of(fig)


@figure("decision-threshold")
def threshold() -> str:
    """Raising the threshold raises precision and lowers recall; F1 is best between."""
    score, label = _scores(2000, 18_000)
    cuts = np.linspace(-1, 4, 101)
    flagged = score[None] > cuts[:, None]
    hit = (flagged & label).sum(1)
    precision, recall = hit / flagged.sum(1), hit / 2000
    f1 = 2 * precision * recall / (precision + recall)
    best = int(f1.argmax())
    fig, ax = plot(330)
    ax.plot(cuts, precision, color=VERMILION)
    ax.plot(cuts, recall, color=BLUE, ls="--")
    ax.plot(cuts, f1, color=GREEN, ls="-.")
    ax.axvline(cuts[best], color=GREY, lw=1.2)
    note(ax, 2.5, 0.92, "precision", VERMILION, ha="right")
    note(ax, -0.9, 0.9, "recall", BLUE)
    note(ax, -0.9, 0.24, "F1", GREEN)
    note(ax, cuts[best] + 0.06, 0.05, f"best F1 {f1[best]:.2f} at {cuts[best]:.1f}", INK)
    ax.set(xlabel="decision threshold on the score (10% positives)", ylabel="value", ylim=(0, 1.03), xlim=(-1, 4))
    return svg_of(fig)


@figure("confusion-matrix")
def confusion() -> str:
    """Rows are true classes, columns predictions; recall is read along a row, precision down a column."""
    x, y, vx, vy = digits(300, noise=0.45)
    model = network(32)
    epochs(model, (x[y < 4], y[y < 4], vx[vy < 4], vy[vy < 4]), 15, 0.003)
    with torch.no_grad():
        said = model(vx[vy < 4]).argmax(1).numpy()
    table = np.zeros((4, 4), int)
    np.add.at(table, (vy[vy < 4].numpy(), said), 1)
    s = Sketch(360)
    x0, y0, size = 120, 92, 56
    s.text(x0 + 2 * size, 26, "predicted digit", 15, bold=True)
    s.text(20, 68, "true digit", 15, "start", bold=True)
    top = table.max()
    for i in range(4):
        s.text(x0 + (i + 0.5) * size, 70, str(i), 15)
        s.text(x0 - 18, y0 + (i + 0.5) * size, str(i), 15)
        for j in range(4):
            share = table[i, j] / top
            fill = mix(BLUE if i == j else VERMILION, 0.08 + (0.72 * share if i == j else min(0.8, 4 * share)))
            s.box(
                x0 + j * size,
                y0 + i * size,
                size,
                size,
                str(table[i, j]),
                fill,
                "#FFFFFF",
                17,
                bold=True,
                r=2,
                color=INK,
            )
        s.text(x0 + 4 * size + 14, y0 + (i + 0.5) * size, f"recall {table[i, i] / table[i].sum():.0%}", 14, "start")
    worst = np.unravel_index((table - np.diag(table.diagonal())).argmax(), (4, 4))
    s.box(
        468,
        150,
        156,
        96,
        f"most common error:\n{worst[0]} taken for {worst[1]},\n{table[worst]} times",
        LORANGE,
        size=13.5,
    )
    for j in range(4):
        s.text(x0 + (j + 0.5) * size, y0 + 4 * size + 16, f"{table[j, j] / table[:, j].sum():.0%}", 14)
    s.text(x0 + 4 * size + 14, y0 + 4 * size + 16, "precision", 14, "start")
    return s.svg()


@figure("reliability-diagram")
def reliability() -> str:
    """An overconfident network is right less often than it says; a temperature mends that."""
    data = digits(noise=0.5)
    _x, _y, vx, vy = data
    model = network(256)
    epochs(model, data, 40, 0.001)
    with torch.no_grad():
        logits = model(vx)
    half = len(vy) // 2
    temperatures = torch.linspace(0.5, 6, 111)
    losses = torch.stack([nn.functional.cross_entropy(logits[:half] / t, vy[:half]) for t in temperatures])
    best = float(temperatures[losses.argmin()])
    fig, axes = plot(350, 1, 2, sharey=True)
    for ax, t, title in ((axes[0], 1.0, "as trained"), (axes[1], best, f"temperature {best:.1f}")):
        p, said = torch.softmax(logits[half:] / t, 1).max(1)
        right = (said == vy[half:]).float()
        bins = np.clip((p.numpy() * 5).astype(int), 0, 4)
        error = 0.0
        for b in range(5):
            inside = torch.tensor(bins == b)
            if inside.sum() < 5:
                continue
            accuracy, confidence = right[inside].mean().item(), p[inside].mean().item()
            error += inside.float().mean().item() * abs(accuracy - confidence)
            ax.bar(b / 5 + 0.1, accuracy, 0.18, color=BLUE)
            ax.plot([b / 5 + 0.01, b / 5 + 0.19], [confidence, confidence], color=VERMILION, lw=3)
        ax.plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.5)
        ax.set(title=f"{title}\ncalibration error {error:.2f}", xlabel="confidence", xlim=(0, 1), ylim=(0, 1.02))
    axes[0].set_ylabel("share that is right")
    note(axes[0], 0.04, 0.93, "red: mean confidence", VERMILION)
    note(axes[0], 0.04, 0.84, "blue: accuracy", BLUE)
    return svg_of(fig)


@figure("ensemble-uncertainty")
def ensemble() -> str:
    """Networks trained from other starts agree where there is data and part ways where there is none."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(-2, -0.6, 20), rng.uniform(0.6, 1.6, 20)])
    y = np.sin(2.2 * x) + rng.normal(0, 0.08, 40)
    grid = np.linspace(-3.2, 3.2, 90)
    a, b, g = (torch.tensor(v, dtype=torch.float32)[:, None] for v in (x, y, grid))
    fig, ax = plot(330)
    lines = []
    for seed in range(6):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(1, 80), nn.Tanh(), nn.Linear(80, 1))
        with torch.no_grad():
            for weight in model.parameters():
                weight *= 6 if weight is not model[2].bias else 1
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(600):
            optimizer.zero_grad()
            ((model(a) - b) ** 2).mean().backward()
            optimizer.step()
        lines.append(model(g).detach().numpy()[:, 0])
        ax.plot(grid, lines[-1], color="#7FB3D9", lw=1.4)
    lines = np.array(lines)
    ax.fill_between(
        grid, lines.mean(0) - 2 * lines.std(0), lines.mean(0) + 2 * lines.std(0), color=ORANGE, alpha=0.3, lw=0
    )
    ax.plot(x, y, "o", color=VERMILION, ms=6)
    ax.set(xlabel="input", ylabel="prediction", ylim=(-3, 3))
    note(ax, -3.1, 2.5, "6 networks (lines), mean ± 2 spreads (band), data (dots)", weight="normal")
    return svg_of(fig)


@figure("adversarial-example-fgsm")
def adversarial() -> str:
    """A step of the size ε along the gradient's sign turns a sure right answer into a sure wrong one."""
    data = digits()
    model = network(64)
    epochs(model, data, 20, 0.003)
    vx, vy = data[2], data[3]
    eps = 0.12
    x = vx.clone().requires_grad_()
    nn.functional.cross_entropy(model(x), vy).backward()
    step = x.grad.sign()
    attacked = (vx + eps * step).clamp(0, 1)
    with torch.no_grad():
        before, after = torch.softmax(model(vx), 1), torch.softmax(model(attacked), 1)
    wrong = (before.argmax(1) == vy) & (after.argmax(1) != vy)
    k = int((before.max(1).values * after.max(1).values * wrong).argmax())
    s = Sketch(310)

    def show(left: int, pixels: torch.Tensor, title: str, under: str) -> None:
        s.text(left + 80, 26, title, 15, bold=True)
        s.image(left, 46, 160, 160, (pixels.reshape(8, 8).clamp(0, 1) * 255).round().byte().numpy())
        s.text(left + 80, 226, under, 14)

    show(20, vx[k], "digit", f"“{before[k].argmax()}” with {before[k].max():.1%}")
    s.text(210, 126, "+", 24)
    show(240, step[k] / 2 + 0.5, f"{eps} × gradient’s sign", "no digit to us")
    s.text(430, 126, "=", 24)
    show(460, attacked[k], "attacked digit", f"“{after[k].argmax()}” with {after[k].max():.1%}")
    ok = [(m.argmax(1) == vy).float().mean().item() for m in (before, after)]
    s.text(320, 274, f"accuracy on {len(vy)} digits: {ok[0]:.0%} before, {ok[1]:.0%} after the attack", 15, bold=True)
    return s.svg()
