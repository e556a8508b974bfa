"""A passage as it is drawn wherever it is read: its text, figures where they stand, links that open other notes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from assistant.core.markdown import blocks
from assistant.core.records import Figure, Passage
from assistant.retrieval.notes.figure_files import read_figure
from assistant.retrieval.notes.library import Library
from assistant.retrieval.notes.pointers import note_path
from assistant.ui.shared.safe import LinkTo, safe_label, safe_markdown

NOTES_PAGE = "notes"  # its address, relative to that of any page


def draw_passage(passage: Passage, library: Library | None, *, anchors: bool = True) -> None:
    """The text of a passage, and the figures that the library has for it."""
    own = library.own(passage) if library is not None else None
    figures = own.figures if own is not None else ()
    link_to = links_from(passage.note, library)
    start = 0
    for figure in figures:
        _draw_text(passage.text[start : figure.at], link_to, anchors)
        draw_figure(figure, library.folder if library else None)
        start = figure.at
    _draw_text(passage.text[start:], link_to, anchors)


def draw_figure(figure: Figure, folder: Path | None) -> None:
    """A figure as wide as what it stands in, with its caption; its words alone when its file cannot be shown."""
    content = read_figure(folder, figure.path) if folder is not None else None
    if content is None:
        st.caption(f"Figure: {safe_label(figure.caption or figure.alt)}")
        return
    st.image(content, caption=safe_markdown(figure.caption) or None, width="stretch", alt=figure.alt)


def links_from(note: str, library: Library | None) -> LinkTo:
    """Where links of a note lead: to other notes of the library in the reader, or nowhere."""
    return partial(_address, note, library)


def _address(note: str, library: Library | None, target: str) -> str:
    path = note_path(note, target)
    if not path or library is None or library.note_at(path) is None:
        return ""
    return f"{NOTES_PAGE}?{urlencode({'note': path})}"


def _draw_text(text: str, link_to: LinkTo, anchors: bool) -> None:
    """Code apart from the rest: long lines wrap, because a keyboard cannot scroll what Markdown makes of them."""
    prose: list[str] = []
    for block in blocks(text):
        if block.kind != "fence":
            prose.append(f"{'#' * block.level} {block.text}" if block.level else block.text)
            continue
        _draw_prose(prose, link_to, anchors)
        prose = []
        first, *lines = block.text.split("\n")
        language = next(iter(first.strip().lstrip("`~").split()), None)
        is_closed = bool(lines) and not lines[-1].strip().strip("`~")
        st.code("\n".join(lines[:-1] if is_closed else lines), language, wrap_lines=True)
    _draw_prose(prose, link_to, anchors)


def _draw_prose(parts: list[str], link_to: LinkTo, anchors: bool) -> None:
    if parts:
        st.markdown(safe_markdown("\n\n".join(parts), link_to), anchors=anchors)
