"""The files of figures: read only where they are what a note of the folder may show."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.retrieval.notes.pointers import FIGURE_SUFFIXES, path_below

LARGEST_BYTES = 1_000_000
_SVG = re.compile(r"<svg\s|<\?xml[^<]*<svg\s")
_PNG = b"\x89PNG\r\n\x1a\n"


def read_figure(folder: Path, path: str) -> bytes | str | None:
    """A figure below a knowledge folder: the bytes of a PNG or the text of an SVG.

    None when there is no such file, when it lies or leads outside the folder, and when it is not what its name says.
    """
    file = folder / path
    try:
        is_inside = path_below("", path) == path and file.resolve().is_relative_to(folder.resolve())
        if not is_inside or not path.lower().endswith(FIGURE_SUFFIXES):
            return None
        if not file.is_file() or file.stat().st_size > LARGEST_BYTES:
            return None
        raw = file.read_bytes()
    except (OSError, ValueError):
        return None
    if raw.startswith(_PNG):
        return raw
    text = raw.decode("utf-8", "replace").strip()
    return text if _SVG.match(text) else None
