"""A note's references as Markdown, the same wherever they are drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.core.records import Reference
from assistant.ui.shared.safe import safe_label

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+")


def reference_list(references: Sequence[Reference]) -> str:
    """One line for each reference."""
    return "\n".join(f"- {reference_markdown(reference)}" for reference in references)


def reference_markdown(reference: Reference) -> str:
    """A reference on one line, its title a link when it names a web address."""
    title = safe_label(reference.title) or safe_label(reference.link)
    if _WEB_ADDRESS.fullmatch(reference.link):
        title = f"[{title}](<{reference.link}>)"
    author = safe_label(reference.author)
    year = f" ({reference.year})" if reference.year else ""
    return f"{author}{year}: {title}" if author else f"{title}{year}"
