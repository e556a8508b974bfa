"""A message to the assistant taken apart: how it begins, whom it speaks to, and its words of content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import Stemmer

from assistant.understanding.messages.words import FUNCTION_WORDS, words


@dataclass(frozen=True, slots=True)
class Asked:
    """A message or a line taken apart."""

    opening: tuple[str, ...]  # how it asks and of whom, before its first word of content
    content: frozenset[str]  # stems
    addresses: frozenset[str]  # whom or what it speaks to or of
    points_back: frozenset[str]


_PLACE = re.compile(
    r"\b(?:this|the|your|that) (?:web ?page|page|web ?site|site|app|tool|chat ?bot|bot|chat|assistant|program|service|"
    r"interface|thing)\b(?! (?:history|button))"
)
_MAY_I = re.compile(r"\b(?:can|could|may|should)\b(?= (?:i|we)\b)")  # "how can I" asks what "how do I" asks
_SAME = {
    **dict.fromkeys(words("do does did will"), "do"),
    **dict.fromkeys(words("don't won't doesn't dont didn't"), "do not"),
    **dict.fromkeys(words("can could may"), "can"),
    **dict.fromkeys(words("can't cannot couldn't cant"), "can not"),
    **dict.fromkeys(words("is are was were am r be"), "is"),
    **dict.fromkeys(words("isn't aren't wasn't"), "is not"),
    **{"u": "you", "ur": "your", "yours": "your", "yourself": "your", "our": "my", "mine": "my", "we": "i", "me": "i"},
    **{"you're": "you is", "what's": "what is", "whats": "what is", "who's": "who is", "where's": "where is"},
    **{"how's": "how is", "which": "what", "whom": "who", "pdfs": "pdf"},
}
_OPENING = words(
    "can what who when where why how whose many much is do not i you your my this page there here notes it they them "
    "those these that should would must need have has had like want to"
)
_ADDRESSES = {
    "you": "self",
    "page": "self",
    "your": "your",
    "my": "my",
    "here": "here",
    "this": "this",
    "notes": "notes",
}
_POINTING = words("it them those these that they")
_GENERAL = re.compile(  # speaks of people at large
    r"\b(?:how|when|why|where|what) (?:do|can|did|could|would) (?:you|u)\b"
    r"|\b(?:you|u) (?:need|have to|should|must|want)\b"
    r"|\b(?:should|must|would|if|when|once|as|before|after) (?:you|u)\b",
    re.I,
)
_TELLING = words("use used using")  # among the function words
_SILENT = words("please pls exactly actually really currently normally hey sir kindly own maybe so")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def take_apart(text: str) -> Asked:
    """The opening, the content and the addresses of a message."""
    asked = list(_normalised(text))
    content = [word for word in asked if word in _TELLING or (word not in FUNCTION_WORDS and word not in _OPENING)]
    before = asked[: asked.index(content[0])] if content else asked
    opening = tuple(word for word in before if word in _OPENING)
    addresses = {_ADDRESSES[word] for word in asked if word in _ADDRESSES}
    if _GENERAL.search(text) and "page" not in asked:
        addresses.discard("self")
    return Asked(opening, stems_of(content), frozenset(addresses), _POINTING & frozenset(asked))


def stems_of(content: Iterable[str]) -> frozenset[str]:
    """The stems of words."""
    return frozenset(
        Stemmer.Stemmer("english").stemWords(list(content))
    )  # one of its own: none may be used by two threads


def _normalised(text: str) -> Iterator[str]:
    """The words of a text in lower case; forms that ask the same are one, and what says nothing is left out."""
    text = _PLACE.sub("page", text.lower().replace("’", "'"))
    text = _MAY_I.sub("do", text)
    for word in _WORD.findall(text):
        yield from (each for each in _SAME.get(word, word).split() if each not in _SILENT)
