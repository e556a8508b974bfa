"""Diagrams of number formats, parallel training and the serving of language models."""

from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LBLUE,
    LGREEN,
    LRED,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILION,
    WHITE,
    Sketch,
    figure,
    mix,
)


@figure("floating-point-bits")
def float_bits() -> str:
    """The exponent's bits set the range of a number format, the mantissa's bits its precision."""
    s = Sketch(350)
    formats = (
        ("fp32", 8, 23),
        ("tf32", 8, 10),
        ("bf16", 8, 7),
        ("fp16", 5, 10),
        ("fp8 E4M3", 4, 3),
        ("fp4 E2M1", 2, 1),
    )
    for x, words, color in (
        (130, "sign", VERMILION),
        (218, "exponent: range", GREEN),
        (400, "mantissa: precision", BLUE),
    ):
        s.rect(x, 18, 16, 16, color, WHITE, 3)
        s.text(x + 22, 26, words, 14, "start")
    largest = ("3.4·10³⁸", "3.4·10³⁸", "3.4·10³⁸", "65,504", "448", "6")
    for i, (name, exponent, mantissa) in enumerate(formats):
        y = 64 + i * 44
        s.text(14, y + 15, name, 14.5, "start", INK, True)
        for k in range(1 + exponent + mantissa):
            color = VERMILION if k == 0 else GREEN if k <= exponent else BLUE
            s.rect(112 + k * 13, y, 12, 30, color, WHITE, 2, 1)
        s.text(626, y + 15, largest[i], 13.5, "end")
    s.text(626, 50, "largest", 13.5, "end", GREY)
    s.text(320, 334, "bf16 keeps the range of fp32, fp16 is finer but overflows above 65,504", 13.5)
    return s.svg()


@figure("parallelism-kinds")
def parallelism() -> str:
    """Data, sharded, tensor and pipeline parallelism cut the batch, the weights, the layers or the depth."""
    s = Sketch(470)
    kinds = (
        ("DDP", "whole model on each GPU,\nother data; sums gradients"),
        ("FSDP / ZeRO-3", "a shard of every weight,\ngathered layer by layer"),
        ("Tensor parallel", "every layer is cut across,\ntalks twice per block"),
        ("Pipeline parallel", "some whole layers each,\npasses activations on"),
    )
    for n, (name, words) in enumerate(kinds):
        x, y = 20 + (n % 2) * 310, 14 + (n // 2) * 228
        s.text(x + 145, y + 14, name, 16, bold=True)
        for g in range(2):
            gx = x + g * 150
            s.rect(gx, y + 34, 138, 128, WHITE, GREY, 8)
            s.text(gx + 69, y + 50, f"GPU {g + 1}", 13, color=GREY)
            for layer in range(4):
                ly, full = y + 64 + layer * 24, (BLUE, GREEN, ORANGE, PURPLE)[layer]
                fill = mix(full, 0.55)
                if n == 0:
                    s.rect(gx + 10, ly, 118, 20, fill, WHITE, 3)
                elif n == 1:
                    s.rect(gx + 10, ly, 118, 20, PALE, WHITE, 3)
                    s.rect(gx + 10 + g * 59, ly, 59, 20, fill, WHITE, 3)
                elif n == 2:
                    s.rect(gx + (64 if g == 0 else 10), ly, 64, 20, fill, WHITE, 3)
                elif layer // 2 == g:
                    s.rect(gx + 10, ly, 118, 20, fill, WHITE, 3)
        if n == 2:
            s.line(x + 144, y + 60, x + 144, y + 160, VERMILION, 2, True)
        if n == 3:
            s.arrow(
                (x + 69, y + 112), (x + 69, y + 136), (x + 219, y + 136), (x + 219, y + 100), stroke=VERMILION, line=2.5
            )
        s.text(x + 145, y + 186, words, 14)
    return s.svg()


@figure("pipeline-bubble")
def bubble() -> str:
    """With 4 stages and 4 micro-batches 3/7 of the pipeline's time is idle; with 8 it is 3/11."""
    s = Sketch(380)
    for top, count in ((44, 4), (212, 8)):
        total = 2 * (count + 3)
        cell = min(24, 536 / total)
        idle = 3 / (count + 3)
        s.text(20, top - 18, f"{count} micro-batches: {idle:.0%} idle (grey)", 15, "start", INK, True)
        for stage in range(4):
            y = top + stage * 30
            s.text(20, y + 13, f"GPU {stage + 1}", 13.5, "start")
            for t in range(total):
                forward, back = t - stage, t - (count + 3) - (3 - stage)
                if 0 <= forward < count:
                    s.box(84 + t * cell, y, cell - 1, 27, str(forward + 1), SKY, WHITE, 13, r=2, line=1)
                elif 0 <= back < count:
                    s.box(84 + t * cell, y, cell - 1, 27, str(back + 1), ORANGE, WHITE, 13, r=2, line=1)
                else:
                    s.rect(84 + t * cell, y, cell - 1, 27, "#DADFE5", WHITE, 2, 1)
    s.text(320, 356, "blue: forward, orange: backward; idle share = (p − 1) / (m + p − 1)", 14)
    return s.svg()


@figure("paged-kv-cache")
def paged() -> str:
    """Paged attention stores the cache in blocks anywhere in memory, found by a table per request."""
    s = Sketch(350)
    requests = (
        ("request A: 10 tokens", BLUE, (2, 5, 7), 10),
        ("request B: 6 tokens", GREEN, (0, 4), 6),
        ("request C: 3 tokens", ORANGE, (6,), 3),
    )
    s.text(150, 26, "block tables", 15, bold=True)
    s.text(480, 26, "GPU memory, blocks of 4 tokens", 15, bold=True)
    owner = {}
    for i, (name, color, blocks, length) in enumerate(requests):
        y = 58 + i * 84
        s.text(20, y, name, 14, "start", INK, True)
        for k, block in enumerate(blocks):
            s.box(20 + k * 62, y + 16, 56, 32, f"→ {block}", mix(color, 0.35), color)
            owner[block] = (color, min(4, length - 4 * k))
    for block in range(8):
        y = 48 + block * 32
        s.text(352, y + 13, str(block), 14, "end", GREY)
        color, filled = owner.get(block, (GREY, 0))
        for k in range(4):
            s.rect(366 + k * 58, y, 54, 26, mix(color, 0.6) if k < filled else PALE, WHITE, 3)
        if not filled:
            s.text(480, y + 13, "free", 13, color=GREY)
    s.text(320, 326, "At most 3 token places are wasted per request; any free block will do.", 14)
    return s.svg()


@figure("continuous-batching")
def batching() -> str:
    """Continuous batching fills a place as soon as a request ends, static batching waits for the longest."""
    s = Sketch(380)
    lengths = [4, 12, 6, 9, 5, 7, 3, 6]
    colors = [mix(c, 0.6) for c in (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, "#8A6D3B", GREY)]

    def draw(top: int, title: str, runs: list[tuple[int, int, int]]) -> None:
        end = max(start + lengths[r] for r, _, start in runs)
        busy = sum(lengths) / (4 * end)
        s.text(20, top - 18, f"{title}: {end} steps, {busy:.0%} of the places busy", 15, "start", INK, True)
        for slot in range(4):
            s.rect(20, top + slot * 30, end * 28, 27, "#E3E7EB", WHITE, 2, 1)
        for r, slot, start in runs:
            s.box(
                20 + start * 28, top + slot * 30, lengths[r] * 28 - 1, 27, f"{r + 1}", colors[r], WHITE, 14, r=3, line=1
            )

    first = max(lengths[:4])
    draw(50, "Static", [(r, r % 4, 0 if r < 4 else first) for r in range(8)])
    free, runs = [0] * 4, []
    for r in range(8):
        slot = free.index(min(free))
        runs.append((r, slot, free[slot]))
        free[slot] += lengths[r]
    draw(220, "Continuous", runs)
    s.text(320, 362, "8 requests on 4 places; one step makes one token for each request", 14, color=GREY)
    return s.svg()


@figure("speculative-decoding")
def speculative() -> str:
    """A small model drafts tokens, the large one checks them in one pass and keeps the right beginning."""
    s = Sketch(330)
    s.box(20, 40, 130, 54, "small model\n4 quick steps", LGREEN, size=13.5)
    s.box(20, 146, 130, 54, "large model\n1 pass", LBLUE, size=13.5)
    s.box(20, 242, 130, 50, "kept", PALE, bold=True)
    for i, (word, good) in enumerate((("on", True), ("the", True), ("mat", True), ("now", False))):
        x = 172 + i * 92
        s.box(x, 44, 80, 46, word, LGREEN, GREEN)
        s.arrow((x + 40, 90), (x + 40, 144))
        s.box(
            x,
            146,
            80,
            54,
            "✓ agrees" if good else "✗ wants .",
            LBLUE if good else LRED,
            BLUE if good else VERMILION,
            size=13,
        )
        s.arrow((x + 40, 200), (x + 40, 240))
        s.box(x, 242, 80, 50, word if good else ".", LGREEN if good else LBLUE, bold=True)
    s.text(552, 66, "draft", 14, "start", GREEN, True)
    s.text(546, 173, "checked all\nat once", 14, "start", BLUE, True)
    s.text(546, 266, "4 tokens,\n1 large\npass", 14, "start", VERMILION, True)
    s.text(320, 312, "the text so far: “The cat sat”", 13.5, color=GREY)
    return s.svg()


@figure("nvidia-smi-explained")
def smi() -> str:
    """What to read in nvidia-smi: driver and CUDA, heat, power, memory, utilization, processes."""
    s = Sketch(400)
    s.rect(16, 16, 608, 236, INK, INK, 8)
    rows = (
        "NVIDIA-SMI 580.95   Driver 580.95   CUDA Version: 13.0",
        "GPU  Name              Persistence-M",
        "Fan  Temp   Pwr:Usage/Cap     Memory-Usage    GPU-Util",
        "  0  GeForce RTX 4090",
        "45%   71C   402W / 450W   21504M / 24564M        98%",
        "",
        "Processes:  PID      Process name       GPU Memory",
        "           4242     python train.py       21400MiB",
    )
    for i, row in enumerate(rows):
        s.text(32, 38 + i * 27, row, 15.5, "start", "#9FB3C8" if i in (1, 2, 6) else WHITE, mono=True)
    marks = ((1, 568, 38), (2, 124, 170), (3, 250, 170), (4, 400, 170), (5, 554, 170), (6, 560, 227))
    for number, x, y in marks:
        s.circle(x, y, 11, str(number), ORANGE, ORANGE, 14, True)
    words = (
        "1  newest CUDA the driver can run",
        "2  fan and temperature",
        "3  power now / limit",
        "4  memory used / all",
        "5  share of time busy",
        "6  who holds the memory",
    )
    for i, line in enumerate(words):
        s.text(24 + (i // 3) * 330, 284 + (i % 3) * 28, line, 14.5, "start", INK, i in (3, 4))
    s.text(
        320,
        378,
        "util near 0% with a python process: the data loader is slow, or the CPU works",
        13.5,
        color=VERMILION,
        bold=False,
    )
    return s.svg()
