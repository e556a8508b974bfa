"""A message made ready to be judged: contractions written out, what only leads in taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from assistant.understanding.following.word_classes import ASKING, AUXILIARIES
from assistant.understanding.following.words import Word, content_of, words_of

LONGEST_WORDS = 40  # a message of more tells its own story

_WRITTEN_OUT = (
    (re.compile(r"[’`´]"), "'"),
    (re.compile(r"\b(what|how|where|who|that|it|there|here)'s\b", re.I), r"\1 is"),
    (re.compile(r"\b(what|how|where|who|that)s\b(?=\s)", re.I), r"\1 is"),
    (re.compile(r"\bits\b(?=\s+(?:too|not|so|very|an?|the|only|just|really|ok|okay|still|always)\b)", re.I), "it is"),
    (re.compile(r"\b(they|we|you)'re\b", re.I), r"\1 are"),
    (re.compile(r"\bi'?m\b(?=\s)", re.I), "I am"),
    (re.compile(r"\b(do|does|did)n'?t\b", re.I), r"\1 not"),
    (re.compile(r"\b(?:pls|plz|plss)\b", re.I), "please"),
    (re.compile(r"\bu\b(?=\s)"), "you"),
)
_LEADS_IN = re.compile(
    r"^(?:(?:ok|okay|hm+|mm+|ah+|aha|oh+|uh|um|well|alright|cool|great|nice|perfect|thanks|thank you|thx|ty|i see|"
    r"got it|yes|yeah|yep|please|hey|hi|hello|another question|next question|quick question|by the way|btw|interesting|"
    r"understood|makes sense|(?:right|good|fine|clear|now|sure|next|question|one more)(?=[,.!:])|"
    r"now(?= (?:what|how|why|when|tell|to)\b)|"
    r"(?:go deeper|go on|more details?|in detail|tell me more)(?: please)?(?=[,.:;] *\w))"
    r"(?:[\s,.!:;–]+(?:-\s)?|$))+",
    re.I,
)
_WHAT_ABOUT = r"(?:what about|how about|what of|(?:the )?same (?:thing |question )?(?:for|with)|likewise for)\b"
_GOES_ON = re.compile(
    rf"^(?:(?:and|but|so|also|then|plus|or|same)\s+){{0,3}}{_WHAT_ABOUT}[\s,:]*|"
    r"^(?:and|but|so|also|then|plus|or)\b[\s,:]*(?:(?:then|also|but|so)\b[\s,:]*)?",
    re.I,
)


@dataclass(frozen=True)
class Message:
    """What was typed, on one line, and what it says."""

    typed: str
    body: str  # contractions written out, without what leads in
    opening: str = ""  # "and", "what about" ... in small letters: it goes on from what was said
    leads_in: bool = False  # something before the body was taken off

    @classmethod
    def of(cls, typed: str) -> Message:
        """From what was typed."""
        line = " ".join(typed.split())
        for pattern, by in _WRITTEN_OUT:
            line = pattern.sub(by, line)
        body = _LEADS_IN.sub("", line)
        goes_on = _GOES_ON.match(body)
        if goes_on is None:
            return cls(typed, body, "", body != line)
        return cls(typed, body[goes_on.end() :], goes_on[0].strip(" ,:").lower(), leads_in=True)

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Those of the body."""
        return words_of(self.body)

    @cached_property
    def content(self) -> list[Word]:
        """Those of the body that can name a subject."""
        return content_of(self.words)

    @cached_property
    def lower(self) -> frozenset[str]:
        """The words of the body in small letters."""
        return frozenset(word.lower for word in self.words)

    @cached_property
    def plain(self) -> str:
        """The body without marks at its end."""
        return self.body.rstrip(" ?.!,;:")

    @property
    def asks(self) -> bool:
        """Whether the body begins as a question of its own does."""
        return bool(self.words) and self.words[0].lower in ASKING | AUXILIARIES

    @property
    def is_marked(self) -> bool:
        """Whether a question mark ends it."""
        return self.typed.rstrip().endswith("?")

    @property
    def alone(self) -> str:
        """What was typed, without what leads in: a question that needs nothing before it."""
        return self.body if self.leads_in and self.content else self.typed
