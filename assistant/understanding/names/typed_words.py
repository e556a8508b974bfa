"""The words of a message that are prose: what may be misspelt, and what is code, a name or an address and may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
_CODE_LINE = re.compile(  # of a traceback, a prompt, a program or a log
    r"^(?:>>>|\.\.\. |Traceback \(|[ \t]+File \"|[ \t]{4,}\S|[\w.]{1,80}(?:Error|Exception|Warning|Interrupt)\b"
    r"|\[?\d{4}-\d\d-\d\d|(?:DEBUG|INFO|WARN|WARNING|ERROR)\b).*$",
    re.M,
)
_CHUNK = re.compile(r"\S+")
_ADDRESS = re.compile(r"[\d_@\\=<>{}\[\]#$%^&*+~|]|\w[.(:]\w|://")  # whatever holds these is no plain word
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A word of a message and where it stands."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the word is over."""
        return self.start + len(self.text)


def without_code(message: str) -> str:
    """The message with spaces in place of code and of the lines of tracebacks: every other word stays where it is."""
    return _CODE_LINE.sub(_spaces, _CODE.sub(_spaces, message))


def prose_words(message: str) -> Iterator[TypedWord]:
    """The words outside code, identifiers, numbers and addresses, in their order."""
    for chunk in _CHUNK.finditer(without_code(message)):
        inside = chunk[0].strip(".,;:!?()[]{}<>\"'“”‘’*_~…")
        if not _ADDRESS.search(inside):
            for word in _WORD.finditer(chunk[0]):
                yield TypedWord(word[0], chunk.start() + word.start())


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])
