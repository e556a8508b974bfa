"""What is asked about the assistant itself, told from how people ask it; see ``about_assistant.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path

import Stemmer

from assistant.understanding.words import FUNCTION_WORDS, words

ASKED = Path(__file__).with_name("about_assistant.txt")
MOST_CHARACTERS = 200
SHARED = 0.6  # of a message's words of content that lines with its opening must hold


class Intent(StrEnum):
    """What is asked about the assistant."""

    ABILITIES = "abilities"
    IDENTITY = "identity"
    MAKER = "maker"
    MODEL = "model"
    LANGUAGES = "languages"
    FILES = "files"  # to add some of one's own
    PRIVACY = "privacy"
    CHATS = "chats"  # to stop an answer; to export, clear or rename a chat
    CORRECTIONS = "corrections"  # of notes and answers
    CHECKING = "checking"  # how answers are checked, what shades and numbers mean
    COUNT = "count"  # of notes
    TOPICS = "topics"
    SOURCES = "sources"  # where answers come from, how recent that is
    COST = "cost"  # money, accounts, limits, other ways to use it


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
    **{"how's": "how is", "which": "what", "whom": "who"},
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


def intent_of(message: str) -> Intent | None:
    """What a message asks about the assistant; None when it does not surely ask that.

    Lines of ``about_assistant.txt`` that begin in the same way and speak of the same ("you", "your", "this page") must
    hold most of the message's words of content, and all lines of that intent the rest: "what can you do" asks about the
    assistant, "what can you do with embeddings" does not.
    """
    if len(message) > MOST_CHARACTERS:
        return None
    asked = take_apart(message)
    scores = {
        intent: _score(asked, lines) for intent, lines in _lines().items() if asked.content <= _vocabulary()[intent]
    }
    best = max(scores, key=lambda intent: scores[intent], default=None)
    return best if best and scores[best][0] >= SHARED else None


def speaks_of_this(message: str) -> bool:
    """Whether a message says "this" and not "this page": after an answer it may mean what that is about."""
    return "this" in take_apart(message).addresses


def _score(asked: Asked, lines: Sequence[Asked]) -> tuple[float, float]:
    """The share of a message's content that the lines which ask alike hold, and that one of them holds."""
    alike = [line for line in lines if _is_alike(asked, line)]
    if not alike or not asked.content:
        return float(bool(alike)), 0.0
    one = max(len(asked.content & line.content) / len(asked.content | line.content) for line in alike)
    if not asked.addresses:  # it may speak of anything: every word must be as in a line
        return float(one == 1), one
    together = frozenset[str]().union(*(line.content for line in alike))
    return len(asked.content & together) / len(asked.content), one


def _is_alike(asked: Asked, line: Asked) -> bool:
    """Whether a message begins as a line does, speaks of the same and points back to nothing else."""
    if asked.opening != line.opening or bool(asked.content) != bool(line.content):
        return False
    if line.addresses and not asked.addresses & line.addresses:
        return False
    return asked.points_back <= line.points_back


def take_apart(text: str) -> Asked:
    """The opening, the content and the addresses of a message."""
    asked = list(_normalised(text))
    content = [word for word in asked if word in _TELLING or (word not in FUNCTION_WORDS and word not in _OPENING)]
    before = asked[: asked.index(content[0])] if content else asked
    opening = tuple(word for word in before if word in _OPENING)
    addresses = {_ADDRESSES[word] for word in asked if word in _ADDRESSES}
    if _GENERAL.search(text) and "page" not in asked:
        addresses.discard("self")
    return Asked(opening, _stems(content), frozenset(addresses), _POINTING & frozenset(asked))


def _stems(content: Sequence[str]) -> frozenset[str]:
    return frozenset(Stemmer.Stemmer("english").stemWords(content))  # one of its own: none may be used by two threads


def _normalised(text: str) -> Iterator[str]:
    """The words of a text in lower case; forms that ask the same are one, and what says nothing is left out."""
    text = _PLACE.sub("page", text.lower().replace("’", "'"))
    text = _MAY_I.sub("do", text)
    for word in _WORD.findall(text):
        yield from (each for each in _SAME.get(word, word).split() if each not in _SILENT)


@cache
def _lines() -> dict[Intent, tuple[Asked, ...]]:
    return {
        intent: tuple(map(take_apart, lines)) for intent, lines in read_lines(ASKED.read_text("utf-8").splitlines())
    }


@cache
def _vocabulary() -> dict[Intent, frozenset[str]]:
    return {intent: frozenset().union(*(line.content for line in lines)) for intent, lines in _lines().items()}


def read_lines(source: Iterable[str]) -> list[tuple[Intent, Sequence[str]]]:
    """The lines of a file under the intents that head them, "a/b c" as "a c" and "b c"; comments are left out."""
    found: list[tuple[Intent, list[str]]] = []
    for line in source:
        line = line.strip()
        if line.startswith("["):
            found.append((Intent(line.strip("[]")), []))
        elif line and not line.startswith("#"):
            found[-1][1].extend(" ".join(chosen) for chosen in product(*(word.split("/") for word in line.split())))
    return [(intent, tuple(lines)) for intent, lines in found]
