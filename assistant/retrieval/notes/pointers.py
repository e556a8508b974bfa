"""What a note points at inside the knowledge folder: the notes under "See also", and figures."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from urllib.parse import unquote

from assistant.core.markdown import Block
from assistant.core.markdown_links import links, lone_image
from assistant.core.records import Figure, NoteLink

SEE_ALSO = "See also"  # the heading of the section that holds links to other notes and nothing else
NOTE_SUFFIX = ".md"
FIGURE_SUFFIXES = (".svg", ".png")


def path_below(note: str, target: str) -> str:
    """Where a relative target in a note leads, as a path below the knowledge folder; empty when it leads elsewhere.

    Addresses, absolute paths, paths that leave the folder and hidden files lead elsewhere. An anchor is left out.
    """
    path = unquote(target.partition("#")[0])
    if not path or path.startswith("/") or any(character in path for character in ":\\?\0"):
        return ""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(note), path))
    return "" if any(part.startswith(".") for part in joined.split("/")) else joined


def note_path(note: str, target: str) -> str:
    """The note that a relative target in a note leads to; empty when it is none."""
    path = path_below(note, target)
    return path if path.endswith(NOTE_SUFFIX) else ""


def figure_in(note: str, block: Block) -> Figure | None:
    """The figure of a paragraph that is nothing but one image of the knowledge folder; None of any other block."""
    image = lone_image(block.text) if block.kind == "paragraph_open" and "![" in block.text else None
    path = path_below(note, image.target) if image else ""
    if image is None or not path.lower().endswith(FIGURE_SUFFIXES):
        return None
    return Figure(path, " ".join(image.text.split()), " ".join(image.title.split()))


def see_also_apart(found: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """The blocks of a note without those under "See also", and those.

    The heading stays among the first and ends the section before it.
    """
    rest: list[Block] = []
    under: list[Block] = []
    inside = False
    for block in found:
        if block.level:
            inside = block.level > 1 and block.text == SEE_ALSO
        (under if inside and not block.level else rest).append(block)
    return rest, under


def notes_named(note: str, under: Sequence[Block]) -> tuple[NoteLink, ...]:
    """The notes that some blocks of a note link to, each once."""
    named: dict[str, NoteLink] = {}
    for link in (link for block in under for link in links(block.text)):
        path = note_path(note, link.target)
        if path:
            named.setdefault(path, NoteLink(link.text.strip() or path, path))
    return tuple(named.values())
