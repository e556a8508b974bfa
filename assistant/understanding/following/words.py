"""The words of a text, where they stand, and which of them can name a subject."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import Stemmer

from assistant.core.caching import memoize_text
from assistant.understanding.following.word_classes import FUNCTION, GENERAL

_WORD = re.compile(r"[^\W_]+(?:[-'’./_][^\W_]+)*(?:\+\+|#|\(\))?")
_GAP_ENDS_CLAUSE = re.compile(r"[,.;:?!–—()]| - ")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and where it stands."""

    text: str
    lower: str  # in small letters
    start: int
    end: int
    is_content: bool  # it can name a subject
    ends_clause: bool  # a mark between this word and the next ends a clause


@memoize_text(4_096)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in their order."""
    found = list(_WORD.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    words = []
    for match, end in zip(found, ends, strict=False):  # without words there is still an end
        lower = match[0].lower()
        is_content = lower not in FUNCTION and lower not in GENERAL
        ends_clause = bool(_GAP_ENDS_CLAUSE.search(text, match.end(), end))
        words.append(Word(match[0], lower, match.start(), match.end(), is_content, ends_clause))
    return tuple(words)


def content_of(words: Iterable[Word]) -> list[Word]:
    """Those that can name a subject."""
    return [word for word in words if word.is_content]


def keys_of(words: Iterable[str]) -> list[str]:
    """Stems by which words are compared; "layer-norm" has those of its parts."""
    # A stemmer of its own for each call: the C object must not be shared by threads.
    parts = [part for word in words for part in re.split(r"[-/_]", word.lower()) if part]
    stems: list[str] = Stemmer.Stemmer("english").stemWords(parts)
    return stems


@memoize_text(4_096)
def named_in(text: str) -> frozenset[str]:
    """Stems of the words of a text that can name a subject."""
    return frozenset(keys_of(word.text for word in content_of(words_of(text))))


def chunks_of(words: Sequence[Word]) -> list[list[Word]]:
    """Runs of content words that nothing separates: what is named, often with its verb."""
    chunks: list[list[Word]] = []
    is_open = False
    for word in words:
        if word.is_content and is_open:
            chunks[-1].append(word)
        elif word.is_content:
            chunks.append([word])
        is_open = word.is_content and not word.ends_clause
    return chunks


def is_proper(word: str) -> bool:
    """Whether a word is written as a name is: with a digit, or a capital that is not its first letter alone."""
    return any(letter.isdigit() for letter in word) or any(letter.isupper() for letter in word[1:])


def without_article(name: str) -> str:
    """A name without "the" or "a" before it."""
    return re.sub(r"^(?:an?|the)\s+", "", name, flags=re.I)
