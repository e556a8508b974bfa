"""Text from notes and models made safe to draw as Markdown: nothing is fetched, and no link hides where it leads."""

from __future__ import annotations

import re

# An image would be fetched from wherever a note says, which tells its owner who reads. Its text is kept.
_IMAGE = re.compile(r"!+\[")
# Streamlit's own directives, such as :red[...] or :material/lock:, must not be forged by a note. Backslashes before
# one are taken along: two of them would undo the escape.
_DIRECTIVE = re.compile(r"\\*:(?=[a-zA-Z][a-zA-Z_+-]*(?:\[|/[a-z_0-9]+:))")
_LINK = re.compile(r"\]\(\s*<?\s*(?!https?://)[^)]*\)")
# Marks that turn the reading direction can make text say the opposite of what it shows.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def safe_markdown(text: str) -> str:
    """Markdown from data with images, foreign links and page directives taken out; formulas and code stay."""
    text = _BIDI.sub("", text)
    text = _IMAGE.sub("[", text)
    text = _LINK.sub("]", text)
    return _DIRECTIVE.sub("\\:", text)


def safe_label(text: str) -> str:
    """One line of data as plain text inside Markdown: every mark is escaped."""
    line = " ".join(_BIDI.sub("", text).split())
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$:])", r"\\\1", line)
