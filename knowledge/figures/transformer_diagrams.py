"""Figures on the transformer: its block, masks, heads, positions and experts."""

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
    mix,
)


@figure("transformer-block-pre-norm-post-norm")
def block() -> str:
    """Pre-norm leaves the residual path free; post-norm puts a normalization on it."""
    s = Sketch(500)
    for x, title, pre in ((40, "Post-norm (2017)", False), (360, "Pre-norm (GPT-2 and later)", True)):
        middle = x + 130
        s.text(middle - 10, 26, title, 15, bold=True)
        s.arrow((middle, 482), (middle, 46), stroke=BLUE if pre else GREY, line=4 if pre else 2.5, head=13)
        for base, name, fill in ((268, "Attention", LORANGE), (54, "Feed-forward", LGREEN)):
            bottom = base + 198
            s.circle(middle, base + (22 if pre else 62), 14, "+", WHITE, INK, 18, bold=True)
            if pre:
                s.box(x - 20, bottom - 70, 120, 36, "LayerNorm", LPURPLE)
                s.box(x - 20, bottom - 140, 120, 44, name, fill)
                s.arrow((middle, bottom - 8), (x + 40, bottom - 8), (x + 40, bottom - 34))
                s.arrow((x + 40, bottom - 70), (x + 40, bottom - 96))
                s.arrow((x + 40, bottom - 140), (x + 40, base + 22), (middle - 15, base + 22))
            else:
                s.box(middle - 70, base + 2, 140, 34, "LayerNorm", LPURPLE)
                s.box(middle - 70, bottom - 84, 140, 44, name, fill)
                s.arrow(
                    (middle, bottom - 16),
                    (middle + 100, bottom - 16),
                    (middle + 100, base + 62),
                    (middle + 15, base + 62),
                    stroke=BLUE,
                    line=3,
                )
        s.text(middle + 24, 478, "x", 16, "middle", INK, True)
    s.text(476 + 32, 296, "free residual\npath", 14, "start", BLUE, True)
    s.line(322, 20, 322, 480, PALE)
    return s.svg()


@figure("causal-mask")
def causal_mask() -> str:
    """With a causal mask token i attends to tokens 1 to i and never to a later one."""
    words = ["The", "cat", "sat", "down", "."]
    s = Sketch(350)
    size, x, y = 48, 130, 84
    s.text(x + 2.5 * size, 24, "keys: the token that is looked at", 14, bold=True)
    for i, word in enumerate(words):
        s.text(x + (i + 0.5) * size, 64, word, 14)
        s.text(x - 12, y + (i + 0.5) * size, word, 14, "end")
    fills = [[BLUE if j <= i else PALE for j in range(5)] for i in range(5)]
    s.grid(x, y, size, fills, [["1" if j <= i else "−∞" for j in range(5)] for i in range(5)], 15, bold=True)
    s.text(28, 56, "queries", 14, "start", bold=True)
    s.rect(404, 104, 22, 22, BLUE, WHITE, 3)
    s.text(436, 115, "may be seen: its own\nand earlier tokens", 14, "start")
    s.rect(404, 174, 22, 22, PALE, WHITE, 3)
    s.text(436, 185, "masked: score −∞,\nweight 0 after softmax", 14, "start")
    s.box(400, 236, 220, 62, "“sat” mixes the values of\nThe, cat and sat only", LBLUE, WHITE, 14)
    return s.svg()


@figure("attention-heads-and-shapes")
def heads() -> str:
    """Multi-head attention cuts the width into heads, attends in each, and joins them again."""
    s = Sketch(400)
    s.text(320, 26, "n = 10 tokens, width 768, h = 12 heads of 64", 15, bold=True)
    s.box(20, 150, 92, 100, "input X\n10 × 768", LBLUE)
    for i, (name, fill) in enumerate((("Q", LORANGE), ("K", LGREEN), ("V", LPURPLE))):
        y = 70 + i * 100
        s.arrow((112, 200), (148, y + 30))
        s.box(150, y, 110, 60, f"{name} = X W{name}\n10 × 768", fill)
        s.arrow((260, y + 30), (296, 150 + i * 50))
    for k in (2, 1, 0):
        s.rect(300 + 9 * k, 112 - 9 * k, 148, 190, WHITE, GREY)
    s.text(374, 200, "each of 12 heads:\nQ, K, V 10 × 64\n\nscores QKᵀ/√64\n10 × 10, softmax,\ntimes V: 10 × 64", 13.5)
    s.arrow((468, 200), (500, 200))
    s.box(502, 150, 116, 100, "join heads:\n10 × 768,\ntimes Wₒ:\n10 × 768", LBLUE)
    s.text(320, 366, "The output has the shape of the input, so that blocks can be stacked.", 14)
    return s.svg()


@figure("mha-gqa-mqa")
def grouped_queries() -> str:
    """Fewer key and value heads, shared by groups of query heads, make the cache smaller."""
    s = Sketch(330)
    kinds = (("Multi-head", 8, "cache 100%"), ("Grouped-query", 2, "cache 25%"), ("Multi-query", 1, "cache 12.5%"))
    for column, (title, count, share) in enumerate(kinds):
        x = 24 + column * 205
        s.text(x + 91, 28, title, 15, bold=True)
        for i in range(8):
            s.box(x + i * 23, 210, 19, 40, "Q", LORANGE, r=4, size=13)
        per = 8 // count
        for k in range(count):
            middle = x + (k * per + (per - 1) / 2) * 23 + 9.5
            for i in range(per):
                s.line(x + (k * per + i) * 23 + 9.5, 210, middle, 152, GREY, 1.5)
            wide = 19 if count == 8 else 34
            s.box(middle - wide / 2, 62, wide, 38, "V", LGREEN, r=4, size=13)
            s.box(middle - wide / 2, 112, wide, 38, "K", LBLUE, r=4, size=13)
        s.text(x + 91, 276, f"{count} key-value head" + ("s" if count > 1 else ""), 14)
        s.text(x + 91, 302, share, 14, color=VERMILION, bold=True)
    return s.svg()


@figure("rope-rotation")
def rope() -> str:
    """RoPE turns a query and a key by their positions, so that their angle depends on the distance only."""
    s = Sketch(330)
    step = np.deg2rad(20)
    for x, m, n in ((165, 1, 3), (475, 4, 6)):
        y, r = 176, 110
        s.circle(x, y, r, fill=WHITE, stroke="#C3C9D2")
        for position, name, color in ((m, "q", BLUE), (n, "k", VERMILION)):
            a = position * step
            s.arrow((x, y), (x + r * np.cos(a), y - r * np.sin(a)), stroke=color, line=4, head=14)
            s.text(x + (r + 20) * np.cos(a), y - (r + 18) * np.sin(a), name, 17, color=color, bold=True)
        points = [(x + 52 * np.cos(a), y - 52 * np.sin(a)) for a in np.linspace(m * step, n * step, 9)]
        s.path("M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points), INK, 2)
        a = (m + n) / 2 * step
        s.text(x + 76 * np.cos(a), y - 76 * np.sin(a), "40°", 14, bold=True)
        s.text(x, 28, f"q at position {m}, k at position {n}", 14, bold=True)
    s.text(320, 310, "20° a position: both pairs are 2 apart, so both dot products are equal", 14)
    return s.svg()


@figure("mixture-of-experts-routing")
def experts() -> str:
    """A router sends every token to its two best experts; the other experts do no work for it."""
    s = Sketch(370)
    rng = np.random.default_rng(3)
    scores = np.exp(rng.normal(0, 1.2, (1, 8)))[0]
    scores /= scores.sum()
    best = np.argsort(scores)[-2:]
    s.box(20, 160, 86, 50, "token x", LBLUE)
    s.arrow((106, 185), (138, 185))
    s.box(140, 150, 92, 70, "router\nsoftmax", LORANGE)
    total = scores[best].sum()
    for i, share in enumerate(scores):
        y, on = 22 + i * 42, i in best
        s.box(338, y, 116, 33, f"expert {i + 1}", LGREEN if on else PALE, GREEN if on else "#C3C9D2", color=INK)
        s.text(330, y + 16, f"{share:.2f}", 13, "end", VERMILION if on else GREY, on)
        if on:
            s.arrow((232, 185), (292, y + 16), stroke=VERMILION, line=3)
            s.arrow((454, y + 16), (515, 185 + (y + 16 - 185) * 0.12), stroke=VERMILION, line=3)
        else:
            s.line(232, 185, 292, y + 16, "#D5DAE0", 1.5)
    s.box(518, 150, 106, 70, "weighted\nsum", LBLUE)
    shares = " + ".join(f"{scores[i] / total:.2f} E{i + 1}(x)" for i in sorted(best))
    s.text(552, 250, shares.replace(" + ", "\n+ "), 13.5, bold=True)
    s.text(126, 290, "2 of 8 experts work:\na quarter of their\nparameters is active", 14)
    return s.svg()


@figure("bpe-merges")
def bpe() -> str:
    """Byte-pair encoding joins the most frequent neighbouring pair, again and again."""
    words = {"low": 5, "lower": 2, "newest": 6, "widest": 3}
    pieces = {word: list(word) for word in words}
    s = Sketch(400)
    s.text(20, 26, "merge", 14, "start", bold=True)
    for j, (word, count) in enumerate(words.items()):
        s.text(196 + j * 122, 26, f"{word} ×{count}", 14, bold=True)
    for step in range(6):
        y = 52 + step * 56
        if step == 0:
            s.text(20, y + 15, "start", 14, "start")
        else:
            pairs: dict[tuple[str, str], int] = {}
            for word, count in words.items():
                for pair in zip(pieces[word], pieces[word][1:], strict=False):
                    pairs[pair] = pairs.get(pair, 0) + count
            best = max(pairs, key=lambda pair: pairs[pair])
            for word, old in pieces.items():
                new, i = [], 0
                while i < len(old):
                    joined = tuple(old[i : i + 2]) == best
                    new.append("".join(best) if joined else old[i])
                    i += 2 if joined else 1
                pieces[word] = new
            s.text(20, y + 15, f"{step}. {best[0]}+{best[1]}  ({pairs[best]}×)", 14, "start", VERMILION, True)
        for j, word in enumerate(words):
            wide = [9.5 * len(piece) + 7 for piece in pieces[word]]
            x = 196 + j * 122 - (sum(wide) + 2 * (len(wide) - 1)) / 2
            for piece, w in zip(pieces[word], wide, strict=True):
                s.box(x, y, w, 30, piece, mix(BLUE, 0.1 + 0.09 * (len(piece) - 1) * 2), "#B8C2CE", 14, r=4)
                x += w + 2
    s.text(320, 382, "Five merges turn “est”, “low” and their parts into single tokens.", 14)
    return s.svg()


@figure("encoder-decoder-prefix-masks")
def mask_kinds() -> str:
    """Encoders see all tokens, decoders the past, prefix models the whole prompt and then the past."""
    s = Sketch(310)
    kinds = (
        ("Encoder", "BERT: all tokens", lambda i, j: True, LBLUE),
        ("Decoder", "GPT: own past only", lambda i, j: j <= i, LORANGE),
        ("Prefix", "prompt both ways", lambda i, j: j < 3 or j <= i, LGREEN),
    )
    for column, (title, under, seen, fill) in enumerate(kinds):
        x = 28 + column * 208
        s.text(x + 84, 28, title, 16, bold=True)
        cells = [
            [{LBLUE: BLUE, LORANGE: ORANGE, LGREEN: GREEN}[fill] if seen(i, j) else PALE for j in range(6)]
            for i in range(6)
        ]
        s.grid(x, 56, 28, cells)
        s.text(x + 84, 246, under, 14)
    s.text(320, 284, "row: token that reads; column: token that is read; grey: masked", 14, color=GREY)
    return s.svg()
