"""Figures on convolutional networks, detection and vision transformers."""

import numpy as np
from pictures import landscape
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
)  # fmt: skip


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
    s.grid(470, 86, 42, [[ORANGE if (i, j) == (1, 1) else LPURPLE for j in range(3)] for i in range(3)],
           [[str(v).replace("-", "−") for v in row] for row in out], 15)
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
    steps = (("3×3 conv", LBLUE), ("batch\nnorm", LPURPLE), ("ReLU", LORANGE), ("3×3 conv", LBLUE), ("batch\nnorm", LPURPLE))
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


@figure("u-net")
def unet() -> str:
    """U-Net shrinks the picture to see context and joins fine details back in by skip connections."""
    s = Sketch(380)
    sizes = ((256, 64), (128, 128), (64, 256))
    for i, (side, channels) in enumerate(sizes):
        y, h = 50 + i * 92, 62 - i * 10
        left, right = 40 + i * 78, 600 - i * 78
        for x, fill, words in ((left, LBLUE, "down"), (right - 88, LGREEN, "up")):
            s.box(x, y, 88, h, f"{side}×{side}\n{channels} ch", fill, size=13)
            del words
        s.arrow((left + 88, y + h / 2), (right - 90, y + h / 2), stroke=ORANGE, line=3, dash=True, head=11)
        s.arrow((left + 62, y + h), (left + 78 + (10 if i < 2 else 26), y + 90), stroke=BLUE, line=3)
        s.arrow((right - 78 - (10 if i < 2 else 26), y + 90), (right - 62, y + h + 3), stroke=GREEN, line=3)
    s.text(320, 67, "skip: copied and concatenated", 14, color=VERMILION, bold=True)
    s.box(262, 324, 116, 42, "32×32, 512 ch", LORANGE, size=13)
    s.text(66, 300, "encoder:\npool by 2", 14, "start", BLUE, True)
    s.text(574, 300, "decoder:\nupsample by 2", 14, "end", GREEN, True)
    s.text(84, 28, "image in", 14)
    s.text(556, 28, "mask out", 14)
    return s.svg()


@figure("vit-patches")
def vit() -> str:
    """A vision transformer cuts the image into patches and makes a token of each."""
    s = Sketch(330)
    picture = landscape(96)
    s.image(20, 60, 168, 168, picture)
    for i in range(5):
        s.line(20 + 42 * i, 60, 20 + 42 * i, 228, WHITE, 2.5)
        s.line(20, 60 + 42 * i, 188, 60 + 42 * i, WHITE, 2.5)
    s.text(104, 34, "224×224 pixels: 14×14\npatches (4×4 drawn)", 13.5, bold=True)
    s.arrow((194, 144), (222, 144))
    for i in range(5):
        y = 58 + i * 36
        if i == 4:
            s.text(242, y + 12, "⋮", 18)
            s.text(350, y + 12, "⋮", 18)
        else:
            s.image(228, y, 28, 28, np.ascontiguousarray(picture[:24, i * 24 : i * 24 + 24]))
            s.arrow((262, y + 14), (290, y + 14), line=1.5, head=7)
            s.box(292, y, 116, 28, f"token {i + 1}", LBLUE, size=13)
    s.box(292, 18, 116, 28, "[CLS] token", LORANGE, size=13)
    s.text(350, 240, "768 values of a patch\ntimes E, plus position", 13)
    s.arrow((414, 120), (444, 120))
    s.box(446, 60, 90, 120, "transformer\nencoder,\nno mask", LGREEN, size=13)
    s.arrow((536, 120), (560, 120))
    s.box(562, 92, 66, 56, "class", LPURPLE)
    s.text(320, 298, "197 tokens go in; patches of 32 would give 50, patches of 8 give 785.", 14)
    return s.svg()


@figure("intersection-over-union")
def iou() -> str:
    """IoU is the overlap of two boxes divided by the area that both cover together."""
    s = Sketch(300)
    for x, shift in ((24, 8), (234, 22), (444, 60)):
        side, left, top = 100, x + (172 - 100 - shift) / 2, 54
        s.rect(left, top, side, side, LBLUE, BLUE, 2, 3)
        s.rect(left + shift, top + shift * 0.6, side, side, LORANGE, ORANGE, 2, 3, opacity=0.7)
        w, h = side - shift, side - shift * 0.6
        s.rect(left + shift, top + shift * 0.6, w, h, GREEN, GREEN, 0, 0, opacity=0.75)
        value = w * h / (2 * side * side - w * h)
        s.text(x + 86, 30, f"IoU = {value:.2f}", 17, bold=True)
        verdict = "counts at 0.5 and 0.75" if value > 0.75 else "too far off at 0.5"
        s.text(x + 86, 226, "counts at 0.5" if 0.5 <= value <= 0.75 else verdict, 13.5)
    s.text(320, 268, "IoU = green overlap / area covered by either box", 15, bold=True)
    return s.svg()


@figure("non-maximum-suppression")
def nms() -> str:
    """Non-maximum suppression keeps the surest box and drops boxes that overlap it too much."""
    boxes = np.array([[40, 60, 150, 190], [54, 74, 162, 196], [28, 70, 142, 204], [190, 90, 272, 196], [196, 80, 284, 190.0]])
    scores = np.array([0.92, 0.81, 0.63, 0.77, 0.58])

    def overlap(a: np.ndarray, b: np.ndarray) -> float:
        w, h = (max(0, min(a[k + 2], b[k + 2]) - max(a[k], b[k])) for k in (0, 1))
        area = [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
        return w * h / (sum(area) - w * h)

    kept: list[int] = []
    for i in np.argsort(-scores):
        if all(overlap(boxes[i], boxes[j]) < 0.5 for j in kept):
            kept.append(i)
    s = Sketch(310)
    for x, title, chosen in ((0, "5 boxes of the detector", range(5)), (330, "after NMS at IoU 0.5", kept)):
        s.text(x + 155, 28, title, 15, bold=True)
        for cx, r, fill in ((94, 42, LBLUE), (236, 34, LRED)):
            s.circle(x + cx, 136, r, fill=fill, stroke=WHITE)
        for i in chosen:
            a, b, c, d = boxes[i]
            color = VERMILION if i in kept else GREY
            s.path(f"M{x + a} {b}H{x + c}V{d}H{x + a}Z", color, 3.5 if i in kept else 2, dash=i not in kept)
        for i in kept:
            s.box(x + boxes[i][0], boxes[i][1] - 24, 48, 22, f"{scores[i]:.2f}", VERMILION, VERMILION, 13, color=WHITE, bold=True)
    s.arrow((300, 136), (336, 136), line=3, head=12)
    first = ", ".join(f"{overlap(boxes[0], boxes[k]):.2f}" for k in (1, 2))
    s.text(320, 240, f"left object: IoU with the best box {first}: both dropped", 14)
    s.text(320, 268, f"right object: IoU {overlap(boxes[3], boxes[4]):.2f} with its best box: dropped", 14)
    return s.svg()


@figure("dilated-convolution")
def dilated() -> str:
    """Dilation spreads the nine weights of a kernel over a wider field without more parameters."""
    s = Sketch(300)
    for x, d in ((22, 1), (230, 2), (438, 3)):
        hit = {4 - d, 4, 4 + d}
        cells = [[BLUE if i in hit and j in hit else LBLUE if 4 - d <= i <= 4 + d and 4 - d <= j <= 4 + d else PALE
                  for j in range(9)] for i in range(9)]
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
    s.grid(28, 64, 48, [[fills[i // 2][j // 2] for j in range(4)] for i in range(4)], [[str(v) for v in r] for r in values], 16)
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
        (180, "depthwise separable", (("one 3×3 filter\nper channel", LGREEN, f"3·3·64 = {depth}"),
                                      ("1×1 convolution\nmixes channels", LORANGE, f"64·128 = {point:,}"))),
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
    s.text(320, 308, f"{depth + point:,} weights instead of {full:,}: {full / (depth + point):.1f} times fewer", 15,
           color=VERMILION, bold=True)
    return s.svg()


