"""Figures on recurrent networks, sequence decoding and speech."""

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
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
)


@figure("rnn-unrolled")
def rnn() -> str:
    """A recurrent network is one cell with the same weights, used once per time step."""
    s = Sketch(320)
    s.box(36, 120, 84, 64, "cell\nW, U, b", LORANGE)
    s.arrow((78, 250), (78, 186))
    s.arrow((78, 120), (78, 68))
    s.text(78, 264, "x", 16, bold=True)
    s.text(78, 54, "y", 16, bold=True)
    s.path("M120 152C176 152 160 88 104 92", VERMILION, 2.5)
    s.arrow((108, 92), (98, 118), stroke=VERMILION, line=2.5)
    s.text(78, 24, "folded", 14, bold=True)
    s.text(184, 152, "=", 26)
    s.text(420, 24, "unrolled over four steps: the same weights each time", 14, bold=True)
    for i in range(4):
        x = 218 + i * 110
        s.box(x, 120, 72, 64, "cell\nW, U, b", LORANGE, size=13)
        s.arrow((x + 36, 250), (x + 36, 186))
        s.arrow((x + 36, 120), (x + 36, 68))
        s.text(x + 36, 264, "x" + "₁₂₃₄"[i], 16, bold=True)
        s.text(x + 36, 54, "y" + "₁₂₃₄"[i], 16, bold=True)
        if i < 3:
            s.arrow((x + 72, 152), (x + 109, 152), stroke=VERMILION, line=2.5)
            s.text(x + 91, 136, "h" + "₁₂₃"[i], 14, color=VERMILION, bold=True)
    s.text(320, 300, "hₜ = tanh(W xₜ + U hₜ₋₁ + b)", 15, bold=True)
    return s.svg()


@figure("lstm-cell")
def lstm() -> str:
    """The cell state of an LSTM is only scaled and added to, the gates decide by how much."""
    s = Sketch(390)
    s.arrow((30, 80), (610, 80), stroke=BLUE, line=4, head=13)
    s.text(30, 54, "cell state cₜ₋₁", 14, "start", BLUE, True)
    s.text(610, 54, "cₜ", 16, "end", BLUE, True)
    gates = (
        (110, "forget\nσ", LRED),
        (220, "input\nσ", LGREEN),
        (318, "candidate\ntanh", LORANGE),
        (446, "output\nσ", LPURPLE),
    )
    for x, name, fill in gates:
        s.box(x, 230, 88, 54, name, fill)
        s.line(x + 44, 284, x + 44, 324)
    s.line(40, 324, 490, 324)
    s.text(40, 348, "hₜ₋₁ and xₜ go into every gate", 14, "start")
    s.arrow((154, 230), (154, 96))
    s.circle(154, 80, 15, "×", WHITE, INK, 19, bold=True)
    s.circle(314, 160, 15, "×", WHITE, INK, 19, bold=True)
    s.arrow((264, 230), (264, 160), (298, 160))
    s.arrow((362, 230), (362, 160), (330, 160))
    s.arrow((314, 145), (314, 96))
    s.circle(314, 80, 15, "+", WHITE, INK, 19, bold=True)
    s.circle(490, 180, 15, "×", WHITE, INK, 19, bold=True)
    s.arrow((490, 230), (490, 196))
    s.arrow((560, 80), (560, 116))
    s.box(530, 118, 60, 30, "tanh", LORANGE)
    s.line(560, 148, 560, 180)
    s.arrow((560, 180), (506, 180))
    s.arrow((490, 165), (490, 128))
    s.text(490, 112, "hₜ", 16, bold=True)
    s.text(144, 190, "keep?", 14, "end")
    s.text(254, 190, "add?", 14, "end")
    s.text(534, 212, "show?", 14)
    s.text(620, 372, "cₜ = f·cₜ₋₁ + i·g      hₜ = o·tanh(cₜ)", 15, "end", INK, True)
    return s.svg()


@figure("teacher-forcing")
def teacher() -> str:
    """In training the decoder reads the right words, in use its own, and one mistake feeds the next."""
    s = Sketch(404)
    rows = (
        (
            40,
            "Training: the true word goes in (teacher forcing)",
            ["<s>", "the", "cat", "sat"],
            ["the", "dog", "sat", "down"],
            GREEN,
        ),
        (
            220,
            "Generation: its own word goes in",
            ["<s>", "the", "dog", "barks"],
            ["the", "dog", "barks", "at"],
            VERMILION,
        ),
    )
    for top, title, given, made, color in rows:
        s.text(20, top - 14, title, 15, "start", bold=True)
        for i in range(4):
            x = 40 + i * 156
            wrong = made[i] != ["the", "cat", "sat", "down"][i]
            s.text(x + 42, top + 20, made[i], 14, color=VERMILION if wrong else INK, bold=True)
            s.arrow((x + 42, top + 54), (x + 42, top + 32))
            s.box(x, top + 54, 84, 38, "decoder", LBLUE)
            s.arrow((x + 42, top + 118), (x + 42, top + 94))
            s.text(x + 42, top + 130, given[i], 14, color=color if i else INK, bold=True)
            if i < 3:
                s.arrow((x + 84, top + 73), (x + 154, top + 73))
                if color == VERMILION:
                    s.arrow(
                        (x + 66, top + 22), (x + 162, top + 130), stroke=VERMILION, dash=True, bend=(x + 118, top + 30)
                    )
    s.text(320, 384, "right sentence: the cat sat down; red words are mistakes", 14, color=GREY)
    return s.svg()


@figure("beam-search-tree")
def beam() -> str:
    """Beam search keeps the two best beginnings, and so finds a likelier sentence than greedy search."""
    first = {"a": 0.5, "the": 0.4, "one": 0.1}
    second = {"a": {"cat": 0.35, "dog": 0.33, "car": 0.32}, "the": {"cat": 0.8, "dog": 0.15, "car": 0.05}}
    s = Sketch(380)
    s.circle(50, 185, 27, "<s>", PALE)
    ends = {(a, b): p * q for a, p in first.items() if a in second for b, q in second[a].items()}
    best = sorted(ends, key=lambda k: -ends[k])[:2]
    for i, (word, p) in enumerate(first.items()):
        y, on = (106, 268, 340)[i], word in second
        s.line(76, 185, 168, y, BLUE if on else "#C3C9D2", 3 if on else 1.5, dash=not on)
        s.box(168, y - 21, 116, 42, f"{word}  {p:.2f}", LBLUE if on else PALE, BLUE if on else GREY)
        if on:
            for j, (other, q) in enumerate(second[word].items()):
                yy = y - 52 + j * 52 if word == "a" else y - 46 + j * 50
                chosen = (word, other) in best
                s.line(284, y, 384, yy, BLUE if chosen else "#C3C9D2", 3 if chosen else 1.5, dash=not chosen)
                s.box(384, yy - 19, 98, 38, f"{other}  {q:.2f}", LGREEN if chosen else PALE, GREEN if chosen else GREY)
                s.text(496, yy, f"= {ends[word, other]:.3f}", 14, "start", GREEN if chosen else GREY, chosen)
    s.text(568, 54, "greedy", 14, "start", VERMILION, True)
    s.text(568, 222, "best", 15, "start", GREEN, True)
    s.text(20, 30, "beam width 2: two beginnings\nstay (blue), two ends (green)", 15, "start", bold=True)
    return s.svg()


@figure("ctc-paths")
def ctc() -> str:
    """CTC sums over all frame paths that give the word after merging repeats and dropping blanks."""
    s = Sketch(370)
    paths = (list("cc-aat"), list("-ca-tt"), list("c-a--t"))
    names = ["−", "c", "−", "a", "−", "t", "−"]
    for i, name in enumerate(names):
        y = 50 + i * 32
        s.text(
            40,
            y,
            "blank" if name == "−" else name,
            14 if name == "−" else 16,
            color=GREY if name == "−" else INK,
            bold=name != "−",
        )
        for t in range(6):
            s.circle(104 + t * 62, y, 6, fill=PALE if name == "−" else LBLUE)
    for path, color, dash in zip(paths, (BLUE, VERMILION, GREEN), (False, True, False), strict=True):
        state, points = 0, []
        for t, letter in enumerate(path):
            if letter == "-":
                state += state % 2
            else:
                state = {"c": 1, "a": 3, "t": 5}[letter]
            points.append((104 + t * 62, 50 + state * 32))
        s.path("M" + "L".join(f"{x} {y}" for x, y in points), color, 3.2, dash=dash, opacity=0.9)
    s.text(259, 278, "six frames of sound", 14)
    for i, (path, color) in enumerate(zip(paths, (BLUE, VERMILION, GREEN), strict=True)):
        s.text(452, 74 + i * 50, "".join(path).replace("-", "_"), 17, "start", color, True, mono=True)
        s.text(546, 74 + i * 50, "→ cat", 16, "start", INK, True)
    s.text(452, 224, "merge repeats, then\ndrop blanks ( _ )", 14, "start")
    s.text(320, 326, "The loss is −log of the summed probability of all such paths.", 15, bold=True)
    return s.svg()


@figure("causal-dilated-convolutions")
def tcn() -> str:
    """Dilations 1, 2, 4 and 8 with kernels of 2 let one output see 16 inputs, none from the future."""
    s = Sketch(330)
    step, left = 31, 146
    alive = {15}
    for level in range(4, -1, -1):
        y = 46 + (4 - level) * 58
        name = "input" if level == 0 else f"dilation {2 ** (level - 1)}"
        s.text(16, y, name, 14, "start")
        below = set()
        for i in range(16):
            x = left + i * step
            if level and i in alive:
                for j in (i, i - 2 ** (level - 1)):
                    s.line(x, y, left + j * step, y + 58, BLUE, 2)
                    below.add(j)
        for i in range(16):
            s.circle(
                left + i * step, y, 9, fill=(VERMILION if level == 4 else BLUE) if i in alive else PALE, stroke=WHITE
            )
        alive = below or alive
    s.text(320, 308, "receptive field 1 + (2 − 1)·(1 + 2 + 4 + 8) = 16 steps", 15, bold=True)
    return s.svg()


@figure("skip-gram-and-cbow")
def word2vec() -> str:
    """Skip-gram predicts the neighbours from the word, CBOW the word from its neighbours."""
    s = Sketch(330)
    words = ["the", "quick", "fox", "jumps", "over"]
    for left, title, skip in ((20, "Skip-gram", True), (340, "CBOW", False)):
        s.text(left + 140, 26, title, 16, bold=True)
        source, target = ([2], [0, 1, 3, 4]) if skip else ([0, 1, 3, 4], [2])
        for i, word in enumerate(words):
            y = 56 + i * 50
            if i in source:
                s.box(left, y, 84, 36, word, LBLUE)
                s.arrow((left + 84, y + 18), (left + 112, 174 + (y + 18 - 174) * 0.3))
            if i in target:
                s.box(left + 196, y, 84, 36, word, LORANGE)
                s.arrow((left + 164, 174 + (y + 18 - 174) * 0.3), (left + 194, y + 18))
        s.box(left + 114, 132, 50, 84, "vec-\ntor", LGREEN)
    s.line(320, 20, 320, 300, PALE)
    s.text(320, 312, "blue goes in, orange is predicted; window of 2 words on each side", 14)
    return s.svg()
