"""Words that point outside their message: "why does it help?" becomes "why does label smoothing help?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.understanding.following.message import Message
from assistant.understanding.following.referents import FEW_BEFORE, clause_begins_among, points_outside
from assistant.understanding.following.word_classes import (
    ASKING,
    AUXILIARIES,
    FIRST_PERSON,
    FUNCTION,
    GENERAL,
    PREPOSITIONS,
    VERBS,
)
from assistant.understanding.following.words import Word, content_of, keys_of, words_of

MANY_WORDS = 12  # in a message of more, somebody who speaks of himself or begins with no question tells his own case
FEW_WORDS = 8  # of a statement that is asked about
_DEMONSTRATIVES = frozenset(("this", "that", "these", "those", "such"))
_POINTERS = _DEMONSTRATIVES | frozenset(("it", "its", "they", "them", "their", "theirs"))
_PLACES = frozenset(("there", "here"))
_ONES = frozenset(("one", "ones"))
_NUMBERED = frozenset(
    ("first", "second", "third", "last", "next", "previous", "same", "other", "which", "best", "right")
)
_SAYS_WHICH = frozenset(("for", "of", "that", "which", "where", "like", "called", "named", "who", "as", "behind"))
_ADVERB_TEXT = "also too really exactly actually precisely always often usually still even not only just so as"
_ADVERBS = frozenset(_ADVERB_TEXT.split())
_HEAD_TEXT = """
method methods technique techniques approach approaches thing things trick tricks algorithm algorithms concept concepts
idea ideas term terms procedure process mechanism mechanisms problem problems effect topic stuff rule case formula
equation one ones
"""
_HEADS = frozenset(_HEAD_TEXT.split())  # nouns that only take up what was named
# "It is better to ...": such an "it" means nothing.
_EXPLETIVE = re.compile(
    r"\bit (?:is |was |be )?(?:(?:so|very|really|more|less|too|that|still|even|always|actually) )?"
    r"(?:possible|impossible|better|best|worse|ok|okay|fine|bad|good|normal|common|unusual|rare|wise|safe|true|worth|legal|legitimate|"
    r"necessary|enough|important|useful|easy|easier|hard|harder|difficult|expensive|cheaper|dangerous|recommended|allowed|"
    r"usual|weird|strange|wrong|right|advisable|mandatory|sensible|matter|makes? sense|mean|happen|take|cost|seem|just|"
    r"(?:still )?pay|an? (?:good idea|bad idea|problem|issue|mistake|error|must))"
    r"(?: \w+){0,4}? (?:to|that|if|when|whether|how|why|which|what|me|for(?: \w+){1,6} to|\w+ing)\b|"
    r"\bis it \w+ (?:if|when|that|to) (?:i|we|you|my)\b|"
    r"\bis it to \w|\bit be that\b|\bit (?:rain|snow)|\bit bring (?:if|when|to)\b|"
    r"\b(?:call|called|name) it (?:when|if)\b|\bit called \w",
    re.I,
)


def pointed(message: Message, subject: str, known: frozenset[str]) -> str | None:
    """The message with the subject in place of the first word that points outside it; None when none does.

    ``known`` are the stems of what was said last: "this layer" points there only when a layer was spoken of.
    """
    if not _may_point(message):
        return None
    words = message.words
    is_case = len(words) > MANY_WORDS and (bool(message.lower & FIRST_PERSON) or not message.asks)
    for at, word in enumerate(words):
        if is_case and (at > FEW_BEFORE or not message.asks):
            return None
        if _stands_last(words, at) and word.lower in _PLACES and words[at - 1].lower not in AUXILIARIES:
            return _put(message, word.start, word.end, f"in {subject}")
        if word.lower in _ONES and (_is_object(words, at) or _is_another_kind(words, at)):
            return _put(message, word.start, word.end, subject)
        if word.lower in _POINTERS and points_outside(words, at, subject):
            end = _end_of(words, at, subject, known)
            if end is not None:
                return _put(message, word.start, end, subject)
    return None


def _may_point(message: Message) -> bool:
    """Whether a message leaves room for a subject from outside."""
    if not message.lower & (_POINTERS | _PLACES | _ONES) or "`" in message.typed or "\n" in message.typed.strip():
        return False
    if message.content and _EXPLETIVE.search(message.body):
        return False
    first = message.words[0].lower
    is_told = first in _POINTERS - _DEMONSTRATIVES and not message.opening
    if is_told or first == "if":
        return message.is_marked and len(message.words) <= FEW_WORDS
    return message.asks or first in VERBS or bool(message.lower & ASKING) or message.is_marked


def _stands_last(words: Sequence[Word], at: int) -> bool:
    return at > 1 and at == len(words) - 1 and not clause_begins_among(words, 0, at)


def _is_object(words: Sequence[Word], at: int) -> bool:
    """Whether something is done with "one" at the end: "how do I train one"."""
    does = AUXILIARIES | {"i", "we", "you", "to", "people"}
    return _stands_last(words, at) and words[at - 1].lower not in FUNCTION and words[at - 2].lower in does


def _is_another_kind(words: Sequence[Word], at: int) -> bool:
    """Whether "one" is the subject of another kind: "does a larger one help?", "what has the original one"."""
    if at < 2 or words[at - 2].lower not in ("a", "an", "the") or words[at - 1].lower in _NUMBERED | FUNCTION:
        return False
    named = content_of(words[: at - 1])
    return not named or (len(named) == 1 and words[0].lower in ("how", "what", "which"))


def _end_of(words: Sequence[Word], at: int, subject: str, known: frozenset[str]) -> int | None:
    """Where the pointer ends in the text, with the noun that only takes up the subject; None when it is no pointer."""
    word = words[at]
    after = words[at + 1] if at + 1 < len(words) and not word.ends_clause else None
    if after is None or word.lower not in _DEMONSTRATIVES:
        return word.end
    place = at + 1
    if word.lower == "such" and after.lower in ("a", "an", "the") and place + 1 < len(words):
        place += 1
    noun, behind = words[place], words[place + 1].lower if place + 1 < len(words) else ""
    ends = not behind or noun.ends_clause or behind in PREPOSITIONS
    is_predicated = at > 0 and words[at - 1].lower in ("is", "are", "was", "were")
    if is_predicated and (ends or noun.lower in FUNCTION):  # "is that misleading?", "is this the same?"
        return word.end
    if noun.lower in _HEADS or set(keys_of([noun.text])) <= set(keys_of(each.text for each in words_of(subject))):
        return None if behind in _SAYS_WHICH else noun.end
    if noun.lower in VERBS | AUXILIARIES | PREPOSITIONS and word.lower != "such":
        return word.end
    if noun.lower in FUNCTION | GENERAL:
        return word.end if noun.lower in _ADVERBS and word.lower != "such" else None
    # "this layer" of what was said; otherwise "that" is a conjunction, or points ahead
    is_said = set(keys_of([noun.text])) <= known and behind not in _SAYS_WHICH
    return word.end if is_said or (word.lower == "such" and place == at + 1) else None


def _put(message: Message, start: int, end: int, subject: str) -> str:
    behind = re.sub(r"^ own\b", "", message.body[end:], flags=re.I)
    return f"{message.body[:start]}{subject}{behind}".strip()
