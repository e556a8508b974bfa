"""British spellings become American ones where the notes know only these: "quantisation" finds "quantization"."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.retrieval.index.lexical_index import stems_of

_WORD = re.compile(r"[A-Za-z]{5,}")
# With an s everywhere; with a z some would have the stem of another word, as "improvize" has that of "improve".
_ALWAYS_S = re.compile(r"(advert|adv|compr|comprom|dev|disgu|exerc|improv|rev|superv|surpr|telev)is", re.I)
_VARIANTS = (
    (re.compile(r"is(e|es|ed|er|ers|ing|able|ation|ations)$"), r"iz\1"),  # normalise
    (re.compile(r"ys(e|es|ed|er|ing)$"), r"yz\1"),  # analyse
    (re.compile(r"our"), "or"),  # behaviour
    (re.compile(r"re(|s|d)$"), r"er\1"),  # centre
)


def as_in_notes(question: str, frequency: Callable[[str], int]) -> str:
    """The question with such words exchanged; ``frequency`` says how many passages hold a stem.

    Only a word that no passage holds is exchanged, and only for one that some do: "denoising" stays.
    """

    def known(match: re.Match[str]) -> str:
        word = match[0]
        if _ALWAYS_S.match(word):
            return word
        variants = [pattern.sub(by, word.lower()) for pattern, by in _VARIANTS if pattern.search(word.lower())]
        if not variants or _held(word, frequency):
            return word
        return next((variant for variant in variants if _held(variant, frequency)), word)

    return _WORD.sub(known, question)


def _held(word: str, frequency: Callable[[str], int]) -> bool:
    stems = stems_of([word])[0]
    return bool(stems) and frequency(stems[0]) > 0
