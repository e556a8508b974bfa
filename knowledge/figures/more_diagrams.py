"""Diagrams of models that combine or teach one another, of chunks, the transformer and a way to learn."""

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
    LYELLOW,
    ORANGE,
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
    mix,
)


@figure("llava-image-into-language-model")
def llava() -> str:
    """A small projector turns picture features into tokens that a language model reads like words."""
    s = Sketch(300)
    s.image(20, 30, 84, 84, landscape(48))
    s.arrow((104, 72), (128, 72))
    s.box(130, 40, 128, 64, "vision encoder\n(CLIP), frozen", LGREEN, size=13.5)
    s.arrow((258, 72), (282, 72))
    s.box(284, 40, 104, 64, "projector\nMLP", LORANGE, bold=True)
    s.arrow((388, 72), (414, 72))
    for i in range(6):
        s.rect(416 + i * 18, 56, 15, 32, ORANGE, WHITE, 3)
    s.text(526, 72, "576 image\ntokens", 14, "start")
    s.box(20, 160, 238, 44, "“What stands beside the house?”", LYELLOW, size=13)
    s.arrow((258, 182), (414, 182))
    for i in range(6):
        s.rect(416 + i * 18, 166, 15, 32, mix(BLUE, 0.6), WHITE, 3)
    s.text(526, 182, "text tokens", 14, "start")
    s.arrow((468, 92), (360, 232))
    s.arrow((468, 200), (400, 232))
    s.box(230, 234, 220, 46, "language model", LBLUE, bold=True, size=15)
    s.arrow((450, 257), (490, 257))
    s.text(498, 257, "“A tree.”", 15, "start", INK, True)
    return s.svg()


@figure("knowledge-distillation")
def distillation() -> str:
    """The student learns from the teacher's softened probabilities and from the labels."""
    s = Sketch(310)
    logits = np.array([5.0, 2.0, 1.0, -1.0])

    def soft(t: float) -> np.ndarray:
        p = np.exp(logits / t)
        return p / p.sum()

    s.box(20, 122, 80, 48, "input", PALE)
    s.arrow((100, 136), (138, 84))
    s.arrow((100, 156), (138, 216))
    s.box(140, 50, 120, 64, "teacher\nlarge, frozen", LBLUE)
    s.box(140, 188, 120, 64, "student\nsmall", LGREEN)
    for top, temperature in ((34, 1.0), (118, 4.0)):
        s.text(302, top + 34, f"T = {temperature:g}", 14, "start", INK, True)
        for i, (word, p) in enumerate(zip(("cat", "dog", "fox", "car"), soft(temperature), strict=True)):
            s.rect(364 + i * 64, top + 52 - 48 * p, 40, 48 * p + 2, mix(BLUE, 0.7), WHITE, 2)
            s.text(384 + i * 64, top + 66, f"{word} {p:.2f}", 11.5)
    s.arrow((260, 82), (300, 82))
    s.arrow((260, 220), (300, 220))
    s.box(
        302,
        196,
        322,
        50,
        "loss = α · KL(teacher, student) at T = 4\n+ (1 − α) · cross-entropy with the label",
        LORANGE,
        size=13.5,
    )
    s.text(320, 284, "T = 4 shows that the cat resembles a dog more than a car", 14.5, bold=True)
    return s.svg()


@figure("simclr-contrastive-pairs")
def simclr() -> str:
    """Two changed versions of a picture attract each other, all other pictures push away."""
    s = Sketch(310)
    day, night = landscape(48), landscape(48, night=True)
    grey = np.repeat(day.mean(-1, keepdims=True), 3, -1).astype(np.uint8)
    views = ((day[4:40, 4:40], grey[:, ::-1]), (night[:, ::-1], night[6:46, 8:48]))
    for i, pair in enumerate(views):
        for j, view in enumerate(pair):
            y = 20 + i * 140 + j * 66
            s.image(20, y, 58, 58, np.ascontiguousarray(view))
            s.arrow((80, y + 29), (118, y + 29))
            s.box(120, y + 6, 96, 46, "encoder", LBLUE)
            s.arrow((216, y + 29), (240, y + 29))
            s.box(242, y + 6, 86, 46, "projector", LORANGE, size=13.5)
            s.arrow((328, y + 29), (352, y + 29))
            s.circle(372, y + 29, 16, "z" + "₁₂₃₄"[2 * i + j], LGREEN, size=15, bold=True)
    for a, b in ((49, 115), (189, 255)):
        s.arrow((392, a + 6), (392, b - 6), stroke=GREEN, line=4, bend=(430, (a + b) / 2))
        s.arrow((392, b - 6), (392, a + 6), stroke=GREEN, line=4, bend=(430, (a + b) / 2))
    s.text(426, 82, "pull together", 15, "start", GREEN, True)
    s.text(426, 222, "pull together", 15, "start", GREEN, True)
    s.line(372, 134, 372, 170, VERMILION, 4)
    s.text(390, 152, "push apart from all others", 15, "start", VERMILION, True)
    s.text(626, 290, "After training the projector is thrown away.", 13.5, "end")
    return s.svg()


@figure("chunking-with-overlap")
def chunks() -> str:
    """Chunks overlap, so that a sentence on a border is whole in at least one of them."""
    s = Sketch(280)
    s.text(20, 26, "a document of 1,000 tokens, chunks of 300, overlap 60", 15, "start", INK, True)
    scale = 0.6
    s.rect(20, 46, 1000 * scale, 26, PALE, GREY, 3)
    s.rect(20 + 280 * scale, 46, 34 * scale, 26, VERMILION, VERMILION, 2)
    start, k = 0, 0
    while True:
        end = min(1000, start + 300)
        y = 88 + k * 38
        s.box(20 + start * scale, y, (end - start) * scale, 30, f"{start}–{end}", mix(BLUE, 0.25), BLUE)
        left, right = max(start, 280), min(end, 314)
        if left < right:
            s.rect(20 + left * scale, y, (right - left) * scale, 30, VERMILION, VERMILION, 2)
        if end == 1000:
            break
        start, k = start + 240, k + 1
    s.text(620, 110, "red: a sentence on a border,", 14, "end", VERMILION, True)
    s.text(620, 130, "cut in chunk 1, whole in chunk 2", 14, "end", VERMILION, True)
    s.text(320, 258, "without overlap a cut at token 300 would leave it whole in no chunk", 13.5, color=GREY)
    return s.svg()


@figure("encoder-and-decoder-transformer")
def transformer() -> str:
    """The encoder reads the source both ways; the decoder reads its own past and the encoder's output."""
    s = Sketch(390)
    for x, title, parts in (
        (60, "encoder × 6", (("feed-forward", LGREEN), ("self-attention,\nall tokens", LORANGE))),
        (
            380,
            "decoder × 6",
            (
                ("feed-forward", LGREEN),
                ("cross-attention\nto the encoder", LRED),
                ("self-attention,\npast only", LORANGE),
            ),
        ),
    ):
        top = 92
        s.rect(x - 16, 66, 232, 232, WHITE, GREY, 10)
        s.text(x - 8, 82, title, 14, "start", bold=True)
        high = 46
        for i, (name, fill) in enumerate(parts):
            y = (top + 8 if len(parts) == 3 else top + 34) + i * 66
            s.box(x, y, 200, high, name, fill)
            if i:
                s.arrow((x + 100, y), (x + 100, y - 18))
        bottom = y + high
        s.arrow((x + 100, 330), (x + 100, bottom + 2))
    s.arrow((160, 126), (160, 48), (310, 48), (310, 189), (378, 189), stroke=VERMILION, line=3, head=12)
    s.text(236, 30, "keys and values", 14, color=VERMILION, bold=True)
    s.arrow((480, 100), (480, 42))
    s.text(480, 26, "next word: “chat”", 14.5, bold=True)
    s.box(60, 332, 200, 40, "the cat sleeps", LBLUE)
    s.box(380, 332, 200, 40, "<s> le", LBLUE)
    return s.svg()


@figure("learning-roadmap")
def roadmap() -> str:
    """A path from Python to a project of one's own, with checks that show when to go on."""
    s = Sketch(330)
    steps = (
        ("1. Python", "loops, functions,\nNumPy slices", LBLUE),
        ("2. Some maths", "gradient, matrix\nproduct", LBLUE),
        ("3. Classic ML", "split, overfitting,\nmetrics", LGREEN),
        ("4. By hand", "a network in\nNumPy", LGREEN),
        ("5. PyTorch", "own training loop\non CIFAR-10", LORANGE),
        ("6. One field", "vision, language,\naudio or RL", LORANGE),
        ("7. Papers", "rebuild one result", LPURPLE),
        ("8. Own project", "data, baseline,\nreport", LPURPLE),
    )
    for i, (name, words, fill) in enumerate(steps):
        row, column = divmod(i, 4)
        x = 16 + (column if row == 0 else 3 - column) * 156
        y = 36 + row * 150
        s.box(x, y, 140, 96, "", fill)
        s.text(x + 70, y + 24, name, 14.5, bold=True)
        s.text(x + 70, y + 62, words, 13)
        if column < 3:
            a, b = (x + 140, x + 155) if row == 0 else (x, x - 15)
            s.arrow((a, y + 48), (b, y + 48), stroke=VERMILION)
    s.arrow((554, 132), (554, 184), stroke=VERMILION)
    s.text(320, 310, "in each box: what you should be able to do before you go on", 14)
    return s.svg()
