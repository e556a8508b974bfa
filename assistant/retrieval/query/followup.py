"""A follow-up question made searchable: what it leaves unsaid is taken from the turn before, without a model call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.core.records import Turn

# Words that point back: a question that holds one, or begins like a continuation, cannot be searched alone.
_POINTS_BACK = re.compile(
    r"\b(it|its|this|that|these|those|they|them|their|he|she|same|former|latter|above|previous|else)\b",
    re.I,
)
_CONTINUES = re.compile(
    r"^\W*(and|but|so|or|also|then|what about|how about|what if|for example|an example|example|more|go on|tell me more|"
    r"explain more|in practice)\b",
    re.I,
)
# Begins a full question as often as a continuation, so it counts only when next to nothing follows: "why not?"
_ASKS_ON = re.compile(r"^\W*(why|how come|when|really|how|where)(\s+\w+)?\W*$", re.I)
SHORT_WORDS = 6


def standalone(question: str, history: Sequence[Turn]) -> str:
    """What to search for: the question itself, or for a follow-up the earlier question followed by this one."""
    if not history or not is_followup(question):
        return question
    earlier = [turn.question for turn in history]
    topic = next((text for text in reversed(earlier) if not is_followup(text)), earlier[0])
    return f"{topic} {question}"


def is_followup(question: str) -> bool:
    """Whether a question leans on what was said before it."""
    words = question.split()
    if _ASKS_ON.search(question) or (len(words) <= SHORT_WORDS and _CONTINUES.search(question)):
        return True
    return len(words) <= 3 * SHORT_WORDS and bool(_POINTS_BACK.search(question)) and len(_topical(words)) <= 3


def _topical(words: Sequence[str]) -> list[str]:
    """Words long enough to carry a topic."""
    return [word for word in words if len(word.strip("?.,!")) >= 6]
