"""Messages that say nothing: marks alone, a key held down, keys beaten at random."""

from __future__ import annotations

import re
from itertools import pairwise

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "qsdfghjklm")
HOME_ROW = frozenset("asdfghjkl")
MANY_DIGITS = 4  # may be a number that somebody asks about
SHORTEST_MASH = 5  # letters
LONG_MASH = 6  # letters of the home row with one vowel at most, or of any row without: no word, hardly an abbreviation
_NEAR = frozenset(a + b for row in ROWS for one in (row, row[::-1]) for a, b in pairwise(one))
_VOWELS = frozenset("aeiouy")
_WORD = re.compile(r"[^\W\d_]+")
_HELD = re.compile(r"^(?:(.)\1{3,}|(.{2,3})\2{2,}.?.?)$")  # one key, or two or three in turn
_FILLING = frozenset({"bla", "blah", "blabla", "lorem", "ipsum", "dolor", "sit", "amet"})


def is_nonsense(message: str) -> bool:
    """Whether a message holds no word: at most one letter, or nothing but mashed keys."""
    words = _WORD.findall(message.lower())
    if sum(map(len, words)) < 2:
        digits = sum(map(str.isdigit, message))
        return digits == 0 or (not words and digits < MANY_DIGITS)
    return all(word in _FILLING or _is_mash(word) for word in words)


def _is_mash(word: str) -> bool:
    if not word.isascii():
        return False
    vowels = sum(letter in _VOWELS for letter in word)
    if len(word) >= LONG_MASH and (vowels == 0 or (vowels == 1 and HOME_ROW.issuperset(word))):
        return True
    is_run = len(word) >= SHORTEST_MASH and all(a + b in _NEAR for a, b in pairwise(word))
    return is_run or _HELD.match(word) is not None


def not_understood_reply(is_about_answer: bool = False) -> str:
    """One or two sentences that ask for a question; ``is_about_answer``: it speaks of an answer and there is none."""
    what = "There is no answer yet that this could be about." if is_about_answer else "I did not understand that."
    return f"{what} Ask a question about deep learning, such as: Why does my validation loss rise?"
