"""Tells which language a message is in when it is not English, and says so in that language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from assistant.understanding.messages.languages import HOMOGRAPHS, LANGUAGES, Language
from assistant.understanding.messages.words import FUNCTION_WORDS

LONGEST = 2000  # characters that are looked at
ENOUGH = 1.5  # words' worth that are of another language ...
FEW_WORDS = 3  # ... unless there are no more words than these: then one that is long enough is enough
LONG_WORD = 4  # letters
MANY_SHORT = 4  # words that English has as well, beside a letter that it has not
SHORTEST_WORD = 2  # letters of a script of its own
SHARE = 0.2  # of the letters that are of another script
WEIGHTS = {"CJK": 3, "HIRAGANA": 2, "KATAKANA": 2, "HANGUL": 2}  # letters that a sign stands for
SCRIPTS = {"CJK": "Chinese", "HANGUL": "Korean", "DEVANAGARI": "Hindi"}
UKRAINIAN, PERSIAN = re.compile("[іїєґ]", re.I), re.compile("[پچژگکی]")

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ELIDED = re.compile(r"^[^\W\d_]+'")


def language_of(message: str) -> str | None:
    """The English name of the language of a message; None when it is English, or too short to be sure.

    A script of its own tells it, or function words that English has not. Words of the field are the same everywhere
    and tell nothing.
    """
    text = message[:LONGEST].lower().replace("’", "'")
    words = _WORD.findall(text)
    english = [word for word in words if word in FUNCTION_WORDS]
    script = _script_of(text) if len(english) < 2 else None
    if script:
        return script
    words += [match[0] for word in words if (match := _ELIDED.match(word))]
    found = [(_weight(language, words, english), language.name) for language in LANGUAGES if language.words]
    weight, name = max(found)
    return name if weight else None


def reply_not_english(language: str) -> str:
    """One or two sentences in a language, which say that the notes are in English and what follows."""
    known = next((each for each in LANGUAGES if each.name == language), None)
    if known:
        return known.reply
    return (
        f"This seems to be {language}. The notes are in English: the nearest follow. To get an answer, ask in English."
    )


def _weight(language: Language, words: Sequence[str], english: Sequence[str]) -> float:
    """How much speaks for a language, in words; 0 when that is not enough to be sure."""
    own = [word for word in words if word in language.words]
    sure = [word for word in own if word not in HOMOGRAPHS and (len(word) > 2 or not word.isascii())]
    lettered = sum(any(letter in language.letters for letter in word) for word in words)
    against = sum(word not in language.words for word in english)
    if not sure and (against or not lettered or len(own) < MANY_SHORT):
        return 0.0
    weight = len(sure) + 0.5 * (len(own) - len(sure)) + 0.5 * lettered
    is_short = len(words) <= FEW_WORDS and len(sure[0]) >= LONG_WORD and not against
    return weight if weight > against and (weight >= ENOUGH or is_short) else 0.0


def _script_of(text: str) -> str | None:
    """The language that a script of its own tells; None for what is mostly in Latin letters, or holds single signs."""
    weights = Counter[str]()
    for letter in filter(str.isalpha, text):
        script = _script(letter)
        weights[script] += WEIGHTS.get(script, 1)
    latin = weights.pop("LATIN", 0)
    if weights.total() <= SHARE * (weights.total() + latin):
        return None
    if weights["HIRAGANA"] or weights["KATAKANA"]:
        return "Japanese"
    script = weights.most_common(1)[0][0]
    longest = max(sum(letter.isalpha() and _script(letter) == script for letter in word) for word in text.split())
    if longest < SHORTEST_WORD:  # single letters are those of formulas
        return None
    if script == "CYRILLIC":
        return "Ukrainian" if UKRAINIAN.search(text) else "Russian"
    if script == "ARABIC":
        return "Persian" if PERSIAN.search(text) else "Arabic"
    return SCRIPTS.get(script, script.title())


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The first word of a letter's name in Unicode, which is its script."""
    return unicodedata.name(letter, "LATIN").split()[0]
