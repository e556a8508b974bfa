"""How common English words are: the frequency list that comes with symspellpy, 82,765 words, the commonest first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

LIST = "frequency_dictionary_en_82_765.txt"  # of Google's books and the SCOWL word lists: it holds no misspellings


@cache
def english() -> Mapping[str, int]:
    """Occurrences in Google's books by word, in lower case; read once, 10 MB."""
    text = resources.files("symspellpy").joinpath(LIST).read_text(encoding="utf-8-sig")
    return {word: int(count) for word, count in map(str.split, text.splitlines())}
