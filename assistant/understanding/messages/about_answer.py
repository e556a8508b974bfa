"""Messages that name no subject of their own: they are about the answer before them."""

from __future__ import annotations

import re

from assistant.understanding.messages.words import FUNCTION_WORDS, read_words, words

MOST_WORDS = 16
WORDS_ALONE = 5  # longer messages must point back, too: "what makes an idea a good one" asks something of its own

_SPEAKING = read_words("words_about_answers.txt")
_DEFINES = re.compile(  # asks for a subject, whatever it is called: "what is a point", "what are limitations"
    r"^\W*(?:what(?:'s| is| are)|define)\s+"
    r"(?:an?\b|(?!(?:it|this|that|these|those|they|them|wrong|right|missing|different)\b)[\w-]+\W*$)",
    re.I,
)
_POINTS_BACK = words(
    "it its it's this that that's these those they them their he one ones other others both two former latter above "
    "before earlier previous previously again answer answers reply response said say you your sentence sentences "
    "paragraph paragraphs point points bullet bullets example analogy version short shorter long simple simpler "
    "specific"
)
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def is_about_answer(message: str) -> bool:
    """Whether a message names no subject and so, after an answer, is about that: "why?", "the last point"."""
    said = _WORD.findall(message.lower().replace("’", "'"))
    if not said or len(said) > MOST_WORDS or _DEFINES.match(message):
        return False
    if len(said) > WORDS_ALONE and not _POINTS_BACK.intersection(said):
        return False
    return all(map(_tells_nothing, said))


def _tells_nothing(word: str) -> bool:
    """Whether a word, or each half of a compound, can stand in any question; single letters of compounds are names."""
    halves = word.split("-")
    if len(halves) > 1 and min(map(len, halves)) < 2:
        return False
    return all(half in _SPEAKING or half in FUNCTION_WORDS for half in halves)
