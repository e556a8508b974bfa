"""Diagrams of the basics: the neuron, layers, backpropagation, tensors, and what lies inside what."""

import itertools

import numpy as np
from pictures import landscape
from style import (
    BLUE,
    GREEN,
    GREY,
    LBLUE,
    LGREEN,
    LORANGE,
    LPURPLE,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    WHITE,
    Sketch,
    figure,
    mix,
)


@figure("ai-machine-learning-deep-learning")
def nested() -> str:
    """Deep learning is a part of machine learning, which is a part of AI."""
    s = Sketch(340)
    for x, y, w, h, fill, title, words in (
        (16, 16, 608, 308, LBLUE, "Artificial intelligence", "also rules, search, logic"),
        (60, 76, 520, 236, LGREEN, "Machine learning: learns from data", "also trees, forests, SVM, linear models"),
        (110, 142, 420, 158, LORANGE, "Deep learning: many-layered networks", "CNN, RNN, GAN, diffusion"),
        (180, 212, 280, 76, LPURPLE, "Large language models", "GPT, Llama, Gemini"),
    ):
        s.rect(x, y, w, h, fill, GREY, 16)
        s.text(x + w / 2, y + 22, title, 15.5, bold=True)
        s.text(x + w / 2, y + 45, words, 14)
    return s.svg()


@figure("artificial-neuron")
def neuron() -> str:
    """A neuron weighs its inputs, adds a bias, and bends the sum with an activation function."""
    s = Sketch(280)
    x, w, b = (1.0, 2.0, -1.0), (0.5, 0.4, 0.3), 0.1
    for i in range(3):
        y = 52 + i * 78
        s.circle(60, y, 30, f"{x[i]:g}".replace("-", "−"), LBLUE, size=16, bold=True)
        s.arrow((90, y), (254, 130 + (y - 130) * 0.25))
        s.text(150, y + (130 - y) * 0.28 - 14, f"× {w[i]:g}", 14.5, color=VERMILION, bold=True)
    total = sum(a * c for a, c in zip(x, w, strict=True)) + b
    s.circle(292, 130, 38, "sum", LORANGE, size=16, bold=True)
    s.arrow((292, 224), (292, 170))
    s.text(292, 238, "bias 0.1", 14.5, color=VERMILION, bold=True)
    s.arrow((330, 130), (402, 130))
    s.text(366, 112, f"{total:.1f}", 15, bold=True)
    s.box(404, 92, 96, 76, "", LGREEN)
    s.path("M418 148H452L486 108", GREEN, 4)
    s.text(452, 186, "ReLU", 14.5)
    s.arrow((500, 130), (566, 130))
    s.text(596, 130, f"{max(0, total):.1f}", 18, bold=True)
    s.text(470, 240, "0.5·1 + 0.4·2 + 0.3·(−1) + 0.1 = 1.1", 14)
    return s.svg()


@figure("multilayer-perceptron")
def mlp() -> str:
    """A multilayer perceptron of 4, 5, 5 and 3 units has 4·5+5 + 5·5+5 + 5·3+3 = 73 parameters."""
    s = Sketch(320)
    sizes, xs = (4, 5, 5, 3), (90, 240, 390, 540)
    spots = [[(x, 142 + (i - (n - 1) / 2) * 46) for i in range(n)] for n, x in zip(sizes, xs, strict=True)]
    for left, right in itertools.pairwise(spots):
        for a in left:
            for c in right:
                s.line(*a, *c, "#C3CAD3", 1.2)
    for layer, fill in zip(spots, (LBLUE, LORANGE, LORANGE, LGREEN), strict=True):
        for x, y in layer:
            s.circle(x, y, 17, fill=fill)
    for x, words in zip(xs, ("input", "hidden 1", "hidden 2", "output"), strict=True):
        s.text(x, 22, words, 15, bold=True)
    for i in range(3):
        weights = sizes[i] * sizes[i + 1]
        s.text((xs[i] + xs[i + 1]) / 2, 276, f"{weights} + {sizes[i + 1]}", 14.5, color=VERMILION, bold=True)
    total = sum(a * c + c for a, c in itertools.pairwise(sizes))
    s.text(320, 302, f"weights + biases: {total} parameters", 14.5)
    return s.svg()


@figure("backpropagation-one-neuron")
def backprop() -> str:
    """Values run forward, derivatives run back; each step multiplies by a local slope."""
    x, w, b, target = 2.0, 0.5, 0.3, 1.0
    z = w * x + b
    y = 1 / (1 + np.exp(-z))
    loss = (y - target) ** 2
    dy = 2 * (y - target)
    dz = dy * y * (1 - y)
    after = (1 / (1 + np.exp(-((w - dz * x) * x + b - dz))) - target) ** 2
    s = Sketch(320)
    s.text(70, 44, f"x = {x:g}", 15, bold=True)
    s.text(70, 110, f"w = {w:g}", 15, bold=True)
    s.text(70, 176, f"b = {b:g}", 15, bold=True)
    s.box(160, 78, 116, 64, "z = w·x + b", LBLUE, size=14)
    for yy in (44, 110, 176):
        s.arrow((112, yy), (158, 110 + (yy - 110) * 0.3))
    s.box(334, 78, 112, 64, "y = σ(z)", LGREEN)
    s.box(502, 78, 122, 64, "L = (y − 1)²", LORANGE)
    s.arrow((276, 96), (332, 96))
    s.arrow((446, 96), (500, 96))
    s.text(304, 60, f"z = {z:.2f}", 14, bold=True)
    s.text(468, 60, f"y = {y:.3f}", 14, bold=True)
    s.text(572, 60, f"L = {loss:.3f}", 14, bold=True)

    def minus(words: str) -> str:
        return words.replace("-", "−")

    s.arrow((500, 126), (448, 126), stroke=VERMILION, line=2.5)
    s.arrow((332, 126), (278, 126), stroke=VERMILION, line=2.5)
    s.text(492, 164, minus(f"∂L/∂y = {dy:.3f}"), 14, color=VERMILION, bold=True)
    s.text(306, 164, minus(f"∂L/∂z = {dz:.4f}"), 14, color=VERMILION, bold=True)
    s.text(
        320,
        224,
        minus(f"∂L/∂w = ∂L/∂z · x = {dz * x:.3f}      ∂L/∂b = ∂L/∂z = {dz:.4f}"),
        15,
        color=VERMILION,
        bold=True,
    )
    s.text(320, 258, f"slope of σ: y(1 − y) = {y * (1 - y):.4f}; target 1", 14)
    s.text(
        320,
        290,
        minus(f"a step with rate 1 makes w = {w - dz * x:.3f} and the loss {after:.3f}"),
        14,
    )
    return s.svg()


@figure("broadcasting")
def broadcasting() -> str:
    """A row is stretched over the rows of a matrix without being copied."""
    s = Sketch(270)
    a = np.arange(1, 13).reshape(4, 3)
    row = np.array([10, 20, 30])
    s.grid(30, 70, 46, [[LBLUE] * 3] * 4, [[str(v) for v in r] for r in a], 15, height=38)
    s.text(196, 146, "+", 24)
    s.grid(222, 70, 46, [[ORANGE] * 3], [[str(v) for v in row]], 15, height=38)
    s.grid(222, 108, 46, [[mix(ORANGE, 0.3)] * 3] * 3, [[str(v) for v in row]] * 3, 15, height=38)
    s.text(388, 146, "=", 24)
    s.grid(414, 70, 56, [[LGREEN] * 3] * 4, [[str(v) for v in r] for r in a + row], 15, height=38)
    for x, words in ((99, "(4, 3)"), (291, "(3,) → (4, 3)"), (498, "(4, 3)")):
        s.text(x, 44, words, 15, bold=True)
    s.text(320, 246, "shapes are compared from the right; a missing size or a 1 is stretched", 14)
    return s.svg()


@figure("view-versus-permute")
def permute() -> str:
    """`view` keeps the order in memory, `permute` swaps the axes: the same shape with other content."""
    s = Sketch(290)
    colors = [mix(c, 0.45) for c in (BLUE, SKY, GREEN, ORANGE, VERMILION, PURPLE)]

    def show(x: int, title: str, order: list[list[int]]) -> None:
        s.text(x + 24 * len(order[0]), 34, title, 14.5, bold=True, mono=True)
        s.grid(x, 60, 48, [[colors[k] for k in r] for r in order], [[str(k + 1) for k in r] for r in order], 16)

    show(40, "x: (2, 3)", [[0, 1, 2], [3, 4, 5]])
    show(270, "x.view(3, 2)", [[0, 1], [2, 3], [4, 5]])
    show(470, "x.permute(1, 0)", [[0, 3], [1, 4], [2, 5]])
    s.text(318, 228, "same order in memory,\nrows cut anew", 14)
    s.text(518, 228, "transposed: columns\nbecome rows", 14)
    s.text(112, 180, "6 numbers", 14)
    s.text(
        320, 272, "To move channels or batch to another place, use permute, never view.", 14, color=VERMILION, bold=True
    )
    return s.svg()


@figure("masked-autoencoder")
def mae() -> str:
    """The encoder of a masked autoencoder sees a quarter of the patches, the decoder paints the rest."""
    s = Sketch(270)
    picture = landscape(64)
    rng = np.random.default_rng(4)
    seen = np.zeros(64, bool)
    seen[rng.permutation(64)[:16]] = True
    masked = picture.copy()
    for k in np.flatnonzero(~seen):
        masked[8 * (k // 8) : 8 * (k // 8) + 8, 8 * (k % 8) : 8 * (k % 8) + 8] = 205
    s.image(20, 52, 150, 150, masked)
    s.text(95, 30, "16 of 64 patches", 14.5, bold=True)
    s.arrow((174, 127), (198, 127))
    s.box(200, 70, 100, 114, "encoder\nsees only\n16 tokens", LGREEN, size=14)
    s.arrow((300, 127), (324, 127))
    s.box(326, 88, 114, 78, "small decoder\n16 + 48\nmask tokens", LORANGE, size=13.5)
    s.arrow((440, 127), (464, 127))
    s.image(468, 52, 150, 150, picture)
    s.text(543, 30, "target picture", 14.5, bold=True)
    s.text(320, 240, "loss on the masked patches only; afterwards only the encoder is kept", 14)
    return s.svg()


@figure("sliding-windows")
def windows() -> str:
    """A series becomes examples: six past values go in, the next two are the target."""
    s = Sketch(310)
    rng = np.random.default_rng(2)
    series = 50 + 18 * np.sin(np.arange(12) * 0.7) + rng.normal(0, 4, 12)
    for i, value in enumerate(series):
        s.box(100 + i * 44, 40, 42, 34, f"{value:.0f}", PALE, WHITE, 14, r=3)
    s.text(20, 57, "series", 14.5, "start", bold=True)
    for k in range(4):
        y = 100 + k * 42
        s.text(20, y + 16, f"example {k + 1}", 14, "start")
        for i in range(8):
            s.box(
                100 + (k + i) * 44,
                y,
                42,
                32,
                f"{series[k + i]:.0f}",
                mix(BLUE, 0.4) if i < 6 else ORANGE,
                WHITE,
                14,
                r=3,
            )
    s.text(320, 290, "blue: input of 6 steps; orange: target of 2 steps; stride 1", 14)
    return s.svg()
