"""Messages that say nothing: marks alone, a key held down, keys beaten at random."""

from __future__ import annotations

import re
from itertools import pairwise

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "qsdfghjklm")
MANY_DIGITS = 4  # may be a number that somebody asks about
SHORTEST_MASH = 5  # letters
_PAIRS = frozenset(a + b for row in ROWS for one in (row, row[::-1]) for a, b in pairwise(one))
MASHED = 0.7  # of the neighbours in a word that are neighbours on the keyboard
_WORD = re.compile(r"[^\W\d_]+")
_HELD = re.compile(r"^(.{1,3})\1{2,}.?.?$")  # one key, or two or three in turn
_VOWELS = frozenset("aeiouy")
CONSONANTS = 6  # in a row and no vowel at all: no word and hardly an abbreviation


def is_nonsense(message: str) -> bool:
    """Whether a message holds no word: at most one letter, or nothing but mashed keys."""
    words = _WORD.findall(message.lower())
    if sum(map(len, words)) < 2:
        digits = sum(map(str.isdigit, message))
        return digits == 0 or (not words and digits < MANY_DIGITS)
    return all(_is_mash(word) for word in words)


def _is_mash(word: str) -> bool:
    if not word.isascii():
        return False
    if _HELD.match(word) and len(word) > 3:
        return True
    if len(word) < SHORTEST_MASH:
        return False
    near = sum(a + b in _PAIRS or a == b for a, b in pairwise(word))
    return near >= MASHED * (len(word) - 1) or (len(word) >= CONSONANTS and not _VOWELS & set(word))


def not_understood_reply(is_about_answer: bool = False) -> str:
    """One or two sentences that ask for a question; ``is_about_answer``: it speaks of an answer and there is none."""
    what = "There is no answer yet that this could be about." if is_about_answer else "I did not understand that."
    return f"{what} Ask a question about deep learning, such as: Why does my validation loss rise?"
