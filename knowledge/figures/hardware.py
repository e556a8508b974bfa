"""Plots on memory, speed and number formats, all computed from formulas and data sheets."""

import numpy as np
import torch
from loss_curves import digits, epochs, network
from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
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


@figure("training-memory-16-bytes")
def sixteen() -> str:
    """Mixed-precision training with Adam keeps 16 bytes per parameter before any activation."""
    s = Sketch(300)
    parts = (
        ("weights\nbf16", 2, BLUE),
        ("gradients\nbf16", 2, GREEN),
        ("master\nfp32", 4, ORANGE),
        ("Adam mean\nfp32", 4, PURPLE),
        ("Adam variance\nfp32", 4, SKY),
    )
    x = 24
    for name, size, color in parts:
        wide = size * 37
        s.box(x, 70, wide - 4, 76, f"{size} B", mix(color, 0.6), color, 18, True)
        s.text(x + wide / 2, 176, name.replace("gradients", "grads") if size == 2 else name, 13.5)
        x += wide
    s.text(320, 34, "16 bytes per parameter", 17, bold=True)
    s.text(320, 226, "1 billion parameters: 16 GB    7 billion: 112 GB", 15, bold=True)
    s.text(320, 258, "activations come on top; a model in use needs the first 2 bytes only", 14)
    return s.svg()


@figure("roofline-a100-h100-b200")
def roofline() -> str:
    """Below its ridge an accelerator waits for memory, above it for arithmetic."""
    fig, ax = plot(380)
    intensity = np.geomspace(1, 3000, 60)
    for name, peak, band, color, dash in (
        ("A100", 312, 2.04, GREEN, "-."),
        ("H100", 989, 3.35, BLUE, "-"),
        ("B200", 2250, 8.0, VERMILION, "--"),
    ):
        ax.loglog(intensity, np.minimum(peak, band * intensity), color=color, ls=dash)
        ridge = peak / band
        ax.plot(ridge, peak, "o", color=color, ms=8)
        note(ax, 2900, peak * 1.13, f"{name}: {peak:,} TFLOPS", color, ha="right")
        note(ax, ridge, peak * 0.7, f"{ridge:.0f}", color, ha="left")
    for x, words in ((1, "decoding,\nbatch 1"), (64, "decoding,\nbatch 64"), (1365, "matmul\n4,096³")):
        ax.axvline(x, color=GREY, lw=1.2, ls=":")
        note(
            ax,
            x * 1.08 if x < 1000 else x * 0.93,
            0.36,
            words,
            GREY,
            weight="normal",
            ha="left" if x < 1000 else "right",
            va="bottom",
        )
    ax.set(
        xlabel="arithmetic intensity (FLOP per byte moved)",
        ylabel="reachable bf16 TFLOPS",
        ylim=(0.3, 5000),
        xlim=(0.9, 3000),
    )
    powers(ax.xaxis, ax.yaxis)
    return svg_of(fig)


@figure("memory-by-model-size-and-bits")
def vram() -> str:
    """Weights take parameters times bits by 8; 4 bits let a quarter of the 16-bit memory do."""
    fig, ax = plot(370)
    sizes = [1, 3, 8, 14, 32, 70]
    for k, (bits, color) in enumerate(((16, VERMILION), (8, ORANGE), (4, BLUE))):
        values = [n * bits / 8 for n in sizes]
        ax.bar(np.arange(6) + (k - 1) * 0.27, values, 0.26, color=color, label=f"{bits} bits")
        for i, v in enumerate(values):
            note(ax, i + (k - 1) * 0.27, v * 1.06, f"{v:g}", ha="center", size=11.5, weight="normal")
    for limit, words in ((8, "8 GB card"), (24, "24 GB card"), (80, "80 GB card")):
        ax.axhline(limit, color=GREY, lw=1.3, ls="--")
        note(ax, -0.55, limit * 1.06, words, GREY)
    ax.set(
        yscale="log",
        ylim=(0.4, 250),
        xticks=range(6),
        xticklabels=[f"{n}B" for n in sizes],
        xlabel="parameters",
        ylabel="GB for the weights alone",
        yticks=[1, 10, 100],
        yticklabels=["1", "10", "100"],
    )
    ax.minorticks_off()
    ax.legend(loc="upper left", ncols=3, bbox_to_anchor=(0, 1.06))
    return svg_of(fig)


@figure("kv-cache-growth-mha-gqa-mla")
def cache() -> str:
    """The KV cache grows with every token; grouped queries and latents make it many times smaller."""
    length = np.array([0, 131_072])
    layers, heads, dim = 32, 32, 128
    per = {
        "MHA: 32 heads": 2 * layers * heads * dim * 2,
        "GQA: 8 heads": 2 * layers * 8 * dim * 2,
        "MLA: 512 + 64": layers * (512 + 64) * 2,
    }
    fig, ax = plot(340)
    for (name, size), color, dash in zip(per.items(), (VERMILION, BLUE, GREEN), ("-", "--", "-."), strict=True):
        gib = length * size / 2**30
        ax.plot(length / 1024, gib, color=color, ls=dash)
        note(ax, 130, gib[1], f"{name}\n{size / 1024:g} KiB per token", color, va="center")
    ax.set(
        xlabel="context (in 1,024 tokens)",
        ylabel="KV cache (GiB)",
        xlim=(0, 205),
        xticks=[0, 32, 64, 96, 128],
        ylim=(0, 70),
    )
    ax.axhline(8.03e9 * 2 / 2**30, xmax=128 / 205, color=GREY, lw=1.2, ls=":")
    note(ax, 40, 16.2, "weights of 8B in bf16: 15 GiB", GREY, weight="normal")
    return svg_of(fig)


@figure("quantization-grids-int8-nf4-fp4")
def grids() -> str:
    """INT8 spaces its values evenly, NF4 and FP4 put more of their 16 values near zero."""
    nf4 = [
        -1.0,
        -0.6962,
        -0.5251,
        -0.3949,
        -0.2844,
        -0.1848,
        -0.0911,
        0.0,
        0.0796,
        0.1609,
        0.2461,
        0.3379,
        0.4407,
        0.5626,
        0.7230,
        1.0,
    ]
    half = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    fp4 = sorted({sign * v / 6 for v in half for sign in (-1, 1)})
    weights = np.random.default_rng(0).normal(0, 1, 4096).reshape(-1, 64)
    weights = (weights / abs(weights).max(1, keepdims=True)).ravel()
    fig, ax = plot(350)
    height, edge = np.histogram(weights, bins=48, range=(-1, 1))
    ax.fill_between((edge[1:] + edge[:-1]) / 2, 3.5, 3.5 + height / height.max() * 1.2, color="#CFE4F3", lw=0)
    note(ax, -1.0, 4.2, "weights / largest of 64", BLUE)
    kinds = (
        ("INT8", np.arange(-127, 128) / 127, GREY),
        ("INT4", np.arange(-7, 8) / 7, VERMILION),
        ("FP4", fp4, ORANGE),
        ("NF4", nf4, GREEN),
    )
    for row, (name, values, color) in enumerate(kinds):
        y = 3 - row * 1.0
        segments = np.stack([values, values, np.full(len(values), np.nan)], 1).ravel()
        ax.plot(
            segments, np.tile([y - 0.3, y + 0.3, np.nan], len(values)), color=color, lw=1 if len(values) > 20 else 2.5
        )
        values = np.asarray(values)
        error = np.sqrt(np.mean(np.min(abs(weights[:, None] - values[None]), 1) ** 2)) / weights.std()
        note(ax, -1.08, y, name, color if color != ORANGE else "#9A6A00", ha="right", va="center")
        note(ax, 1.08, y, f"error {error:.1%}", INK, va="center", weight="normal")
    ax.set(
        xlim=(-1.35, 1.5),
        ylim=(-0.6, 4.8),
        yticks=[],
        xticks=[-1, -0.5, 0, 0.5, 1],
        xlabel="value on the scale of its block of 64",
    )
    ax.spines["left"].set_visible(False)
    return svg_of(fig)


@figure("zero-stages-memory")
def zero() -> str:
    """Each ZeRO stage shards one more of the 16 bytes per parameter over the GPUs."""
    fig, ax = plot(330)
    psi, n = 7.5, 64
    stages = (
        ("DDP", (2, 2, 12)),
        ("stage 1", (2, 2, 12 / n)),
        ("stage 2", (2, 2 / n, 12 / n)),
        ("stage 3", (2 / n, 2 / n, 12 / n)),
    )
    for i, (_, parts) in enumerate(stages):
        left = 0.0
        for part, color in zip(parts, (BLUE, GREEN, ORANGE), strict=True):
            ax.barh(3 - i, part * psi, left=left, color=color, height=0.62)
            left += part * psi
        note(ax, left + 1.5, 3 - i, f"{left:.1f} GB", va="center")
    ax.set(
        yticks=[3, 2, 1, 0],
        yticklabels=[s[0] for s in stages],
        xlabel="GB per GPU: 7.5 billion parameters, 64 GPUs, no activations",
        xlim=(0, 140),
    )
    for x, words, color in ((62, "weights", BLUE), (86, "gradients", GREEN), (113, "optimizer", "#9A6A00")):
        note(ax, x, 0.9, words, color)
    return svg_of(fig)


@figure("float16-gradient-underflow")
def underflow() -> str:
    """Small gradients fall below what fp16 can hold; scaling the loss moves them into its range."""
    x, y, vx, vy = digits()
    model = network(128, depth=3)
    epochs(model, (x, y, vx, vy), 60, 0.001)
    torch.nn.functional.cross_entropy(model(x[:256]), y[:256]).backward()
    gradient = torch.cat([p.grad.flatten() for p in model.parameters()]).abs().numpy()
    gradient = gradient[gradient > 0]
    fig, ax = plot(330)
    bins = np.arange(-36, 6)
    for scale, color, words in ((1, VERMILION, "gradients"), (1024, BLUE, "loss × 1,024")):
        logs = np.log2(gradient * scale)
        height, _ = np.histogram(logs, bins=bins)
        share = (logs < -24).mean()
        ax.step(bins[:-1], 100 * height / len(logs), color=color, where="mid")
        top = bins[height.argmax()]
        note(ax, top, 100 * height.max() / len(logs) + 0.5, f"{words}:\n{share:.1%} lost", color, ha="center")
    ax.axvspan(-36, -24, color="#F8D5BF", alpha=0.6, lw=0)
    note(ax, -35.5, 1.0, "fp16: below 2⁻²⁴\nbecomes zero", INK, weight="normal")
    ax.set(
        xlabel="size of a gradient, as a power of 2", ylabel="share of the gradients (%)", xlim=(-36, 4), ylim=(0, None)
    )
    return svg_of(fig)
