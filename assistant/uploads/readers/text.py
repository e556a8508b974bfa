"""Bytes of a text file become text, whatever encoding they have."""

from __future__ import annotations

import unicodedata

from assistant.core.errors import UploadError

SHARE_OF_CONTROLS = 0.01  # control characters beyond this share mean that it is no text


def decode(data: bytes) -> str:
    """The text with plain line ends. Raises UploadError when the bytes are no text in any likely encoding."""
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    sample = text[:200_000]
    controls = sum(unicodedata.category(character) == "Cc" for character in sample if character not in "\n\t")
    if controls > max(2, SHARE_OF_CONTROLS * len(sample)):
        raise UploadError("It is binary data. Add Markdown, text, PDF, Word, HTML or a notebook.")
    return "".join(character for character in text if character in "\n\t" or unicodedata.category(character) != "Cc")


def _decoded(data: bytes) -> str:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Imported here: only text that is not UTF-8 needs a guess.
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise UploadError("Its text has an unknown encoding. Save it as UTF-8.")
    return str(best)


_MARKS = str.maketrans({mark: "\\" + mark for mark in "\\`*_[]<>$|~"})


def escaped(line: str) -> str:
    """A line of plain text as Markdown that reads the same: no mark in it becomes a heading, a list or a link."""
    text = line.strip().translate(_MARKS)
    if text.startswith(("#", "+", "-", "=", ":")):
        return "\\" + text if not text.startswith(("- ", "+ ")) else text
    number, dot, rest = text.partition(".")
    return f"{number}\\.{rest}" if dot and number.isdigit() and not rest.startswith(" ") else text
