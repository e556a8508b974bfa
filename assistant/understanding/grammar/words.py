"""Closed classes of English words, and what they tell about a text: does it ask, does it name, does it say anything."""

from __future__ import annotations

import re
from collections.abc import Callable

Held = Callable[[str], int]  # how many sections of the notes hold this phrase, whatever its case

LONGEST = 2_000  # characters of a message that is taken apart; what is longer holds a text, not questions


def word_set(words: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(words.split())


PRONOUNS = word_set(
    "i we you he she it they me us him her them one someone somebody people everyone everybody",
)
DETERMINERS = word_set(
    "a an the this that these those my your our his her its their some any no all each every both another there"
)
AUXILIARIES = word_set(
    "is are was were am be been being do does did can could should shall will would may might must has have had cannot "
    "isn't aren't wasn't weren't don't doesn't didn't can't couldn't shouldn't won't wouldn't hasn't haven't hadn't "
    "isnt arent wasnt werent dont doesnt didnt cant couldnt shouldnt wont wouldnt hasnt havent"
)
PREPOSITIONS = word_set(
    "in on at for with without from to into by of over under between during after before while about against through "
    "within across per via until than as like"
)
CONJUNCTIONS = word_set("and or but nor if because since when where while so that then though although whether")
QUESTION_WORDS = word_set(
    "what how why when where which who whom whose whats hows whys wheres whos what's how's why's where's who's"
)
REQUESTS = word_set(
    "explain describe define compare list name show give tell derive write outline discuss state mention summarize "
    "summarise sketch"
)
# Adverbs and verbs that a question needs whatever it is about: they name no subject.
LIGHT = word_set(
    "not also too just only even still really actually exactly usually often once much many more most less least very "
    "well better best worse good bad ok okay please use used using do done get got make made mean means meant work "
    "works need needs happen happens want say go goes put know see take takes look looks help helps matter matters "
    "thing things question questions second third another other way ways two instead today then else here now ever "
    "always never again yes no same different right wrong hi hello hey thanks thank morning evening greetings dear"
)
FUNCTION = PRONOUNS | DETERMINERS | AUXILIARIES | PREPOSITIONS | CONJUNCTIONS | QUESTION_WORDS
_NOT_IN_NAMES = PRONOUNS | AUXILIARIES | QUESTION_WORDS | word_set("my your our because if that not")

AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|can|could|should|shall|will|would|may|might|must|has|have|had)(?:n['’]?t)?\b"
)
_WORD = re.compile(r"[^\W_][^\s,;:?!()\"“”]*")
_CONNECTIVE = (
    r"(?:(?:and|also|then|so|but|plus|or|btw|secondly|finally|lastly|please|pls|hi|hello|hey|ok|okay)\b[\s,]*){0,3}"
)
_ASKING = (  # "when I train" is no question, "when do I" and "when to" are
    r"(?:(?:what|how|why|where|which|who|whom|whose)(?:['’]?(?:s|re|d))?\b|"
    rf"when(?:['’]?s\b|\s+(?:\w+ly\s+)?(?:to\b|not\b|{AUXILIARY}))|when\W*$)"
)
_BEHIND = (
    r"(?:in|on|at|from|to|for|with|by|of|over|under|into|until|after|before|around)\s+(?:what|which|whom|whose|how)\b"
)
_REQUEST = rf"(?:{'|'.join(sorted(REQUESTS))})\s"
_LEADING = re.compile(rf"\W*{_CONNECTIVE}", re.I)
_BEGINS = re.compile(rf"\W*{_CONNECTIVE}(?:{_ASKING}|{_BEHIND}|{AUXILIARY}|{_REQUEST})", re.I)
_REQUESTED = re.compile(rf"\W*{_CONNECTIVE}(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?)?{_REQUEST}", re.I)
_BLANKS = re.compile(r"[^\S\n]+|\n\s*")


def one_spaced(text: str) -> str:
    """The text with each run of blanks as one blank or one line break: long runs would slow down every pattern."""
    return _BLANKS.sub(lambda blanks: blanks[0][0] if blanks[0][0] == "\n" else " ", text)


def words_of(text: str) -> list[str]:
    """The words in lower case, without the marks around them."""
    return [word.rstrip(".'’-").lower().replace("’", "'") for word in _WORD.findall(text)]


def content_of(text: str) -> list[str]:
    """The words that say what a question is about."""
    return [word for word in words_of(text) if word not in FUNCTION and word not in LIGHT]


def begins_question(text: str) -> bool:
    """Whether a text opens as questions and requests do."""
    return bool(_BEGINS.match(text))


def is_request(text: str) -> bool:
    """Whether a text asks in the imperative: "explain what ..." can go on with "and how ..."."""
    return bool(_REQUESTED.match(text))


def is_name(text: str, most: int = 8) -> bool:
    """Whether a text can be the name of a thing: at most so many words, none of which makes a sentence of them."""
    words = words_of(text)
    return 0 < len(words) <= most and not _NOT_IN_NAMES.intersection(words) and words[0] not in PREPOSITIONS


def without_connective(text: str) -> str:
    """The text without "and", "then", "please" in front and without marks around it."""
    return (_LEADING.sub("", text, count=1) or text).strip(" \t\n,;:-–—")
