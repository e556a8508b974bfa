"""Diagrams of reinforcement learning, graphs, the training loop and the history of the field."""

import numpy as np
from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LBLUE,
    LGREEN,
    LORANGE,
    LPURPLE,
    LRED,
    ORANGE,
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
)


@figure("mdp-agent-environment-loop")
def mdp() -> str:
    """The agent acts, the environment answers with a reward and a new state."""
    s = Sketch(270)
    s.box(40, 84, 170, 90, "agent\npolicy π(a | s)", LBLUE, size=16, bold=True)
    s.box(430, 84, 170, 90, "environment\np(s′, r | s, a)", LGREEN, size=16, bold=True)
    s.arrow((125, 84), (125, 44), (515, 44), (515, 82), stroke=VERMILION, line=3, head=12)
    s.text(320, 26, "action aₜ", 15, color=VERMILION, bold=True)
    s.arrow((430, 112), (214, 112), stroke=ORANGE, line=3, head=12)
    s.text(320, 96, "reward rₜ₊₁", 15, bold=True)
    s.arrow((430, 150), (214, 150), stroke=BLUE, line=3, head=12)
    s.text(320, 168, "next state sₜ₊₁", 15, color=BLUE, bold=True)
    s.text(320, 216, "aim: a large return rₜ₊₁ + γ rₜ₊₂ + γ² rₜ₊₃ + …", 15, bold=True)
    s.text(320, 246, "Markov: the next state depends on the present one and the action only", 13.5)
    return s.svg()


@figure("monte-carlo-tree-search")
def mcts() -> str:
    """MCTS selects, expands, evaluates and backs up; the visits show which move is best."""
    s = Sketch(330)
    spots = {
        "r": (78, 62),
        "a": (40, 118),
        "b": (116, 118),
        "c": (20, 176),
        "d": (62, 176),
        "e": (108, 176),
        "n": (62, 234),
    }
    edges = ("ra", "rb", "ac", "ad", "be")
    counts = {"r": "12", "a": "8", "b": "4", "c": "3", "d": "4", "e": "3", "n": "0"}
    steps = (
        ("1. Selection", "walk down by\nvalue + bonus"),
        ("2. Expansion", "add one child"),
        ("3. Evaluation", "play out, or\nask a value net"),
        ("4. Backup", "all on the path:\nvisits + 1"),
    )
    for i, (name, words) in enumerate(steps):
        x = 4 + i * 158
        s.text(x + 78, 24, name, 14.5, bold=True)
        for edge in edges:
            hot = i in (0, 3) and edge in ("ra", "ad")
            (x1, y1), (x2, y2) = spots[edge[0]], spots[edge[1]]
            s.line(x + x1, y1, x + x2, y2, VERMILION if hot else "#C3C9D2", 4 if hot else 2)
        if i:
            (x1, y1), (x2, y2) = spots["d"], spots["n"]
            s.line(x + x1, y1, x + x2, y2, VERMILION if i in (1, 3) else "#C3C9D2", 4 if i in (1, 3) else 2)
        for key, (px, py) in spots.items():
            if key == "n" and not i:
                continue
            fill = LGREEN if key == "n" else LBLUE
            label = counts[key]
            if i == 3 and key in "radn":
                label, fill = str(int(label) + 1), LORANGE
            s.circle(x + px, py, 16, label, fill, GREY, 13)
        if i == 2:
            s.arrow((x + 78, 234), (x + 132, 234), stroke=GREEN, line=2.5)
            s.text(x + 118, 216, "win?", 13, color=GREEN, bold=True)
        s.text(x + 78, 276, words, 13.5)
    s.text(320, 314, "numbers: visits of a position", 13, color=GREY)
    return s.svg()


@figure("message-passing")
def messages() -> str:
    """A node's new vector comes from its neighbours' vectors; two layers reach two steps."""
    s = Sketch(330)
    spots = {"A": (110, 150), "B": (40, 70), "C": (190, 66), "D": (50, 236), "E": (210, 216), "F": (262, 130)}
    edges = ("AB", "AC", "AD", "CF", "EF")
    s.text(150, 24, "graph", 15, bold=True)
    for edge in edges:
        s.line(*spots[edge[0]], *spots[edge[1]], "#AEB6C0", 2)
    for name in "BCD":
        (x1, y1), (x2, y2) = spots[name], spots["A"]
        d = np.hypot(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / d, (y2 - y1) / d
        s.arrow((x1 + 24 * ux, y1 + 24 * uy), (x2 - 25 * ux, y2 - 25 * uy), stroke=VERMILION, line=4, head=13)
    for name, (x, y) in spots.items():
        s.circle(x, y, 21, name, LORANGE if name == "A" else LBLUE if name in "BCD" else PALE, bold=True, size=16)
    s.text(470, 24, "one layer, for node A", 15, bold=True)
    s.box(330, 50, 290, 46, "1. messages: vectors of B, C, D", LBLUE)
    s.arrow((475, 96), (475, 114))
    s.box(330, 116, 290, 46, "2. aggregate: sum, mean or max", LGREEN)
    s.arrow((475, 162), (475, 180))
    s.box(330, 182, 290, 46, "3. update: new A = MLP(A, sum)", LORANGE)
    s.text(475, 256, "All nodes do so at the same time.", 14)
    s.text(320, 302, "After 2 layers A knows F; E is 3 steps away and needs a third.", 14, bold=True)
    return s.svg()


@figure("dropout-network")
def dropout() -> str:
    """In training every step uses another thinned network, in use all units work."""
    s = Sketch(320)
    rng = np.random.default_rng(2)
    columns = (4, 5, 5, 2)
    for left, title, training in (
        (10, "training, p = 0.4: step 1", True),
        (222, "step 2", True),
        (434, "evaluation", False),
    ):
        drop = (
            {(1, i) for i in rng.permutation(5)[:2]} | {(2, i) for i in rng.permutation(5)[:2]} if training else set()
        )
        s.text(left + 98, 26, title, 14, bold=True)
        spot = {
            (c, i): (left + 20 + c * 52, 156 + (i - (n - 1) / 2) * 42) for c, n in enumerate(columns) for i in range(n)
        }
        for (c, i), (x, y) in spot.items():
            for (d, j), (u, v) in spot.items():
                if d == c + 1 and (c, i) not in drop and (d, j) not in drop:
                    s.line(x, y, u, v, "#BFC7D0", 1.2)
        for key, (x, y) in spot.items():
            off = key in drop
            s.circle(x, y, 14, "×" if off else "", WHITE if off else LBLUE, GREY if off else BLUE, 17, dash=off)
    s.text(
        320,
        286,
        "kept units are multiplied by 1 / (1 − 0.4) = 1.67 in training;\nin evaluation nothing is dropped or scaled",
        14,
    )
    return s.svg()


@figure("normalization-axes")
def axes() -> str:
    """Batch, layer, instance and group norm average over different faces of the same cube."""
    s = Sketch(290)
    kinds = (
        ("Batch", lambda n, c: c == 0),
        ("Layer", lambda n, c: n == 0),
        ("Instance", lambda n, c: n == 0 and c == 0),
        ("Group", lambda n, c: n == 0 and c < 2),
    )
    for k, (name, inside) in enumerate(kinds):
        x0, y0 = 22 + k * 157, 74
        s.text(x0 + 64, 26, name + " norm", 15, bold=True)
        size, dx, dy = 18, 12, -8
        for n in range(3, -1, -1):
            for c in range(4):
                color = ORANGE if inside(n, c) else LBLUE
                x, y = x0 + c * size + n * dx * 1.3, y0 + 8 + n * dy * 1.3 + 24
                s.rect(x, y, size, size * 3.6, color, WHITE, 2, 1.2)
        s.text(x0 + 44, y0 + 132, "channels →", 13, color=GREY)
    s.text(
        320,
        236,
        "orange: values that share one mean and one variance\n(each bar: all pixels of one channel of one example)",
        14,
    )
    s.text(320, 274, "bars behind one another: the 4 examples of a batch, 4 channels each", 13, color=GREY)
    return s.svg()


@figure("training-loop-steps")
def loop() -> str:
    """One training step: batch, forward, loss, zero, backward, step; and again."""
    s = Sketch(290)
    steps = (
        ("batch", "x, y = next(data)", PALE),
        ("forward", "out = model(x)", LBLUE),
        ("loss", "loss = f(out, y)", LORANGE),
        ("update", "optimizer.step()", LGREEN),
        ("gradients", "loss.backward()", LRED),
        ("clear", "zero_grad()", LPURPLE),
    )
    spots = ((24, 40), (232, 40), (440, 40), (24, 170), (232, 170), (440, 170))
    for (name, code, fill), (x, y) in zip(steps, spots, strict=True):
        s.box(x, y, 176, 74, "", fill)
        s.text(x + 88, y + 24, name, 15, bold=True)
        s.text(x + 88, y + 50, code, 14, mono=True)
    s.arrow((200, 77), (230, 77))
    s.arrow((408, 77), (438, 77))
    s.arrow((528, 114), (528, 168))
    s.arrow((440, 207), (410, 207))
    s.arrow((232, 207), (202, 207))
    s.arrow((112, 170), (112, 116), stroke=VERMILION, line=3)
    s.text(126, 142, "next batch", 14, "start", VERMILION, True)
    s.text(320, 268, "once through all batches is one epoch", 14)
    return s.svg()


@figure("history-timeline")
def timeline() -> str:
    """Eighty years of neural networks with two winters between the waves."""
    s = Sketch(330)
    events = (
        (1943, "model neuron"),
        (1958, "perceptron"),
        (1969, "“Perceptrons”"),
        (1986, "backprop"),
        (1998, "LeNet-5"),
        (2012, "AlexNet"),
        (2017, "transformer"),
        (2022, "ChatGPT"),
    )

    def spot(year: float) -> float:
        return 40 + (year - 1943) / (2026 - 1943) * 560

    for start, end in ((1974, 1980), (1987, 1993)):
        s.rect(spot(start), 142, spot(end) - spot(start), 36, LBLUE, LBLUE, 3)
    s.arrow((30, 160), (622, 160), line=3, head=12, stroke=INK)
    levels = (96, 232, 96, 232, 96, 232, 96, 268)
    for (year, name), y in zip(events, levels, strict=True):
        x = spot(year)
        s.line(x, 160, x, y + (20 if y < 160 else -20), "#AEB6C0", 1.5)
        s.circle(x, 160, 7, fill=VERMILION, stroke=WHITE)
        s.text(min(max(x, 64), 560), y, f"{year}\n{name}", 14, bold=False)
    s.text(spot(1977) - 14, 196, "AI winters (blue)", 14, color=BLUE, bold=True)
    s.text(320, 310, "large data sets, GPUs and open code came together around 2012", 14)
    return s.svg()
