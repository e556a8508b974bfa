"""What a question or a heading asks to be defined: "What is an LSTM (long short-term memory)?" asks for two names."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"^\W*(?:what(?:\s+is|\s+are|\s+does|['’]?s|['’]re)|who\s+is|define|explain|describe|definition\s+of|meaning\s+of|"
    r"tell\s+me\s+about)\s+(?:exactly\s+|actually\s+|meant\s+by\s+)?(?:an?\s+|the\s+)?(.+?)[\s?.!]*$",
    re.I | re.S,
)
_BESIDE = re.compile(  # what a heading promises beside the definition; in a question it is a second one
    r"(?:,?\s+and\s+(?:what|why|how|when|where|which|who|does|do|is|are|should)\b.*|,\s*(?:and|exactly)\b.*)$",
    re.I | re.S,
)
_BEHIND = re.compile(  # what may follow the name without changing it
    r"(?:,\s*in\b.*|\s+(?:stands?\s+for|means?|in\s+(?:an?\s+)?(?:deep|machine)\s+learning|in\s+(?:ai|ml)|"
    r"in\s+(?:an?\s+)?neural\s+networks?|in\s+simple\s+(?:words|terms)|in\s+plain\s+english))$",
    re.I | re.S,
)
_KIND = re.compile(  # says what sort of thing it is, and is often left out
    r"\s(?:optimizer|algorithm|function|activation|layer|method|technique|model|network|clustering|unit|library|"
    r"framework|gpu|metric|dataset|benchmark|architecture|test)$"
)
_PLURAL = re.compile(r"(?<![suiao])s$")
LONGEST = 60  # characters of a name; what is longer asks for more than a definition
WORDS_ALONE = 3  # a message of at most so many words and nothing else names a subject


def subjects_of_heading(heading: str) -> frozenset[str]:
    """The names that a section of this heading defines, whatever else it answers."""
    return subjects_of(_BESIDE.sub("", heading.strip().rstrip("?.!")))


def subjects_of(text: str) -> frozenset[str]:
    """The names that a question asks for alone, in lower case without marks; empty if it asks something else.

    A few words alone, such as "f1 score", ask for what they name.
    """
    found = _ASKS.match(text)
    if found:
        name = found.group(1)
    elif len(text.split()) <= WORDS_ALONE:
        name = text.strip().rstrip("?.!")
    else:
        return frozenset()
    while (shorter := _BEHIND.sub("", name)) != name:
        name = shorter
    outside = re.sub(r"\([^()]*\)", " ", name)
    names = {_plain(part) for part in (name, outside, *re.findall(r"\(([^()]+)\)", name))}
    names |= {_plain(_KIND.sub("", each)) for each in names}
    return frozenset(each for each in names if each and len(each) <= LONGEST)


def _plain(name: str) -> str:
    """Lower case, words alone, the last one in the singular."""
    words = re.findall(r"[^\W_]+(?:\+\+|#)?", name.lower())
    if (
        words
        and len(words[-1]) > 3
        and words[-1].endswith("s")
        and not words[-1].endswith(("ss", "us", "is", "as", "os"))
    ):
        words[-1] = words[-1][:-1]
    return " ".join(words)
