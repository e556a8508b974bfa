"""Text from outside, made such that it can be encoded, drawn and logged."""

from __future__ import annotations


def readable(text: str) -> str:
    """The text with "?" for what is no character: names of files and bytes that are no UTF-8 arrive as surrogates."""
    return text.encode("utf-8", "replace").decode()
