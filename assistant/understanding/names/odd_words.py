"""Names of one odd word: neither the notes nor English hold it, and it is no misspelling of what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.index.word_counts import name_and_number
from assistant.understanding.names.closed_words import CALENDAR, FUNCTION
from assistant.understanding.names.known_words import is_derived, is_english
from assistant.understanding.names.named_words import NamedWord

SHORTEST, LONGEST = 4, 30  # letters: shorter ones are abbreviations, and what is written only in chats
USUAL = 5  # occurrences of a word of the notes that others are put together with

ALIKE, ALIKE_NAME = 3.5, 2.5  # slips that may have made one word of another; a name has its capital for a reason
AGAINST = ("vs", "versus")

Span = tuple[int, int]  # of words: the first, and the one behind the last


class Words(Protocol):
    """What tells words from names, such as ``spelling.Speller``."""

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is one of the notes or of English."""

    def resembles(self, word: str, most: float, notes: bool = False) -> bool:
        """Whether slips that cost ``most`` make the word one of them; with ``notes``, one of the notes."""


def odd_names(words: Sequence[NamedWord], vocabulary: Vocabulary, speller: Words) -> Iterator[Span]:
    """Where such names stand, each with what it is joined to, and with the names beside it: "Tamsin Korrowell"."""

    def continues(at: int) -> bool:
        return words[at].is_capital and not vocabulary.count(words[at].lower)

    behind = 0
    for at, word in enumerate(words):
        if at < behind or not is_odd(words, at, vocabulary, speller):
            continue
        begin, behind = compound(words, at)
        if word.is_capital:
            while begin and words[begin].follows == " " and continues(begin - 1):
                begin -= 1
            while behind < len(words) and words[behind].follows == " " and continues(behind):
                behind = compound(words, behind)[1]
        yield begin, behind


def compound(words: Sequence[NamedWord], at: int) -> Span:
    """The words that are joined to one of them by hyphens."""
    begin, behind = at, at + 1
    while words[begin].follows == "-":
        begin -= 1
    while behind < len(words) and words[behind].follows == "-":
        behind += 1
    return begin, behind


def is_odd(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary, speller: Words) -> bool:
    """Whether a word is a name that nobody knows."""
    word, lower = words[at], words[at].lower
    parts = name_and_number(lower)
    name = parts[0] if parts else lower.removesuffix("s")
    if not SHORTEST <= len(name) <= LONGEST or not (name.isascii() and name.isalpha()):
        return False
    if speller.knows(lower) or is_derived(lower):
        return _is_used_as_name(words, at, vocabulary)
    if parts and not vocabulary.knows(name):  # "Squelch9"
        return True
    if speller.knows(name):
        return False
    if speller.resembles(lower, ALIKE) if word.text.islower() else speller.resembles(lower, ALIKE_NAME, notes=True):
        return False
    return any(map(str.isupper, word.text[1:])) or not (vocabulary.begins(lower) or _is_glued(lower, vocabulary))


def _is_used_as_name(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """Whether an English word that the notes do not hold stands for a thing: with a capital, or compared to one."""
    word = words[at]
    if vocabulary.knows(word.lower) or not is_english(word.lower) or word.lower in FUNCTION | CALENDAR:
        return False
    compared = (at and words[at - 1].lower in AGAINST) or (at + 1 < len(words) and words[at + 1].lower in AGAINST)
    return bool(compared) or (word.is_capital and word.text[1:].islower())


def _is_glued(name: str, vocabulary: Vocabulary) -> bool:
    """Whether it is two usual words of the notes written as one: "convtranspose"."""
    halves = ((name[:at], name[at:]) for at in range(SHORTEST, len(name) - SHORTEST + 1))
    return any(
        vocabulary.pair(one, other) or min(vocabulary.count(one), vocabulary.count(other)) >= USUAL
        for one, other in halves
    )
