"""Rules on what notes point at: other notes, files and figures."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.retrieval.notes.checking.findings import Folder, Spot
from assistant.retrieval.notes.checking.sheet import Sheet
from assistant.retrieval.notes.pointers import FIGURE_SUFFIXES, path_below

LEAST_SEE_ALSO = 2


def unreadable(folder: Folder) -> Iterator[Spot]:
    """A note that cannot be read."""
    for path, reason in folder.unreadable:
        yield Spot(path, 1, reason)


def few_see_also(sheet: Sheet) -> Iterator[tuple[int, str]]:
    """A note that leads to fewer than two others under "See also"; an index leads on by itself."""
    if len(sheet.note.see_also) < LEAST_SEE_ALSO and not sheet.is_index:
        yield 1, f"{len(sheet.note.see_also)} links under See also"


def dead_links(folder: Folder) -> Iterator[Spot]:
    """A relative link to no file of the folder."""
    for sheet in folder.sheets:
        for line, target in _targets(sheet, "link_open", "href"):
            is_web = target.startswith(("http://", "https://", "#", "mailto:"))
            if not is_web and path_below(sheet.path, target) not in folder.files:
                yield Spot(sheet.path, line, target)


def missing_figures(folder: Folder) -> Iterator[Spot]:
    """An image that is no file of the folder, or that stands amid other text, where it is not shown."""
    for sheet in folder.sheets:
        shown = {figure.path for passage in sheet.note.passages for figure in passage.figures}
        for line, target in _targets(sheet, "image", "src"):
            path = path_below(sheet.path, target)
            if path not in folder.files or path not in shown:
                yield Spot(sheet.path, line, target)


def unused_figures(folder: Folder) -> Iterator[Spot]:
    """A picture in the folder that no note shows."""
    shown = {figure.path for sheet in folder.sheets for passage in sheet.note.passages for figure in passage.figures}
    for path in sorted(folder.files):
        if path.endswith(FIGURE_SUFFIXES) and path not in shown:
            yield Spot(path, 1, "no note shows it")


def _targets(sheet: Sheet, kind: str, attribute: str) -> Iterator[tuple[int, str]]:
    for token in sheet.tokens:
        for child in token.children or []:
            if child.type == kind:
                yield sheet.line_of(token), str(child.attrs.get(attribute, ""))
