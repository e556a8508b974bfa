"""The name that a visitor gave a file is text to be shown, never a path: this is what is kept of it."""

from __future__ import annotations

import re
import unicodedata

from assistant.core.text import readable
from assistant.uploads.limits import NAME_CHARACTERS, TITLE_CHARACTERS

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, direction marks, surrogates, unassigned, line ends


def shown_name(given: str) -> str:
    """The given name as one short line: without folders, control characters and marks that turn the direction."""
    line = _line(given)
    last = re.split(r"[/\\]", line)[-1].strip(" .") or line.strip(" ./\\")
    return _cut(last, NAME_CHARACTERS) or "file"


def shown_title(given: str) -> str:
    """A title that somebody typed or a file states, as one line; empty when nothing of it can be seen."""
    return _cut(_line(given).strip(), TITLE_CHARACTERS)


def title_from(name: str) -> str:
    """A title for a file that states none, from its name."""
    stem = re.sub(r"\.[A-Za-z0-9]{1,8}$", "", shown_name(name))
    words = " ".join(re.sub(r"[-_]+", " ", stem).split())
    return (words[:1].upper() + words[1:]) or "Untitled"


def member_name(title: str, digest: str) -> str:
    """A plain file name for a download: letters, digits and hyphens of the title, and the start of a digest."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return f"{slug or 'note'}-{digest[:8]}.md"


def _line(given: str) -> str:
    text = readable(given[:20_000])
    kept = (" " if unicodedata.category(mark) in ("Zl", "Zp") or mark in "\n\r\t" else mark for mark in text)
    return " ".join("".join(mark for mark in kept if unicodedata.category(mark) not in _UNSEEN).split())


def _cut(line: str, longest: int) -> str:
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
