"""Lists of words that stand in files beside this one."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def read_words(name: str) -> frozenset[str]:
    """The words of a file; lines that begin with "#" are left out."""
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


FUNCTION_WORDS = read_words("function_words.txt")  # of English; closed classes, which say nothing of a subject
