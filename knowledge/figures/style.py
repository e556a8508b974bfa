"""One look for all figures of the notes: sizes, fonts, colours, a card to stand on, and functions to draw and to plot.

Every figure is a function that is registered with `@figure("its-name")` and returns the text of an SVG.
Plots come from matplotlib (`plot`, `svg_of`), diagrams from `Sketch`, which writes plain SVG elements.
"""

import base64
import io
import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from PIL import Image, ImageFont

WIDTH = 640
FONTS = "DejaVu Sans, Verdana, sans-serif"
MONO = "DejaVu Sans Mono, Consolas, monospace"

# Okabe and Ito's colours, which colour-blind readers can tell apart.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW = "#CC79A7", "#56B4E9", "#F0E442"
INK, GREY, PALE, LINE, CARD, WHITE = "#1F2933", "#5B6470", "#E9ECF0", "#C3C9D2", "#FBFBF8", "#FFFFFF"
# Fills behind dark words.
LBLUE, LORANGE, LGREEN, LRED = "#CFE4F3", "#FBE5B6", "#C9E9DF", "#F8D5BF"
LPURPLE, LSKY, LYELLOW = "#F1DCE8", "#DDF0FB", "#FAF6C8"

FIGURES: dict[str, Callable[[], str]] = {}

mpl.rcParams.update(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "notes",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans", "Verdana"],
        "font.size": 13,
        "axes.titlesize": 14,
        "axes.titleweight": "bold",
        "axes.labelsize": 13,
        "xtick.labelsize": 12,
        "ytick.labelsize": 12,
        "legend.fontsize": 12.5,
        "legend.frameon": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": GREY,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "axes.grid": False,
        "grid.color": "#DDE1E6",
        "lines.linewidth": 2.4,
        "lines.solid_capstyle": "round",
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 12 / 72,
        "figure.constrained_layout.w_pad": 12 / 72,
        "axes.unicode_minus": True,
        "axes.prop_cycle": mpl.cycler(color=[BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, INK]),
    }
)


def figure(name: str) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register a function under the name of the file that it draws."""

    def keep(function: Callable[[], str]) -> Callable[[], str]:
        FIGURES[name] = function
        return function

    return keep


def _card(width: float, height: float) -> str:
    return (
        f'<rect x="1" y="1" width="{width - 2:g}" height="{height - 2:g}" rx="12" fill="{CARD}" stroke="{LINE}" '
        'stroke-width="1.5"/>'
    )


# Plots


def _short(number: re.Match[str]) -> str:
    return f"{float(number.group()):.{2 if abs(float(number.group())) < 2 else 1}f}".rstrip("0").rstrip(".")


def plot(height: int = 360, rows: int = 1, columns: int = 1, **options: object) -> tuple[Figure, object]:
    """A figure of 640 by `height` pixels and its axes; one point of matplotlib is one pixel."""
    return plt.subplots(rows, columns, figsize=(WIDTH / 72, height / 72), **options)


def svg_of(fig: Figure) -> str:
    """The figure's SVG on its card, without dates, with coordinates rounded to a tenth of a pixel."""
    stream = io.StringIO()
    fig.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    plt.close(fig)
    text = stream.getvalue()
    start = text.index("<svg")
    width, height = fig.get_size_inches() * 72
    body = text[text.index(">", start) + 1 :]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", body, flags=re.S)
    body = re.sub(r"<[^>]*>", lambda tag: re.sub(r"-?\d+\.\d{2,}", _short, tag.group()), body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width:g}" '
        f'height="{height:g}" viewBox="0 0 {width:g} {height:g}">'
    )
    return re.sub(r"\n\s*", "\n", head + "\n" + _card(width, height) + body)


def power(value: float) -> str:
    """A power of ten in plain characters, such as 10⁻³."""
    digits = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    exponent = round(math.log10(value))
    return {0: "1", 1: "10"}.get(exponent, "10" + str(exponent).translate(digits))


def powers(*axes: object) -> None:
    """Label the decades of logarithmic axes with plain characters."""
    for axis in axes:
        axis.set_major_formatter(FuncFormatter(lambda v, _: power(v)))
        axis.set_minor_formatter(FuncFormatter(lambda v, _: ""))


def bare(ax: object) -> None:
    """Take ticks and frame away, for pictures and maps."""
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)


def note(ax: object, x: float, y: float, text: str, color: str = INK, **options: object) -> None:
    """A label beside what it names, in data coordinates."""
    ax.text(
        x, y, text, color=color, fontsize=options.pop("size", 13), fontweight=options.pop("weight", "bold"), **options
    )


def dots(ax: object, x: Sequence[float], y: Sequence[float], color: str, size: float = 4, alpha: float = 0.8) -> None:
    """Many points as one path of tiny strokes with round ends, which takes far fewer bytes than markers."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    xs = np.stack([x, x + 1e-3, np.full_like(x, np.nan)], 1).ravel()
    ys = np.stack([y, y, np.full_like(y, np.nan)], 1).ravel()
    with mpl.rc_context({"path.simplify": False}):
        ax.plot(xs, ys, color=color, lw=size, alpha=alpha, solid_capstyle="round")


# Diagrams


@cache
def _font(size: float, bold: bool, mono: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans" + ("Mono" if mono else "") + ("-Bold" if bold else "")
    return ImageFont.truetype(str(Path(mpl.get_data_path(), "fonts/ttf", name + ".ttf")), size)


def text_width(text: str, size: float, bold: bool = False, mono: bool = False) -> float:
    """How many pixels a line of text takes in DejaVu Sans, the widest of the fonts named."""
    return _font(size, bold, mono).getlength(text)


class Sketch:
    """A diagram of rectangles, circles, words, lines and arrows, written as plain SVG elements."""

    def __init__(self, height: float, width: float = WIDTH) -> None:
        self.width, self.height, self.parts = width, height, []

    def add(self, element: str) -> None:
        """Append one SVG element."""
        self.parts.append(element)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: str = PALE,
        stroke: str = GREY,
        r: float = 6,
        line: float = 1.5,
        dash: bool = False,
        opacity: float = 1,
    ) -> None:
        """A rectangle with round corners."""
        extra = (' stroke-dasharray="6 4"' if dash else "") + (f' fill-opacity="{opacity:g}"' if opacity < 1 else "")
        self.add(
            f'<rect x="{x:.5g}" y="{y:.5g}" width="{w:.5g}" height="{h:.5g}" rx="{r:g}" fill="{fill}" '
            f'stroke="{stroke}" stroke-width="{line:g}"{extra}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 14,
        anchor: str = "middle",
        color: str = INK,
        bold: bool = False,
        mono: bool = False,
        inside: tuple[float, float] | None = None,
    ) -> None:
        """Lines of text, centred around y; text that leaves the card or its box is an error."""
        lines = words.split("\n")
        for number, line in enumerate(lines):
            wide = text_width(line, size, bold, mono)
            left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
            low, high = inside or (5, self.width - 5)
            if left < low or left + wide > high:
                raise ValueError(f"'{line}' takes {left:.0f} to {left + wide:.0f}, has {low:.0f} to {high:.0f}")
            base = y + (number - (len(lines) - 1) / 2) * size * 1.25 + size * 0.36
            style = (' font-weight="bold"' if bold else "") + (f' font-family="{MONO}"' if mono else "")
            self.add(
                f'<text x="{x:.5g}" y="{base:.5g}" font-size="{size:g}" text-anchor="{anchor}" '
                f'fill="{color}"{style} xml:space="preserve">{escape(line, quote=False)}</text>'
            )

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        words: str = "",
        fill: str = PALE,
        stroke: str = GREY,
        size: float = 14,
        bold: bool = False,
        color: str = INK,
        mono: bool = False,
        **options: object,
    ) -> None:
        """A rectangle with words in its middle."""
        self.rect(x, y, w, h, fill, stroke, **options)
        if words:
            self.text(x + w / 2, y + h / 2, words, size, "middle", color, bold, mono, inside=(x + 1, x + w - 1))

    def circle(
        self,
        x: float,
        y: float,
        r: float,
        words: str = "",
        fill: str = PALE,
        stroke: str = GREY,
        size: float = 14,
        bold: bool = False,
        color: str = INK,
        line: float = 1.5,
        dash: bool = False,
    ) -> None:
        """A circle with words in its middle."""
        extra = ' stroke-dasharray="5 4"' if dash else ""
        self.add(
            f'<circle cx="{x:.5g}" cy="{y:.5g}" r="{r:g}" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="{line:g}"{extra}/>'
        )
        if words:
            self.text(x, y, words, size, color=color, bold=bold)

    def path(
        self, d: str, stroke: str = GREY, line: float = 2, fill: str = "none", dash: bool = False, opacity: float = 1
    ) -> None:
        """A path in SVG's own letters."""
        extra = (' stroke-dasharray="6 4"' if dash else "") + (f' opacity="{opacity:g}"' if opacity < 1 else "")
        self.add(
            f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{line:g}" stroke-linejoin="round"{extra}/>'
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, stroke: str = GREY, line: float = 2, dash: bool = False
    ) -> None:
        """A straight line."""
        self.path(f"M{x1:.5g} {y1:.5g}L{x2:.5g} {y2:.5g}", stroke, line, dash=dash)

    def arrow(
        self,
        *points: tuple[float, float],
        stroke: str = GREY,
        line: float = 2,
        dash: bool = False,
        bend: tuple[float, float] | None = None,
        head: float = 9,
    ) -> None:
        """An arrow through points, or from the first to the last along a curve with the control point `bend`."""
        (x2, y2), (x1, y1) = points[-1], bend or points[-2]
        length = math.hypot(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        bx, by = x2 - ux * head, y2 - uy * head
        inner = [*points[:-1], (x2 - ux * head * 0.8, y2 - uy * head * 0.8)]
        if bend:
            (x0, y0), (x3, y3) = inner[0], inner[-1]
            d = f"M{x0:.5g} {y0:.5g}Q{bend[0]:.5g} {bend[1]:.5g} {x3:.5g} {y3:.5g}"
        else:
            d = "M" + "L".join(f"{x:.5g} {y:.5g}" for x, y in inner)
        self.path(d, stroke, line, dash=dash)
        side = head * 0.5
        corners = [(x2, y2), (bx - uy * side, by + ux * side), (bx + uy * side, by - ux * side)]
        self.add('<polygon points="' + " ".join(f"{x:.5g},{y:.5g}" for x, y in corners) + f'" fill="{stroke}"/>')

    def grid(
        self,
        x: float,
        y: float,
        size: float,
        fills: Sequence[Sequence[str]],
        words: Sequence[Sequence[str]] | None = None,
        text_size: float = 13,
        stroke: str = WHITE,
        height: float | None = None,
        bold: bool = False,
    ) -> None:
        """Cells in rows and columns, each with a fill and perhaps a word."""
        height = height or size
        for i, row in enumerate(fills):
            for j, fill in enumerate(row):
                label = words[i][j] if words else ""
                dark = fill in (BLUE, GREEN, VERMILION, INK, GREY)
                self.box(
                    x + j * size,
                    y + i * height,
                    size,
                    height,
                    label,
                    fill,
                    stroke,
                    text_size,
                    bold=bold,
                    color=WHITE if dark else INK,
                    r=2,
                    line=1,
                )

    def image(self, x: float, y: float, w: float, h: float, pixels: np.ndarray) -> None:
        """An array of bytes (rows, columns[, 3]) as a small PNG, its pixels kept sharp."""
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "PNG", optimize=True)
        data = base64.b64encode(stream.getvalue()).decode()
        self.add(
            f'<image x="{x:.5g}" y="{y:.5g}" width="{w:.5g}" height="{h:.5g}" preserveAspectRatio="none" '
            f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
        )

    def svg(self) -> str:
        """The whole SVG on its card."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}" height="{self.height:g}" '
            f'viewBox="0 0 {self.width:g} {self.height:g}" font-family="{FONTS}">'
        )
        return "\n".join([head, _card(self.width, self.height), *self.parts, "</svg>\n"])


def mix(color: str, share: float, ground: str = WHITE) -> str:
    """A colour thinned out: `share` of it over the ground."""
    a, b = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (color, ground))
    return "#" + "".join(f"{round(v):02X}" for v in a * share + b * (1 - share))
