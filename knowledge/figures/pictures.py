"""A small picture of our own (house, tree, sun) and figures made from it: augmentation, mixing, noise in diffusion."""

import numpy as np
from style import Sketch, figure


def landscape(side: int = 64, night: bool = False) -> np.ndarray:
    """A picture of a house, a tree and the sun, or by night with a moon and hills: bytes, side by side by 3."""
    y, x = np.mgrid[0:side, 0:side] / (side - 1)
    img = np.empty((side, side, 3))
    top, low = ((0.05, 0.08, 0.30), (0.35, 0.25, 0.50)) if night else ((0.35, 0.65, 0.95), (0.80, 0.92, 1.0))
    for c in range(3):
        img[..., c] = top[c] + (low[c] - top[c]) * np.clip(y / 0.65, 0, 1)

    def paint(where: np.ndarray, color: tuple[float, float, float]) -> None:
        img[where] = color

    if night:
        paint((x - 0.7) ** 2 + (y - 0.22) ** 2 < 0.012, (0.97, 0.95, 0.80))
        paint(y > 0.62 + 0.12 * np.sin(7 * x), (0.12, 0.25, 0.28))
        paint(y > 0.80 + 0.05 * np.sin(9 * x + 2), (0.06, 0.14, 0.18))
        return (img * 255).round().astype(np.uint8)
    paint((x - 0.82) ** 2 + (y - 0.17) ** 2 < 0.011, (1.0, 0.82, 0.15))
    paint(y > 0.66 + 0.04 * np.sin(6 * x), (0.36, 0.68, 0.30))
    paint((x > 0.14) & (x < 0.52) & (y > 0.46) & (y < 0.82), (0.95, 0.88, 0.75))
    paint((y > 0.24) & (y < 0.46) & (np.abs(x - 0.33) < (y - 0.24) * 1.15), (0.78, 0.25, 0.15))
    paint((x > 0.36) & (x < 0.46) & (y > 0.60) & (y < 0.82), (0.40, 0.25, 0.15))
    paint((x > 0.19) & (x < 0.30) & (y > 0.54) & (y < 0.65), (0.25, 0.45, 0.70))
    paint((x > 0.71) & (x < 0.76) & (y > 0.6) & (y < 0.85), (0.42, 0.28, 0.15))
    paint((x - 0.735) ** 2 + (y - 0.54) ** 2 < 0.022, (0.10, 0.45, 0.18))
    return (img * 255).round().astype(np.uint8)


def _bytes(values: np.ndarray) -> np.ndarray:
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)


@figure("image-augmentation-grid")
def augmentation() -> str:
    """Eight changes of one picture that keep its label."""
    rng = np.random.default_rng(0)
    img = landscape(64) / 255
    side = np.arange(64)
    angle = np.deg2rad(15)
    yy, xx = np.mgrid[0:64, 0:64] - 31.5
    turned_y = np.clip(np.cos(angle) * yy - np.sin(angle) * xx + 31.5, 0, 63).round().astype(int)
    turned_x = np.clip(np.sin(angle) * yy + np.cos(angle) * xx + 31.5, 0, 63).round().astype(int)
    crop = (side * 0.65 + 4).astype(int)
    erased = img.copy()
    erased[14:38, 30:56] = 0.5
    kernel = np.ones(5) / 5
    padded = np.pad(img, ((2, 2), (2, 2), (0, 0)), mode="edge")
    blurred = np.apply_along_axis(lambda v: np.convolve(v, kernel, "valid"), 0, padded)
    blurred = np.apply_along_axis(lambda v: np.convolve(v, kernel, "valid"), 1, blurred)
    grey = img.mean(-1, keepdims=True)
    versions = [
        ("original", img),
        ("horizontal flip", img[:, ::-1]),
        ("random crop", img[crop + 6][:, crop]),
        ("rotation 15°", img[turned_y, turned_x]),
        ("brightness +40%", img * 1.4),
        ("grayscale", np.repeat(grey, 3, -1)),
        ("blur", blurred),
        ("noise", img + rng.normal(0, 0.12, (64, 64, 1))),
        ("random erasing", erased),
        ("colour jitter", (img @ [[0.8, 0.1, 0.1], [0.25, 0.7, 0.2], [0.1, 0.25, 0.6]]) ** 1.2),
    ]
    s = Sketch(330)
    for i, (name, picture) in enumerate(versions):
        x, y = 18 + (i % 5) * 123, 18 + (i // 5) * 154
        s.image(x, y, 112, 112, _bytes(picture))
        s.text(x + 56, y + 126, name, 13, bold=i == 0)
    return s.svg()


@figure("mixup-and-cutmix")
def mixing() -> str:
    """Mixup blends two pictures, CutMix pastes a piece; both mix the labels in the same shares."""
    a, b = landscape(64) / 255, landscape(64, night=True) / 255
    pasted = a.copy()
    pasted[10:46, 22:60] = b[10:46, 22:60]
    share = 36 * 38 / 64**2
    s = Sketch(250)
    rows = (
        ("image A", a, "day 1.00", ""),
        ("image B", b, "night 1.00", ""),
        ("Mixup, λ = 0.67", 0.67 * a + 0.33 * b, "day 0.67", "night 0.33"),
        ("CutMix", pasted, f"day {1 - share:.2f}", f"night {share:.2f}"),
    )
    for i, (name, picture, first, second) in enumerate(rows):
        x = 18 + i * 154
        s.text(x + 70, 24, name, 14, bold=True)
        s.image(x, 44, 140, 140, _bytes(picture))
        s.text(x + 70, 208, first, 14)
        if second:
            s.text(x + 70, 228, second, 14)
    return s.svg()


@figure("diffusion-forward-process")
def forward() -> str:
    """The forward process mixes a picture with ever more noise, in known shares."""
    rng = np.random.default_rng(1)
    x0 = landscape(48) / 255 * 2 - 1
    beta = np.linspace(1e-4, 0.02, 1000)
    kept = np.cumprod(1 - beta)
    noise = rng.normal(size=(48, 48, 3))
    s = Sketch(230)
    for i, t in enumerate((0, 100, 250, 500, 1000)):
        bar = 1.0 if t == 0 else kept[t - 1]
        x = 18 + i * 123
        s.text(x + 56, 22, f"t = {t}", 14, bold=True)
        s.image(x, 40, 112, 112, _bytes((np.sqrt(bar) * x0 + np.sqrt(1 - bar) * noise) / 2 + 0.5))
        s.text(x + 56, 168, f"{np.sqrt(bar):.2f} image", 13)
        s.text(x + 56, 186, f"{np.sqrt(1 - bar):.2f} noise", 13)
    s.text(320, 212, "linear schedule: β from 0.0001 to 0.02 over 1,000 steps", 13)
    return s.svg()
