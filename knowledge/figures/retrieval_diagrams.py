"""Diagrams of retrieval: the pipeline, encoders, the HNSW index, and pictures beside texts."""

import itertools

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
    LYELLOW,
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
    mix,
)


@figure("rag-pipeline")
def rag() -> str:
    """RAG searches the passages for the question and lets the model answer from what was found."""
    s = Sketch(340)
    s.text(20, 26, "once, ahead of time", 14.5, "start", GREY, True)
    for i, (name, fill) in enumerate(
        (
            ("documents", PALE),
            ("chunks of\n200–500 tokens", PALE),
            ("embedding\nmodel", LPURPLE),
            ("vector index\n+ BM25", LGREEN),
        )
    ):
        x = 20 + i * 156
        s.box(x, 46, 128, 60, name, fill)
        if i:
            s.arrow((x - 28, 76), (x - 2, 76))
    s.text(20, 166, "for each question", 14.5, "start", GREY, True)
    s.box(20, 186, 100, 60, "question", LYELLOW)
    s.arrow((120, 216), (146, 216))
    s.box(148, 186, 108, 60, "embedding\nmodel", LPURPLE)
    s.arrow((256, 216), (282, 216))
    s.box(284, 186, 108, 60, "search:\n20 to 100", LGREEN)
    s.arrow((552, 106), (552, 140), (338, 140), (338, 184), stroke=GREEN, line=2.5)
    s.arrow((392, 216), (416, 216))
    s.box(418, 186, 92, 60, "rerank:\nbest 3–8", LORANGE)
    s.arrow((510, 216), (532, 216))
    s.box(534, 180, 92, 72, "language\nmodel", LBLUE, bold=True)
    s.arrow((580, 252), (580, 280))
    s.box(470, 282, 156, 40, "answer with sources", PALE)
    s.arrow((70, 246), (70, 300), (440, 300), (440, 268), (552, 268), (552, 254), stroke=GREY)
    s.text(230, 316, "the question goes into the prompt too", 13, color=GREY)
    return s.svg()


@figure("bi-encoder-and-cross-encoder")
def encoders() -> str:
    """A bi-encoder embeds texts apart and is fast; a cross-encoder reads both together and is exact."""
    s = Sketch(350)
    s.text(160, 26, "Bi-encoder", 16, bold=True)
    s.text(480, 26, "Cross-encoder", 16, bold=True)
    for x, name in ((40, "query"), (180, "passage")):
        s.box(x, 232, 100, 38, name, PALE)
        s.arrow((x + 50, 232), (x + 50, 206))
        s.box(x, 160, 100, 44, "encoder", LBLUE)
        s.arrow((x + 50, 160), (x + 50, 134))
        s.box(x, 100, 100, 32, "vector", LGREEN)
        s.arrow((x + 50, 100), (160 + (x - 110) * 0.2, 74))
    s.box(96, 42, 128, 32, "cosine = score", LORANGE)
    s.box(380, 232, 200, 38, "query [SEP] passage", PALE)
    s.arrow((480, 232), (480, 206))
    s.box(380, 130, 200, 74, "encoder: every word of\none sees the other", LBLUE)
    s.arrow((480, 130), (480, 76))
    s.box(416, 42, 128, 32, "score", LORANGE)
    s.line(320, 20, 320, 330, PALE)
    s.text(160, 308, "passages embedded ahead:\nmillions are searched in ms", 14)
    s.text(480, 308, "one pass per pair:\nfor the best 20 to 100", 14)
    return s.svg()


@figure("hnsw-layers")
def hnsw() -> str:
    """HNSW takes long steps in a sparse upper layer and short ones below."""
    rng = np.random.default_rng(2)
    points = np.stack([np.linspace(0.03, 0.97, 26), rng.uniform(0.08, 0.92, 26)], 1)
    layers = [list(range(26)), list(range(1, 26, 3)), [1, 10, 19]]
    target, scale = np.array([0.90, 0.35]), np.array([440, 84])
    s = Sketch(400)

    def place(i: int, top: float) -> tuple[float, float]:
        return 150 + points[i, 0] * 440, top + points[i, 1] * 84

    current = 1
    for level, top in ((2, 34), (1, 150), (0, 266)):
        members = layers[level]
        s.path(f"M136 {top - 6}H620V{top + 96}H136Z", "#D5DAE0", 1.5, WHITE)
        s.text(16, top + 44, f"layer {level}\n{len(members)} points", 14, "start")
        near = {i: sorted(members, key=lambda j: np.sum(((points[i] - points[j]) * scale) ** 2))[1:4] for i in members}
        links = {tuple(sorted((i, j))) for i in members for j in near[i]}
        links |= {tuple(sorted(pair)) for pair in itertools.pairwise(members)}
        for i, j in sorted(links):
            s.line(*place(i, top), *place(j, top), "#C3C9D2", 1.3)
        walk = [current]
        while True:
            around = [j for pair in links if current in pair for j in pair]
            best = min(around, key=lambda j: np.sum(((points[j] - target) * scale) ** 2))
            if best == current:
                break
            current = best
            walk.append(current)
        for a, b in itertools.pairwise(walk):
            s.arrow(place(a, top), place(b, top), stroke=VERMILION, line=3.5, head=12)
        for i in members:
            s.circle(*place(i, top), 6 if i in walk else 5, fill=VERMILION if i in walk else BLUE, stroke=WHITE)
        if level:
            x, y = place(current, top)
            s.arrow((x, y + 7), (x, top + 116 + points[current, 1] * 84 - 9), stroke=VERMILION, dash=True)
    x, y = 150 + target[0] * 440, 266 + target[1] * 84
    s.path(f"M{x - 8} {y}H{x + 8}M{x} {y - 8}V{y + 8}", INK, 3)
    s.text(16, 384, "+ query; red: greedy steps to the nearest neighbour; dashed: down a layer", 13, "start")
    return s.svg()


@figure("clip-matrix")
def clip() -> str:
    """CLIP raises the similarities on the diagonal, where picture and text belong together."""
    s = Sketch(350)
    names = ["dog", "cat", "car", "tree"]
    size, x0, y0 = 62, 330, 84
    s.box(210, y0, 92, 4 * size, "image\nencoder", LBLUE)
    s.box(x0, 14, 4 * size, 36, "text encoder: “a dog”, “a cat”, …", LORANGE)
    for i, name in enumerate(names):
        s.text(x0 + (i + 0.5) * size, 68, "T" + "₁₂₃₄"[i], 15, bold=True)
        s.text(318, y0 + (i + 0.5) * size, "I" + "₁₂₃₄"[i], 15, bold=True)
        s.box(20, y0 + i * size + 10, 160, 42, f"picture of a {name}", PALE)
        s.arrow((180, y0 + (i + 0.5) * size), (208, y0 + (i + 0.5) * size))
    s.grid(
        x0,
        y0,
        size,
        [[BLUE if i == j else mix(BLUE, 0.12) for j in range(4)] for i in range(4)],
        [[f"I{'₁₂₃₄'[i]}·T{'₁₂₃₄'[j]}" for j in range(4)] for i in range(4)],
        14,
    )
    s.text(100, 40, "batch of 4 pairs:\nraise dark, lower pale", 14)
    return s.svg()
