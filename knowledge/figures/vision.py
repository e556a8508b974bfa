"""Figures on convolutional networks."""

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
    ORANGE,
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
)


@figure("convolution-arithmetic")
def convolution() -> str:
    """A 3x3 kernel over a 5x5 image gives 3x3 numbers; one of them is the sum of nine products."""
    image = np.array([[1, 0, 2, 1, 0], [0, 1, 1, 0, 2], [2, 1, 0, 1, 1], [0, 2, 1, 0, 1], [1, 0, 1, 2, 0]])
    kernel = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
    out = np.array([[(image[i : i + 3, j : j + 3] * kernel).sum() for j in range(3)] for i in range(3)])
    s = Sketch(340)
    show = [[str(v).replace("-", "−") for v in row] for row in image]
    s.grid(24, 66, 42, [[ORANGE if 1 <= i < 4 and 1 <= j < 4 else LBLUE for j in range(5)] for i in range(5)], show, 15)
    s.text(264, 150, "∗", 24)
    s.grid(290, 86, 42, [[LGREEN] * 3] * 3, [[str(v).replace("-", "−") for v in row] for row in kernel], 15)
    s.text(444, 150, "=", 24)
    s.grid(
        470,
        86,
        42,
        [[ORANGE if (i, j) == (1, 1) else LPURPLE for j in range(3)] for i in range(3)],
        [[str(v).replace("-", "−") for v in row] for row in out],
        15,
    )
    for x, words in ((129, "image 5 × 5"), (353, "kernel 3 × 3"), (533, "output 3 × 3")):
        s.text(x, 36, words, 15, bold=True)
    s.text(436, 250, "size: (5 − 3 + 2·0) / 1 + 1 = 3", 15, bold=True)
    s.text(436, 276, "(input − kernel + 2·padding) / stride + 1", 13, color=GREY)
    left, right = image[1:4, 1].sum(), image[1:4, 3].sum()
    s.text(320, 314, f"orange: left column {left} minus right column {right} = {out[1, 1]}", 14)
    return s.svg()


@figure("receptive-field")
def receptive() -> str:
    """Three stacked 3-wide convolutions see 3, 5 and 7 pixels of the input."""
    s = Sketch(330)
    rows = ((272, 7, "input"), (200, 5, "layer 1: sees 3"), (128, 3, "layer 2: sees 5"), (56, 1, "layer 3: sees 7"))
    colors = (BLUE, GREEN, ORANGE, VERMILION)
    for level, (y, used, name) in enumerate(rows):
        s.text(14, y + 17, name, 14, "start")
        for i in range(9):
            x = 170 + i * 50
            inside = abs(i - 4) <= used // 2
            s.rect(x, y, 40, 34, colors[level] if inside else PALE, WHITE, 4)
            if level and inside:
                for j in (-1, 0, 1):
                    s.line(x + 20, y + 36, x + 20 + 50 * j, y + 70, "#9AA3AE", 1.5)
    s.text(395, 28, "receptive field r = r + (3 − 1) per layer: 3, 5, 7", 15, bold=True)
    return s.svg()


@figure("resnet-block")
def resnet() -> str:
    """A residual block adds its input to what two convolutions make of it."""
    s = Sketch(300)
    s.text(36, 186, "x", 18, bold=True)
    steps = (
        ("3×3\nconv", LBLUE),
        ("batch\nnorm", LPURPLE),
        ("ReLU", LORANGE),
        ("3×3\nconv", LBLUE),
        ("batch\nnorm", LPURPLE),
    )
    s.arrow((50, 186), (74, 186))
    for i, (name, fill) in enumerate(steps):
        s.box(76 + i * 91, 158, 75, 56, name, fill)
        s.arrow((151 + i * 91, 186), (165 + i * 91 + (4 if i == 4 else 0), 186))
    s.circle(549, 186, 14, "+", WHITE, INK, 18, bold=True)
    s.arrow((62, 186), (62, 84), (549, 84), (549, 170), stroke=BLUE, line=4, head=13)
    s.text(306, 62, "identity: x is carried past, its gradient too", 15, color=BLUE, bold=True)
    s.text(306, 240, "F(x): only the change has to be learned", 15)
    s.arrow((563, 186), (580, 186))
    s.text(608, 186, "ReLU", 14)
    s.text(320, 274, "output = ReLU(F(x) + x)", 15, bold=True)
    return s.svg()


@figure("dilated-convolution")
def dilated() -> str:
    """Dilation spreads the nine weights of a kernel over a wider field without more parameters."""
    s = Sketch(300)
    for x, d in ((22, 1), (230, 2), (438, 3)):
        hit = {4 - d, 4, 4 + d}
        cells = [
            [
                BLUE if i in hit and j in hit else LBLUE if 4 - d <= i <= 4 + d and 4 - d <= j <= 4 + d else PALE
                for j in range(9)
            ]
            for i in range(9)
        ]
        s.grid(x, 54, 20, cells)
        s.text(x + 90, 30, f"dilation {d}", 15, bold=True)
        s.text(x + 90, 256, f"field {2 * d + 1} × {2 * d + 1}, 9 weights", 14)
    return s.svg()


@figure("max-and-average-pooling")
def pooling() -> str:
    """Max pooling keeps the strongest value of each window, average pooling its mean."""
    values = np.array([[1, 3, 2, 0], [4, 8, 1, 1], [0, 2, 6, 5], [2, 0, 7, 2]])
    windows = values.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(2, 2, 4)
    fills = [[LBLUE, LORANGE], [LGREEN, LPURPLE]]
    s = Sketch(290)
    s.grid(
        28,
        64,
        48,
        [[fills[i // 2][j // 2] for j in range(4)] for i in range(4)],
        [[str(v) for v in r] for r in values],
        16,
    )
    s.text(124, 36, "4 × 4, windows of 2", 15, bold=True)
    for y, name, result in ((54, "max", windows.max(-1)), (170, "average", windows.mean(-1))):
        s.arrow((234, 160), (330, y + 48), line=2.5)
        s.text(398, y + 48, name, 15, "middle", INK, True)
        s.grid(460, y, 54, fills, [[f"{v:g}" for v in r] for r in result], 16, height=46)
    s.text(124, 272, "stride 2: half the size", 14)
    return s.svg()


@figure("depthwise-separable-convolution")
def separable() -> str:
    """A depthwise and a pointwise convolution need far fewer weights than one full convolution."""
    full, depth, point = 3 * 3 * 64 * 128, 3 * 3 * 64, 64 * 128
    s = Sketch(330)
    for y, title, parts in (
        (44, "standard 3×3", (("every filter: 3×3\nover all 64 channels", LBLUE, f"3·3·64·128 = {full:,}"),)),
        (
            180,
            "depthwise separable",
            (
                ("one 3×3 filter\nper channel", LGREEN, f"3·3·64 = {depth}"),
                ("1×1 convolution\nmixes channels", LORANGE, f"64·128 = {point:,}"),
            ),
        ),
    ):
        s.text(20, y - 14, title, 15, "start", bold=True)
        s.box(20, y + 16, 74, 54, "64\nchannels", PALE)
        s.arrow((94, y + 43), (120, y + 43))
        wide = 404 if len(parts) == 1 else 188
        for i, (words, fill, count) in enumerate(parts):
            x = 122 + i * 216
            s.box(x, y + 10, wide, 66, words, fill)
            s.text(x + wide / 2, y + 94, count + " weights", 13.5, bold=True)
            s.arrow((x + wide, y + 43), (x + wide + 26, y + 43))
        s.box(554, y + 16, 74, 54, "128\nchannels", PALE)
    s.text(
        320,
        308,
        f"{depth + point:,} weights instead of {full:,}: {full / (depth + point):.1f} times fewer",
        15,
        color=VERMILION,
        bold=True,
    )
    return s.svg()
