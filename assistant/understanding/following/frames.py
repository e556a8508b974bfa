"""The frames of questions: "what is X", "how does X work", "how do I do X", "X vs Y"; what they hold is the subject."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.following.word_classes import ASKED_OF, PREPOSITIONS, RELATIONAL
from assistant.understanding.following.words import content_of, words_of

_PEOPLE = r"(?:i|we|you|one|people|they|someone)"
_DO = r"(?:do|does|did|can|could|should|would|will|must|may|is|are|was|were|has|have)"
_DEGREE = r"(?:big|large|small|long|fast|slow|much|many|deep|wide|good|bad|important|expensive|high|low)"
_WISHES = re.compile(
    r"^(?:please |(?:(?:can|could|would|will) (?:you|u|someone|anyone)|"
    r"i (?:want|need|would like|am trying|try|have) to|help me(?: to)?) |"
    r"(?:explain|describe|define|show|give|tell|teach|understand|know|learn)(?: to)?(?: me| us)? |"
    r"(?:something |more )?about |what do you know |"
    r"the (?:meaning|definition|idea|concept|concepts|basics|intuition)(?: of| behind) |(?:a|an|the|some) )+",
    re.I,
)
_PAIRS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"\b(?:differences?|dif+erence|diffrence|distinction|relation(?:ship)?|trade-?off)s? between "
        r"(?P<one>.+?) (?:and|vs\.?|versus) (?P<other>.+)$",
        r"\bcompar\w+ (?:of )?(?P<one>.+?) (?:and|with|to|vs\.?|versus|against) (?P<other>.+)$",
        r"^(?:how|why|when|where)? ?(?:is|are|does|do)? ?"
        r"(?P<one>.+?) (?:different|differs?|distinct) (?:from|to|than) (?P<other>.+)$",
        r"^(?P<one>.+?) (?:vs\.?|versus) (?P<other>.+)$",
    )
)
_FRAMES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"\bhow (?:many|much) (?:\w+ ){{1,3}}?(?:do|does|has|have|did) (?!{_PEOPLE}\b)(?P<name>.+)$",
        # What somebody does: the task is the subject.
        rf"\b(?:how|why|when|where) (?:{_DO} {_PEOPLE}|to) (?:best )?(?P<task>.+)$",
        r"\b(?:way|ways|how|steps) to (?P<task>.+)$",
        # What something is.
        r"\bwhat does it mean (?:to|when|if|that|for) (?P<name>.+)$",
        r"^(?P<name>.+?),? what(?:'s| is| are| does)? (?:(?:it|that|this|they|mean)\b.*|is)$",
        r"\bhow (?:do|does|are|is) (?P<name>.+?) (?:differ|differs|compare|compares|different|related|connected)\b",
        r"\bwhat (?:exactly |actually )?(?:is|are|was|were|does|do) (?:exactly |actually |meant by )?(?P<name>.+)$",
        r"^who (?:is|are|was|were|invented|made) (?P<name>.+)$",
        r"^(?P<name>.+?),? (?:is|are|means?|=) what\b.*$",
        rf"^(?!(?:{'|'.join(sorted(PREPOSITIONS))})\b)(?P<name>[^,]+), what .*$",
        rf"\bhow {_DEGREE} (?:is|are) (?P<name>.+)$",
        r"\bwhat (?:happens|goes on|happened) (?:in|inside|during|at|to|with|when|if) (?P<name>.+)$",
        # What it does: a name, its verb, and what comes of it.
        r"\b(?:how|why|when|where|which|does|do|is|are|can|should|will) (?P<clause>.+)$",
        r"^(?:what|which) (?P<name>.+)$",
    )
)


@dataclass(frozen=True, slots=True)
class Framed:
    """What stands in the frame of a question."""

    kind: str  # "name", "task" or "clause"
    text: str
    before: str  # what stands before the frame, such as "in RL," of "in RL, what is the policy?"


def framed(asked: str) -> Framed | None:
    """What stands in the first frame that fits a question and holds a name; None when none does."""
    for frame in _FRAMES:
        found = frame.search(asked)
        if found is not None and found.lastgroup is not None and content_of(words_of(found[found.lastgroup])):
            return Framed(found.lastgroup, found[found.lastgroup], asked[: found.start()].strip(" ,"))
    return None


def both_sides(text: str) -> tuple[str, str] | None:
    """The two sides of a comparison; None when a text compares nothing."""
    asked = without_wishes(text)
    found = next((match for pattern in _PAIRS if (match := pattern.search(asked))), None)
    return (found["one"], found["other"]) if found else None


def without_wishes(text: str) -> str:
    """A question without "please explain to me" and the like."""
    return _WISHES.sub("", text)


_BEHIND = re.compile(
    r"(?:,? (?:in (?:simple|plain|other|easy) (?:words|terms|english|language)|in (?:detail|depth|short|general)|"
    r"step by step|please|exactly|explained|explain|explanation|definition|meaning|tutorial|basics|things?|stuff|"
    r"anyway|again|for (?:me|dummies|beginners)|to me|confuses? me|in (?:deep|machine) learning|in (?:ml|ai|dl)|"
    r"for|of|in|to|with|on|is|are|do|does|about|and|or|the|a|an))+$",
    re.I,
)
_BEFORE = re.compile(
    r"^(?:(?:a|an|the|some|this|that|these|those|my|your|our|such|exactly|called|about|of|i|we|use|using|have|got|am)"
    r"\s+)+",
    re.I,
)
_DOES_WHERE = re.compile(r"\s(?:do|does|mean|work|used for|used)(?=\s(?:in|for|with|on|at|during)\s)", re.I)
# "The purpose of dropout" is about dropout.
_RELATION = re.compile(rf"^(?:{'|'.join(sorted(RELATIONAL))}) (?:of|behind|for|that|why)\s+", re.I)
_LEADS_TASK = re.compile(
    r"^(?:use|apply|need|want|have|get|choose|pick|set|select|do|find|know|add|put|talk about|care about|decide on)\s+",
    re.I,
)
_MARKS = " ,.?!;:\"'"


def trimmed(text: str) -> str:
    """What names a subject, without articles before it and what asks behind it: "work", "in detail" ..."""
    text = _DOES_WHERE.sub("", text.strip(_MARKS))
    while True:
        shorter = _BEHIND.sub("", _RELATION.sub("", _BEFORE.sub("", text))).strip(_MARKS)
        words = words_of(shorter)
        if len(words) > 1 and words[-1].lower in ASKED_OF and content_of(words[:-1]):
            shorter = shorter[: words[-2].end]
        if shorter == text or not shorter:
            return shorter or text
        text = shorter


def object_of(task: str) -> str:
    """What is done something with, where the verb says little: "choose the learning rate" is about the rate."""
    return _LEADS_TASK.sub("", task)
