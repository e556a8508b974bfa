"""Text from notes and models made safe to draw as Markdown: nothing is fetched, and no link hides where it leads.

Every pattern takes a time that grows with the text, not with its square: what matches begins where no match could have
begun before, and nothing is given back (``++``). A visitor may send megabytes, and a pattern holds up all visitors.
"""

from __future__ import annotations

import re
from collections.abc import Callable

LinkTo = Callable[[str], str]  # the address that a link's target stands for; empty when it stands for none

# An image would be fetched from wherever a note says, which tells its owner who reads. Its text is kept.
_IMAGE = re.compile(r"(?<!!)!++\[")
# Streamlit's own directives, such as :red[...] or :material/lock:, must not be forged by a note. Backslashes before
# one are taken along: two of them would undo the escape.
_DIRECTIVE = re.compile(r"(?<!\\)\\*+:(?=[a-zA-Z][a-zA-Z_+-]*+(?:\[|/[a-z_0-9]++:))")
# To the end of the text where it is never closed, so that it is looked for once; what is not closed is no link.
_LINK = re.compile(r"\]\(\s*+(?:<(?!https?://)|(?!<|https?://))[^)]*+(\)?)")
# Marks that turn the reading direction can make text say the opposite of what it shows.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def nowhere(target: str) -> str:
    """The address of links that lead nowhere."""
    return ""


def without_turns(text: str) -> str:
    """The text without the marks that turn the reading direction."""
    return _BIDI.sub("", text)


def safe_markdown(text: str, link_to: LinkTo = nowhere) -> str:
    """Markdown from data with images, foreign links and page directives taken out; formulas and code stay.

    A link that is no web address is taken out, too, unless ``link_to`` has an address for it, which must be safe.
    """

    def linked(link: re.Match[str]) -> str:
        if not link[1]:
            return link[0]
        address = link_to(link[0][2:-1].strip())
        return f"]({address})" if address else "]"

    text = without_turns(text)
    text = _IMAGE.sub("[", text)
    text = _LINK.sub(linked, text)
    return _DIRECTIVE.sub("\\:", text)


def safe_label(text: str) -> str:
    """One line of data as plain text inside Markdown: every mark is escaped."""
    line = " ".join(without_turns(text).split())
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$:&])", r"\\\1", line)
