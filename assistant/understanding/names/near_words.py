"""Finds the words of a list that a misspelt one may stand for: symspellpy, used by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from itertools import islice
from weakref import WeakKeyDictionary

from symspellpy.symspellpy import SymSpell
from symspellpy.verbosity import Verbosity

from assistant.retrieval.index.word_counts import WordCounts
from assistant.understanding.names.english import english

FARTHEST = 2  # edits: a letter left out, put in, exchanged, or two neighbours swapped
PREFIX = 5  # letters that the index looks at: 7 would answer three times as fast and take six times the memory
COMMON = 45_000  # English words that somebody may have meant; rarer ones are known, and meant by nobody else
SHORTEST = 4  # letters of a word of the notes that may have been meant


class NearWords:
    """Words within two edits of another one."""

    def __init__(self, words: Iterable[str]) -> None:
        self._index = SymSpell(FARTHEST, PREFIX)
        self._lock = threading.Lock()  # the library compares in buffers that all look-ups share
        for word in words:
            self._index.create_dictionary_entry(word, 1)

    def near(self, word: str, farthest: int = FARTHEST) -> dict[str, int]:
        """Words with their distance in edits, at most ``farthest``."""
        return self._look_up(word, Verbosity.ALL, farthest)

    def nearest(self, word: str, farthest: int = FARTHEST) -> dict[str, int]:
        """Only those at the smallest distance: three times as fast."""
        return self._look_up(word, Verbosity.CLOSEST, farthest)

    def _look_up(self, word: str, which: Verbosity, farthest: int) -> dict[str, int]:
        with self._lock:
            return {found.term: found.distance for found in self._index.lookup(word, which, farthest)}


@cache
def near_english() -> NearWords:
    """The common English words; made once, half a second and 15 MB."""
    return NearWords(islice(english(), COMMON))


_made: WeakKeyDictionary[WordCounts, NearWords] = WeakKeyDictionary()
_making = threading.Lock()


def near_notes(collection: WordCounts) -> NearWords:
    """The plain words of a collection of passages; made once for it, 0.2 seconds and 4 MB for 4,400 passages."""
    with _making:
        made = _made.get(collection)
        if made is None:
            words = (word for word in collection.ids if len(word) >= SHORTEST and word.isalpha())
            made = _made[collection] = NearWords(word for word in words if collection.count(word))
        return made
