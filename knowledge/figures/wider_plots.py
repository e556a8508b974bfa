"""Small runs from reinforcement learning, graphs, continual learning, interpretability and the foundations."""

import numpy as np
import torch
from loss_curves import digits, epochs, network
from style import BLUE, GREEN, GREY, INK, VERMILION, Sketch, figure, note, plot, svg_of
from torch import nn


@figure("discount-factor")
def discount() -> str:
    """γ sets how far an agent looks: 0.9 about 10 steps, 0.99 about 100."""
    t = np.arange(0, 201)
    fig, ax = plot(310)
    for gamma, color, dash in ((0.9, VERMILION, "-."), (0.97, GREEN, "--"), (0.99, BLUE, "-")):
        ax.plot(t, gamma**t, color=color, ls=dash, label=f"γ = {gamma}: sums to {1 / (1 - gamma):.0f}")
    ax.legend(loc="upper right")
    ax.set(xlabel="steps until the reward", ylabel="weight γᵗ of the reward", ylim=(0, 1.02), xlim=(0, 200))
    return svg_of(fig)


@figure("epsilon-greedy-bandit")
def bandit() -> str:
    """Pure greed gets stuck, exploring a little finds the best arm, exploring much wastes pulls."""
    rng = np.random.default_rng(0)
    fig, ax = plot(330)
    for eps, color, dash in ((0.0, VERMILION, "-."), (0.1, BLUE, "-"), (0.3, GREEN, "--")):
        rewards = np.zeros(1000)
        for _ in range(300):
            means, totals, pulls = rng.normal(size=10), np.zeros(10), np.zeros(10)
            draws, noise, other = rng.random(1000), rng.normal(size=1000), rng.integers(0, 10, 1000)
            for t in range(1000):
                arm = other[t] if draws[t] < eps else int(np.argmax(totals / np.maximum(pulls, 1)))
                reward = means[arm] + noise[t]
                totals[arm] += reward
                pulls[arm] += 1
                rewards[t] += reward / 300
        curve = np.convolve(rewards, np.ones(25) / 25, "valid")[::8]
        ax.plot(np.arange(len(curve)) * 8 + 25, curve, color=color, ls=dash)
        note(ax, 1010, curve[-8:].mean(), f"ε = {eps:g}", color, va="center")
    ax.set(xlabel="pull, mean of 300 runs with 10 arms", ylabel="mean reward", xlim=(0, 1160))
    return svg_of(fig)


@figure("ppo-clipped-objective")
def clip() -> str:
    """PPO stops rewarding a change once the new probability is 20% away in the good direction."""
    r = np.linspace(0.4, 1.7, 131)
    fig, axes = plot(310, 1, 2)
    for ax, a, title in ((axes[0], 1, "good action, A = 1"), (axes[1], -1, "bad action, A = −1")):
        ax.plot(r, r * a, color=GREY, ls=":", lw=1.8)
        ax.plot(r, np.minimum(r * a, np.clip(r, 0.8, 1.2) * a), color=BLUE)
        for edge in (0.8, 1.2):
            ax.axvline(edge, color="#D5DAE0", lw=1.2)
        ax.set(title=title, xlabel="ratio new / old probability", xticks=[0.4, 0.8, 1, 1.2, 1.6])
    axes[0].set_ylabel("objective")
    note(axes[0], 1.22, 1.05, "flat: no gain", VERMILION)
    note(axes[1], 0.42, -0.72, "flat", VERMILION)
    return svg_of(fig)


@figure("gnn-oversmoothing")
def oversmoothing() -> str:
    """Averaging over neighbours again and again makes all node vectors alike."""
    rng = np.random.default_rng(0)
    n = 60
    group = np.arange(n) < n // 2
    chance = np.where(group[:, None] == group[None], 0.2, 0.03)
    adjacency = np.triu(rng.random((n, n)) < chance, 1)
    adjacency = (adjacency | adjacency.T | np.eye(n, dtype=bool)).astype(float)
    walk = adjacency / adjacency.sum(1, keepdims=True)
    h = rng.normal(size=(n, 16)) + 0.6 * np.where(group, 1, -1)[:, None] * rng.normal(size=16)
    same, other = [], []
    for _ in range(17):
        distance = np.sqrt(((h[:, None] - h[None]) ** 2).sum(-1))
        same.append(distance[group][:, group].sum() / (30 * 29))
        other.append(distance[group][:, ~group].mean())
        h = walk @ h
    fig, ax = plot(320)
    ax.plot(np.array(other) / other[0], "o-", color=VERMILION, ms=4)
    ax.plot(np.array(same) / other[0], "s--", color=BLUE, ms=4)
    note(ax, 3.1, 0.42, "different groups", VERMILION)
    note(ax, 1.8, 0.17, "same group", BLUE)
    ax.set(xlabel="number of averaging layers", ylabel="distance of node vectors", ylim=(0, 1.05))
    return svg_of(fig)


@figure("superposition-of-features")
def superposition() -> str:
    """Rare features share two dimensions as a pentagon; frequent ones get one dimension each."""
    fig, axes = plot(320, 1, 2)
    for ax, chance, title in ((axes[0], 0.9, "features often on (90%)"), (axes[1], 0.05, "features rarely on (5%)")):
        torch.manual_seed(1)
        weights = nn.Parameter(torch.randn(2, 5) * 0.3)
        bias = nn.Parameter(torch.zeros(5))
        importance = 0.9 ** torch.arange(5)
        optimizer = torch.optim.Adam([weights, bias], lr=0.01)
        for _ in range(3000):
            x = torch.rand(512, 5) * (torch.rand(512, 5) < chance)
            out = torch.relu(x @ weights.T @ weights + bias)
            loss = (importance * (x - out) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        w = weights.detach().numpy()
        for k in range(5):
            ax.plot([0, w[0, k]], [0, w[1, k]], color=BLUE, lw=3)
            ax.plot(w[0, k], w[1, k], "o", color=VERMILION, ms=9)
        kept = int((np.linalg.norm(w, axis=0) > 0.4).sum())
        ax.set(
            title=f"{title}\n{kept} of 5 stored",
            xlim=(-1.5, 1.5),
            ylim=(-1.5, 1.5),
            aspect="equal",
            xlabel="hidden 1",
            xticks=[-1, 0, 1],
            yticks=[-1, 0, 1],
        )
        ax.axhline(0, color="#D5DAE0", lw=1, zorder=0)
        ax.axvline(0, color="#D5DAE0", lw=1, zorder=0)
    axes[0].set_ylabel("hidden 2")
    return svg_of(fig)


@figure("catastrophic-forgetting")
def forgetting() -> str:
    """Training on new digits wipes out the old ones within a few steps; replay of old examples prevents it."""
    x, y, vx, vy = digits()
    old, new, old_v, new_v = y < 5, y >= 5, vy < 5, vy >= 5
    fig, axes = plot(330, 1, 2, sharey=True)
    for ax, replay, title in ((axes[0], False, "new digits only"), (axes[1], True, "with old ones replayed")):
        model = network(64)
        epochs(model, (x[old], y[old], vx[old_v], vy[old_v]), 10, 0.003)
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
        track = []
        for step in range(121):
            if step % 4 == 0:
                with torch.no_grad():
                    right = (model(vx).argmax(1) == vy).float()
                    track.append([step, 100 * right[old_v].mean(), 100 * right[new_v].mean()])
            pool = torch.nonzero(new)[:, 0]
            pick = pool[torch.randint(0, len(pool), (32,))]
            if replay:
                back = torch.nonzero(old)[:, 0]
                pick = torch.cat([pick[:24], back[torch.randint(0, len(back), (8,))]])
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[pick]), y[pick]).backward()
            optimizer.step()
        rows = np.array(track)
        ax.plot(rows[:, 0], rows[:, 1], color=VERMILION)
        ax.plot(rows[:, 0], rows[:, 2], color=BLUE, ls="--")
        ax.set(title=title, xlabel="training step", ylim=(0, 102))
    axes[0].set_ylabel("accuracy (%)")
    note(axes[0], 118, 8, "old digits 0–4", VERMILION, ha="right")
    note(axes[0], 118, 70, "new digits 5–9", BLUE, ha="right")
    return svg_of(fig)


@figure("relu-pieces-approximate-a-curve")
def pieces() -> str:
    """More hidden ReLU units mean more straight pieces and a closer fit of the curve."""
    x = torch.linspace(-3, 3, 121)[:, None]
    y = torch.sin(2 * x) + 0.3 * x
    fig, axes = plot(300, 1, 3, sharey=True)
    for ax, units in zip(axes, (2, 6, 30), strict=True):
        best = None
        for seed in range(4):
            torch.manual_seed(seed)
            model = nn.Sequential(nn.Linear(1, units), nn.ReLU(), nn.Linear(units, 1))
            optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
            for _ in range(800):
                optimizer.zero_grad()
                loss = ((model(x) - y) ** 2).mean()
                loss.backward()
                optimizer.step()
            if best is None or loss.item() < best[0]:
                best = (loss.item(), model(x).detach())
        ax.plot(x, y, color=GREY, ls=":", lw=2.2)
        ax.plot(x, best[1], color=BLUE)
        ax.set(title=f"{units} hidden units\nerror {best[0]:.3f}", xlabel="x")
    return svg_of(fig)


@figure("xor-hidden-layer")
def xor() -> str:
    """No line parts the XOR points; two hidden ReLU units move them so that a line does."""
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    total = points.sum(1)
    hidden = np.stack([np.maximum(0, total), np.maximum(0, total - 1)], 1)
    fig, axes = plot(320, 1, 2)
    for ax, place, title in (
        (axes[0], points, "inputs: no line will do"),
        (axes[1], hidden, "hidden units: a line does"),
    ):
        for (a, b), label in zip(place, (0, 1, 1, 0), strict=True):
            ax.plot(a, b, "o" if label else "X", color=BLUE if label else VERMILION, ms=17)
        ax.set_title(title)
    axes[0].set(xlim=(-0.5, 1.6), ylim=(-0.5, 1.6), xlabel="x₁", ylabel="x₂", xticks=[0, 1], yticks=[0, 1])
    axes[1].set(
        xlim=(-0.4, 2.5),
        ylim=(-0.6, 1.5),
        xlabel="ReLU(x₁ + x₂)",
        ylabel="ReLU(x₁ + x₂ − 1)",
        xticks=[0, 1, 2],
        yticks=[0, 1],
    )
    line = np.array([-0.4, 2.5])
    axes[1].plot(line, (line - 0.5) / 2, color=GREEN, lw=3)
    note(axes[1], 1.15, -0.28, "(0,1) and (1,0)\nfall together", INK, weight="normal", va="center")
    note(axes[0], 0.5, 0.5, "blue: 1\nred: 0", INK, ha="center", va="center")
    return svg_of(fig)


@figure("hopfield-network-recall")
def hopfield() -> str:
    """A Hopfield network runs from a damaged pattern back to the stored one."""
    letter = "0011110001100110011001100111111001100110011001100110011000000000"
    rng = np.random.default_rng(3)
    stored = np.array([[1 if c == "1" else -1 for c in letter], *rng.choice([-1, 1], (3, 64))])
    weights = stored.T @ stored / 64.0
    np.fill_diagonal(weights, 0)
    state = stored[0].copy()
    state[rng.permutation(64)[:16]] *= -1
    s = Sketch(250)
    frames = [("stored “A”", stored[0]), ("16 of 64 flipped", state.copy())]
    order = rng.permutation(64)
    for half in (order[:32], order[32:]):
        for i in half:
            state[i] = 1 if weights[i] @ state >= 0 else -1
        frames.append(("32 units updated" if len(frames) == 2 else "all 64 updated", state.copy()))
    for k, (name, values) in enumerate(frames):
        x = 18 + k * 155
        wrong = int((values != stored[0]).sum())
        s.image(x, 48, 136, 136, np.where(values.reshape(8, 8) > 0, 20, 225).astype(np.uint8))
        s.text(x + 68, 26, name, 13.5, bold=True)
        s.text(x + 68, 204, f"{wrong} wrong", 14, color=VERMILION if wrong else GREEN, bold=True)
    s.text(320, 232, "this letter and three random patterns are stored in the weights", 13.5)
    return s.svg()
