"""The words of a message as names are made of them: with their capitals and digits, and what joins them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.names.typed_words import without_code

_WORD = re.compile(r"\d+(?:[.,]\d+)*%|\d+(?:[.,]\d+)+[^\W_]*|[^\W_]+(?:['’](?!s\b)[^\W\d_]+)*")
NEAR = 8  # characters before a word that are looked at
_CHUNK = re.compile(r"\S+")
_CODE = re.compile(r"[_=<>{}\[\]\\@|$^*~]|\w\(|://|\.\w+\.|::")  # in a word's surroundings: it is part of a program
_SENTENCE = re.compile(r"[.?!:\n]\s*[\"'“‘(]?$")


@dataclass(frozen=True, slots=True)
class NamedWord:
    """A word, where it stands, and how it follows on the word before."""

    text: str
    start: int
    follows: str  # "-" joined by a hyphen, slash or dot, " " after a space, "" after anything else
    opens: bool  # whether it is the first of its sentence: a capital then says nothing

    @property
    def end(self) -> int:
        """Where the word is over."""
        return self.start + len(self.text)

    @property
    def lower(self) -> str:
        """The word in lower case."""
        return self.text.lower()

    @property
    def is_capital(self) -> bool:
        """Whether it is written as a name is: with a capital that its place does not explain."""
        return any(map(str.isupper, self.text[1:])) or (self.text[0].isupper() and not self.opens)


def named_words(message: str) -> tuple[NamedWord, ...]:
    """The words outside of code, in their order."""
    text = without_code(message)
    found: list[NamedWord] = []
    end = 0
    for chunk in _CHUNK.finditer(text):
        if _CODE.search(chunk[0].strip("*_[](){}<>|~")):
            end = -1
            continue
        for match in _WORD.finditer(chunk[0]):
            start = chunk.start() + match.start()
            if match[0] == "s" and text[start - 1 : start] in ("'", "’"):
                end = start + 1  # a possessive's ending: "Newton's method" is "Newton method"
                continue
            gap = text[max(end, start - NEAR) : start] if end >= 0 else "\n\n"
            opens = not found or bool(_SENTENCE.search(gap))
            joint = "-" if gap == "/" and match[0][0].isdigit() else _joint(gap)  # "ViT-B/16"
            found.append(NamedWord(match[0], start, joint if found else "", opens))
            end = start + len(match[0])
    return tuple(found)


def _joint(gap: str) -> str:
    if gap in ("-", ".", "‑"):
        return "-"
    return " " if gap.isspace() and "\n" not in gap and len(gap) < 3 else ""
