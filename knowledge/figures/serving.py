"""Diagrams of communication between GPUs, of prefill and decode, and of attention in tiles."""

import numpy as np
from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LBLUE,
    LGREEN,
    LORANGE,
    ORANGE,
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
    mix,
)


@figure("federated-averaging")
def federated() -> str:
    """Devices train on their own data and send weights only; the server averages them."""
    s = Sketch(300)
    s.box(240, 24, 160, 58, "server averages\nthe weights", LBLUE, bold=True)
    shares = ((30, 600), (240, 300), (450, 100))
    for x, count in shares:
        s.box(x, 178, 160, 74, f"device trains\non its {count} examples\n(they stay there)", LGREEN, size=13.5)
        middle = x + 80
        s.arrow((320 + (middle - 320) * 0.2 - 8, 84), (middle - 8, 176), stroke=GREY)
        s.arrow((middle + 12, 176), (320 + (middle - 320) * 0.2 + 12, 84), stroke=VERMILION, line=2.5)
    s.text(40, 60, "grey: model out", 14, "start", GREY, True)
    s.text(40, 84, "red: new weights back", 14, "start", VERMILION, True)
    s.text(320, 278, "w = 0.6·w₁ + 0.3·w₂ + 0.1·w₃: weighted by the number of examples", 14.5, bold=True)
    return s.svg()


@figure("ring-all-reduce")
def ring() -> str:
    """Each GPU passes pieces round a ring; every one sends about twice the gradient, however many there are."""
    s = Sketch(310)
    centre, radius = (160, 150), 100
    spots = [(centre[0] + radius * np.cos(a), centre[1] + radius * np.sin(a)) for a in np.deg2rad([-90, 0, 90, 180])]
    for i in range(4):
        (x1, y1), (x2, y2) = spots[i], spots[(i + 1) % 4]
        dx, dy = (x2 - x1) / radius / 1.414, (y2 - y1) / radius / 1.414
        s.arrow((x1 + 36 * dx, y1 + 36 * dy), (x2 - 38 * dx, y2 - 38 * dy), stroke=VERMILION, line=3, head=12)
    for i, (x, y) in enumerate(spots):
        s.circle(x, y, 32, f"GPU {i + 1}", LBLUE, size=14, bold=True)
    s.text(460, 30, "gradient cut into 4 pieces", 15, bold=True)
    colors = [mix(c, 0.6) for c in (BLUE, GREEN, ORANGE, VERMILION)]
    for row, (words, lit) in enumerate(
        (("start: own sums only", 0.25), ("after 3 steps: 1 piece summed", 0.5), ("after 6 steps: all summed", 1))
    ):
        y = 60 + row * 66
        for k in range(4):
            full = lit == 1 or (lit == 0.5 and k == 1)
            s.rect(340 + k * 60, y, 57, 26, colors[k] if full else mix(colors[k], 0.35), GREY if full else WHITE, 3)
        s.text(460, y + 42, words, 14)
    s.text(460, 264, "sent per GPU: 2·(4 − 1)/4 = 1.5 gradients", 14, bold=True)
    s.text(460, 288, "with 64 GPUs: 1.97 gradients", 14)
    return s.svg()


@figure("prefill-and-decode")
def prefill() -> str:
    """The prompt is read in one pass, then each new token needs a pass of its own over all weights."""
    s = Sketch(300)
    s.text(20, 28, "prefill: one pass", 15, "start", BLUE, True)
    s.text(262, 28, "decode: one pass per new token", 15, "start", "#9A6A00", True)
    s.box(20, 48, 222, 92, "all 1,000 prompt tokens\nat once, much arithmetic:\ncompute-bound", LBLUE, BLUE)
    for i in range(6):
        s.box(262 + i * 61, 48, 54, 92, f"token\n{i + 1}", LORANGE, ORANGE, size=13.5)
    s.arrow((20, 164), (624, 164), stroke=INK)
    s.text(620, 182, "time", 13.5, "end")
    s.line(242, 146, 242, 178, VERMILION, 3)
    s.text(242, 194, "time to first token", 14, color=VERMILION, bold=True)
    s.text(440, 214, "each pass reads all weights: memory-bound", 14)
    s.text(320, 250, "8B model in bf16, card with 1 TB/s: 16 GB / 1 TB/s = 16 ms,", 14)
    s.text(320, 274, "so at most about 62 tokens per second for one chat", 14, bold=True)
    return s.svg()


@figure("flash-attention-tiles")
def tiles() -> str:
    """FlashAttention computes the scores tile by tile in fast memory and never writes the whole matrix."""
    s = Sketch(310)
    for x, title, flash in ((24, "plain attention", False), (340, "FlashAttention", True)):
        s.text(x + 138, 26, title, 15.5, bold=True)
        for i in range(5):
            for j in range(5):
                active = flash and (i, j) == (2, 1)
                done = flash and (i < 2 or (i == 2 and j < 1))
                s.rect(
                    x + 70 + j * 32,
                    80 + i * 32,
                    31,
                    31,
                    VERMILION if active else LBLUE if done or not flash else PALE,
                    WHITE,
                    2,
                )
            s.rect(x + 26, 80 + i * 32, 31, 31, mix(ORANGE, 0.9 if flash and i == 2 else 0.35), WHITE, 2)
            s.rect(x + 70 + i * 32, 44, 31, 26, mix(GREEN, 0.9 if flash and i == 1 else 0.35), WHITE, 2)
        s.text(x + 14, 160, "Q", 15, bold=True)
        s.text(x + 246, 57, "K, V", 14, "start", INK, True)
    s.text(162, 266, "writes all n² scores to memory:\nn = 8,192: 128 MiB a head in bf16", 13.5)
    s.text(478, 266, "one tile in fast memory; keeps\nrunning maximum, sum and output", 13.5)
    return s.svg()
