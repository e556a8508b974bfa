"""Finds the words of a list that a misspelt one may stand for: symspellpy, used by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from itertools import islice

from symspellpy import SymSpell, Verbosity

from assistant.understanding.english import english

FARTHEST = 2  # edits: a letter left out, put in, exchanged, or two neighbours swapped
PREFIX = 5  # letters that the index looks at: 7 would answer three times as fast and take six times the memory
COMMON = 45_000  # English words that somebody may have meant; rarer ones are known, and meant by nobody else


class NearWords:
    """Words within two edits of another one."""

    def __init__(self, words: Iterable[str]) -> None:
        self._index = SymSpell(FARTHEST, PREFIX)
        self._lock = threading.Lock()  # the library compares in buffers that all look-ups share
        for word in words:
            self._index.create_dictionary_entry(word, 1)

    def near(self, word: str, farthest: int = FARTHEST) -> list[tuple[str, int]]:
        """Words with their distance in edits, at most ``farthest``, the nearest first."""
        with self._lock:
            return [(found.term, found.distance) for found in self._index.lookup(word, Verbosity.ALL, farthest)]

    def nearest(self, word: str, farthest: int = FARTHEST) -> list[tuple[str, int]]:
        """Only those at the smallest distance: three times as fast."""
        with self._lock:
            return [(found.term, found.distance) for found in self._index.lookup(word, Verbosity.CLOSEST, farthest)]


@cache
def near_english() -> NearWords:
    """The common English words; made once, half a second and 15 MB."""
    return NearWords(islice(english(), COMMON))
