"""Names that the notes hold, the versions that they give them, and what a word behind a name makes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.understanding.names.closed_words import FUNCTION
from assistant.understanding.names.english import english
from assistant.understanding.names.named_words import NamedWord

SHORTEST = 2  # letters of a name that may have versions
USUAL = 3  # occurrences of such a name in the notes
SOMETIMES = 0.1  # share of a word's occurrences with a capital
LATER = 5  # minor versions behind the last one known that the notes may just not have heard of
_PARTS = re.compile(r"(\d*)(?:\.(\d+))?")


def is_proper(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a word of the notes is a name there: written as one, or often and no English word."""
    if len(name) < SHORTEST or name in FUNCTION or name[-1].isdigit() or vocabulary.count(name) < USUAL:
        return False
    return vocabulary.is_name(name) or (name not in english() and not name.endswith("s"))


def is_given(number: str, known: frozenset[str]) -> bool:
    """Whether a version is among those ``known`` of a name, or near them: "12" of "12.6", "3.3" of "3.1"."""
    if number in known:
        return True
    major, minor = _parts(number)
    minors = [_parts(other)[1] for other in known if _parts(other)[0] == major]
    return bool(minors) and (minor <= max(minors) + LATER or max(minors) < 0)


def _parts(number: str) -> tuple[str, int]:
    """The major and the minor version; -1 for a minor one that is not given."""
    found = _PARTS.match(number)
    major, minor = found.groups() if found else ("", None)
    return major, int(minor[:6]) if minor else -1


def is_variant(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """Whether a word makes a variant of the name before it that the notes do not know: "BERT-Gigantic"."""
    word = words[at]
    if not at or not word.follows or not word.text.isalpha() or word.lower in FUNCTION:
        return False
    before, lower = words[at - 1].lower, word.lower
    if not is_proper(before, vocabulary) or vocabulary.pair(before, lower):
        return False
    if word.text.islower():  # "bert-humongous"
        return word.follows == "-" and len(lower) > SHORTEST and not vocabulary.knows(lower)
    if not word.is_capital or not words[at - 1].text[0].isupper():
        return False
    if word.follows == "-" and (len(lower) == 1 or (lower in english() and word.text[1:].islower())):
        return True
    return len(lower) > 1 and not is_proper(lower, vocabulary) and vocabulary.capital(lower) < SOMETIMES
