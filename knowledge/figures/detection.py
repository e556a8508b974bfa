"""Figures on detection, segmentation and vision transformers."""

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
    LRED,
    ORANGE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
)


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
    boxes = np.array(
        [[40, 60, 150, 190], [54, 74, 162, 196], [28, 70, 142, 204], [190, 90, 272, 196], [196, 80, 284, 190.0]]
    )
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
        s.text(x + 155, 19, title, 15, bold=True)
        for cx, r, fill in ((94, 42, LBLUE), (236, 34, LRED)):
            s.circle(x + cx, 136, r, fill=fill, stroke=WHITE)
        for i in chosen:
            a, b, c, d = boxes[i]
            color = VERMILION if i in kept else GREY
            s.path(f"M{x + a} {b}H{x + c}V{d}H{x + a}Z", color, 3.5 if i in kept else 2, dash=i not in kept)
        for i in kept:
            s.box(
                x + boxes[i][0],
                boxes[i][1] - 24,
                48,
                22,
                f"{scores[i]:.2f}",
                VERMILION,
                VERMILION,
                13,
                color=WHITE,
                bold=True,
            )
    s.arrow((300, 136), (336, 136), line=3, head=12)
    first = ", ".join(f"{overlap(boxes[0], boxes[k]):.2f}" for k in (1, 2))
    s.text(320, 240, f"left object: IoU with the best box {first}: both dropped", 14)
    s.text(320, 268, f"right object: IoU {overlap(boxes[3], boxes[4]):.2f} with its best box: dropped", 14)
    return s.svg()
