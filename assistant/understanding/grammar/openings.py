"""Whether a new question begins behind a joint, by the order of the words there.

"how do I use it" and "when to use it" do; "how it works" can belong to the question before it, "which is odd" does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.grammar.words import (
    AUXILIARIES,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    REQUESTS,
    begins_question,
    content_of,
    is_name,
    is_request,
    word_set,
    words_of,
)

_ASKING = word_set("what how why when where which who whom whose")
_BEHIND_PREPOSITION = word_set("what which whom how")
_STRONG_MARKS = frozenset((":", "-", "–", "—", "..."))  # behind them a question follows its topic
_TELL = word_set("explain describe define compare")  # "hide it and show it" asks once
_ASKED_FOR = word_set("example examples number numbers code formula detail details reason reasons")
_MEASURES = word_set("many much often long far large big small high low fast slow deep wide good bad well")
_COUNTS = word_set("many much")
_BARE = word_set("when where who whom which what")
_NO_SUBJECT = word_set("not be also then have been always never still")
_SUBJECTS = PRONOUNS | DETERMINERS
_WORD_FOR = re.compile(
    r"(?:what|how)\s+(?:is|are|do\s+you\s+call|do\s+people\s+call)\s+"
    r"(?:(?:it|this|that|these|those|such)\b\s*(?:\w+\s+){0,3}(?:called|named)\b|"
    r"(?:the|its)\s+(?:name|word|term)\b|(?:it|this|that)\W*$)|"
    r"(?:is\s+there|does\s+it\s+have|does\s+this\s+have)\s+a\s+(?:name|word|term)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Joint:
    """A place between two stretches of a sentence: ``left`` of it the clause so far, ``right`` what follows.

    ``mark`` and ``word`` stand between them, such as "," and "and". With ``head`` the left is no question but a topic
    or a situation, which questions follow.
    """

    left: str
    mark: str
    word: str
    right: str
    head: bool


def asks_again(joint: Joint) -> bool:
    """Whether the right side of a joint is a question of its own."""
    words = words_of(joint.right)
    if not words or asks_for_word(joint.right):
        return False
    opening = re.sub(r"'(?:s|re)$", "", words[0])
    if opening in PREPOSITIONS and _BEHIND_PREPOSITION.intersection(words[1:2]):  # "and in which layer is"
        return bool(AUXILIARIES.intersection(words)) and not _unfinished(joint.left, words[1:])
    if opening in _ASKING:
        return not _unfinished(joint.left, words) and _asks(joint, opening, words)
    if opening in AUXILIARIES:
        return _asks_yes_or_no(joint, words)
    if opening in REQUESTS and (is_request(joint.left) or opening in _TELL):
        return bool(joint.word or joint.mark in (";", "...")) and bool(
            set(content_of(joint.right)) - _ASKED_FOR - REQUESTS
        )
    return False


def asks_for_word(text: str) -> bool:
    """Whether a clause asks only for the word for what came before it: "and what is that called"."""
    return bool(_WORD_FOR.match(text))


def _unfinished(left: str, words: list[str]) -> bool:
    """Whether a verb is still to come for what stands before: "which rate and how many epochs are usual"."""
    before = words_of(left)
    behind = 1 if before[:1] and before[0] in PREPOSITIONS else 0
    if not before or (
        len(before) < 3 and before[behind : behind + 1] and before[behind] in _BARE
    ):  # "by whom and when"
        return True
    counts = words[0] == "which" or (words[0] == "how" and bool(_MEASURES.intersection(words[1:2])))
    short = len(before) <= (6 if "," in left else 4 if before[0] in ("how", "which") else 3)
    return counts and short and begins_question(left) and not AUXILIARIES.intersection(before)


def _asks(joint: Joint, opening: str, words: list[str]) -> bool:
    """The same for what opens with "what", "how" and the like."""
    behind = words[1:]
    if not behind or behind[0] in ("and", "or", "not", "but"):  # "and why", "when and how to"
        return joint.head and bool(joint.mark) and len(behind) > 1
    if words[0] != opening:  # "what's"
        return bool(joint.word) or opening not in ("which", "who", "where")
    if behind[0] == "about" or (joint.head and joint.mark in _STRONG_MARKS):
        return True
    inverted = _inverted(opening, behind)
    infinitive = "to" in behind[: 3 if opening == "which" else 1]
    if not (inverted or infinitive) and _elliptic(opening, behind):
        return False
    if not joint.word:
        told = is_request(joint.left) and opening in ("what", "how", "why")
        return told or _asks_behind_comma(opening, behind, inverted, infinitive)
    left = words_of(joint.left)[2:]
    embedded = bool((_ASKING | {"if", "whether"}).intersection(left)) and not is_request(joint.left)
    if inverted:  # "how many are right and how many cases are found" has the order of both
        reach = next(at for at, word in enumerate(behind) if word in AUXILIARIES)
        return not embedded or not reach or bool(PRONOUNS.intersection(behind[reach + 1 : reach + 2]))
    if joint.word.startswith("but"):
        return False
    if opening in ("when", "where"):
        return is_request(joint.left) or (infinitive and not embedded)
    return not embedded and (begins_question(joint.left) or is_name(joint.left))


def _asks_behind_comma(opening: str, behind: list[str], inverted: bool, infinitive: bool) -> bool:
    """The same behind a comma alone, which also opens "which is odd", "when I train", "where it fails"."""
    if opening in ("what", "how", "why"):
        return inverted or infinitive or (opening == "what" and behind[0] not in _SUBJECTS)
    relative = opening == "which" and behind[0] in AUXILIARIES and not PRONOUNS.intersection(behind[1:2])
    return infinitive or (inverted and not relative)


def _elliptic(opening: str, behind: list[str]) -> bool:
    """Whether what follows a question word is no clause: "and what rate", "how much smaller"; "what helps" is one."""
    if opening == "how" and behind[0] in _MEASURES:
        return behind[0] not in _COUNTS or len(behind) < 4
    if opening == "which" and behind[0] in PREPOSITIONS - {"of"}:  # "and which for FLUX"
        return True
    return len(behind) < 2 and not behind[0].endswith("s")


def _inverted(opening: str, behind: list[str]) -> bool:
    """Whether a clause has the order of a main question: "how do I", "which loss should I"; not "how it works"."""
    measured = opening == "how" and behind[0] in _MEASURES
    if measured and behind[0] not in _COUNTS:
        return bool(AUXILIARIES.intersection(behind[1:2]))
    if not measured and opening not in ("which", "what", "whose"):
        return behind[0] in AUXILIARIES
    reach = next((at for at, word in enumerate(behind[:6]) if word in AUXILIARIES), None)
    if not reach:
        return reach == 0
    return behind[0] not in _SUBJECTS - {"one"} and behind[reach - 1] not in PRONOUNS - {"one"}


def _asks_yes_or_no(joint: Joint, words: list[str]) -> bool:
    """The same for what opens with "is", "does" and the like: "which trains fast and is robust" asks once."""
    if len(words) < 3 or words[1] in _NO_SUBJECT:
        return False
    after_head = joint.head and bool(joint.mark)
    if joint.head and not after_head:  # "I train on one GPU and have no second"
        return False
    subject = words[2] if words[1] in AUXILIARIES else words[1]
    if subject in (PRONOUNS if words[0] in ("have", "had", "has") else _SUBJECTS):
        return after_head or (bool(joint.word) and bool(content_of(joint.right)))
    if not joint.word:
        return after_head and joint.mark != ","
    return bool(joint.mark) or words[0] in ("do", "does", "did")
