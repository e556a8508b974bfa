"""What is asked about the assistant itself, told from how people ask it; see ``about_assistant.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path

from assistant.understanding.messages.addressed import Asked, stems_of, take_apart

ASKED = Path(__file__).with_name("about_assistant.txt")
MOST_CHARACTERS = 200
MOST_WORDS = 12  # of a message that is put as no line is
FIELD = "field"  # the section of words that the field uses as well
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


_PASSES_ON = re.compile(  # asks the assistant for something that it does not hold itself
    r"\b(?:can|could|would|will) (?:you|u) (?:please )?"
    r"(?:tell|explain|show|give|describe|define|list|name|summari[sz]e)\b"
    r"|\bi\b.*\?.*\b(?:you|u)\b",
    re.I,
)


_MORE = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|then|please|no) )?(?:can|could|would|will|why don't) (?:you|u)\b"
    r"|\b(?:are|r) (?:you|u) (?:\w+ )?(?:sure|certain|serious|saying|kidding)\b"
    r"|\b(?:do|did) (?:you|u) (?:mean|say)\b|^\W*(?:(?:but|no|so) )?you\b",
    re.I,
)


def intent_of(message: str) -> Intent | None:
    """What a message asks about the assistant; None when it does not surely ask that."""
    return intent_of_line(message) or intent_of_address(message)


def intent_of_line(message: str) -> Intent | None:
    """What a message asks that is put as lines of ``about_assistant.txt`` are.

    Lines that begin in the same way and speak of the same ("you", "your", "this page") must hold most of the message's
    words of content, and all lines of that intent the rest: "what can you do" asks about the assistant, "what can you
    do with embeddings" does not.
    """
    if len(message) > MOST_CHARACTERS:
        return None
    asked = take_apart(message)
    words_of = _vocabulary()
    possible = [intent for intent, stems in words_of.items() if asked.content <= stems]
    scores = {intent: _score(asked, _lines()[intent]) for intent in possible}
    best = max(scores, key=lambda intent: scores[intent], default=None)
    return best if best and scores[best][0] >= SHARED else None


def intent_of_address(message: str) -> Intent | None:
    """What a message asks that speaks to the assistant, or of it, and names nothing that the field deals with."""
    if len(message) > MOST_CHARACTERS:
        return None
    asked = take_apart(message)
    if not asked.content or asked.points_back or not asked.addresses & {"self", "your", "here"}:
        return None
    if len(message.split()) > MOST_WORDS or _PASSES_ON.search(message):
        return None
    words_of = _vocabulary()
    if not asked.content <= frozenset[str]().union(*words_of.values()) - _field():
        return None
    shares = {intent: sum(stem in stems for stem in asked.content) / len(stems) for intent, stems in words_of.items()}
    held = {intent: len(asked.content & stems) for intent, stems in words_of.items()}
    return max(held, key=lambda intent: (held[intent], shares[intent]))


def speaks_of_this(message: str) -> bool:
    """Whether a message says "this" and not "this page": after an answer it may mean what that is about."""
    return "this" in take_apart(message).addresses


def asks_for_more(message: str) -> bool:
    """Whether a message that speaks to the assistant asks it to do something, doubts it, or takes up what it said."""
    return bool(_MORE.search(message))


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


@cache
def _lines() -> dict[Intent, tuple[Asked, ...]]:
    return {Intent(name): tuple(map(take_apart, lines)) for name, lines in _sections().items() if name != FIELD}


@cache
def _field() -> frozenset[str]:
    return stems_of(" ".join(_sections()[FIELD]).split())


@cache
def _sections() -> dict[str, tuple[str, ...]]:
    return read_sections(ASKED.read_text("utf-8").splitlines())


@cache
def _vocabulary() -> dict[Intent, frozenset[str]]:
    return {intent: frozenset().union(*(line.content for line in lines)) for intent, lines in _lines().items()}


def read_sections(source: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The lines of a file by the names in brackets above them; "a/b c" becomes two, comments are left out."""
    found: dict[str, list[str]] = {}
    for line in map(str.strip, source):
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            section.extend(" ".join(chosen) for chosen in product(*(word.split("/") for word in line.split())))
    return {name: tuple(lines) for name, lines in found.items()}
