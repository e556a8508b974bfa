"""The subject beside another: "how is that different from DDP?", "compared with Adam?", "how does SARSA differ?"."""

from __future__ import annotations

import re

from assistant.understanding.following.chat_state import ChatState
from assistant.understanding.following.message import Message
from assistant.understanding.following.resolved import Resolved
from assistant.understanding.following.word_classes import FUNCTION
from assistant.understanding.following.words import named_in, words_of

_IT = r"(?:it|that|this|these|those|they|them)"
_OTHER = r"(?P<other>.+)$"
_ASKS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # The subject is pointed at or left out, the other is named.
        rf"^(?:(?:how|why|where) )?(?:(?:is|are|does|do) )?{_IT} (?:(?:so|any|very|really) )?"
        rf"(?:different|differs?|distinct) (?:from|to|than|with) {_OTHER}",
        r"^(?:(?:what is|what are|is there|explain) )?(?:(?:the|a|any) )?(?:diff\w*|distinction)s? "
        rf"(?:to|from|with|compared to|compared with|of {_IT} (?:to|and|from)|between {_IT} and) {_OTHER}",
        rf"^(?:how (?:does|do|is|are) {_IT} )?compar\w+ (?:{_IT} )?(?:to|with|against) {_OTHER}",
        rf"^(?:the )?same as {_OTHER}",
        rf"^(?:vs\.?|versus|as opposed to|in contrast to|contrast {_IT} with) {_OTHER}",
        rf"^(?P<other>[^,]{{1,60}}), how (?:does|is|do|are) {_IT} (?:differ|different|compare|better|worse)\b.*$",
        rf"^which (?:one )?is (?:\w+er|more \w+|best),? {_IT} or {_OTHER}",
        # The other is the one that differs.
        rf"^how (?:does|do) (?P<other>.+?) (?:differ|compare)s?(?: (?:from|to|with) {_IT})?$",
        rf"^how (?:is|are) (?P<other>.+?) (?:different|distinct)(?: (?:from|to) {_IT})?$",
    )
)
_BETTER = r"(?:better|best|preferred|common|popular|\w+er)"
_BOTH = re.compile(
    r"^(?:(?:so |and )?(?:what is|what are|explain) (?:the |their )?differences?"
    r"(?: between (?:them|the two|these|those|both))?|"
    r"(?:please )?(?:compare|contrast) (?:them|the two|these|those|both)|"
    r"how (?:do|are) (?:they|these|those|the two|both) (?:differ|different|compare)|"
    r"which (?:one |of them |of the two |of these )?(?:is|was|(?:should|do) i (?:use|choose|pick|take)|to use|works)"
    rf"(?: the)?(?: (?:more|less))?(?: {_BETTER})?(?: then)?(?: (?:for|in|with|on|when|if) .{{1,60}})?)$",
    re.I,
)
_COMPARES = re.compile(
    r"\b(?:differ\w* (?:from|to|than)|difference between|(?:better|worse|faster) than|compared|versus|vs)\b", re.I
)
_TALKS_ON = re.compile(r"[,;:?!]\s|\sor not\b|\s-\s|\s\(|\.\s")
_TWO = re.compile(r"\b(?:and|vs\.?|versus|or)\b", re.I)
_SEVERAL = re.compile(r"^(?:the )?(?:two|three|four|different|various|kinds|types|ways|versions)\b", re.I)
_PLAIN = re.compile(r"^(?:(?:the|a|an|normal|plain|just|that of) )+(?=\w)", re.I)


def contrasted(message: Message, state: ChatState) -> Resolved | None:
    """The message as a comparison of the chat's subject with something; None when it is something else."""
    for pattern in _ASKS:
        found = pattern.match(message.plain)
        if found is None or _differ_among_themselves(found["other"], message):
            continue
        other = _PLAIN.sub("", _TALKS_ON.split(found["other"])[0].strip())
        if _is_name(other) and not _names_two(other):
            question = f"difference between {state.subject} and {other}"
            return Resolved(question, "contrast", state.subject, beside=other)
    pair = _pair(state) if _BOTH.match(message.plain) else ""
    if not pair:
        return None
    is_choice = "which" in message.lower
    asked = f"{message.plain}, {_TWO.sub('or', pair)}" if is_choice else f"difference between {pair}"
    return Resolved(asked, "contrast", state.subject, beside=state.beside)


def is_contrast(text: str) -> bool:
    """Whether a message compares, whatever else it does."""
    return bool(_COMPARES.search(text))


def _pair(state: ChatState) -> str:
    """The two that were spoken of: compared with one another, asked for together, or one after the other."""
    if state.beside:
        return f"{state.subject} and {state.beside}"
    if _TWO.search(state.subject):
        return state.subject
    return f"{state.topics[-2].subject} and {state.subject}" if len(state.topics) > 1 else ""


def _differ_among_themselves(other: str, message: Message) -> bool:
    """Whether several are named, as in "how do COCO, VOC and YOLO differ?": nothing of what was said is meant."""
    are_several = "," in other or bool(_SEVERAL.match(other))
    return are_several and message.plain.lower().endswith(("differ", "different", "compare"))


def _is_name(other: str) -> bool:
    """Whether more than small words is left: also "step", which any subject may have, can be compared with one."""
    return any(word.lower not in FUNCTION for word in words_of(other))


def _names_two(other: str) -> bool:
    """Whether two are named, as in "compared to Adam and SGD": that may well stand alone."""
    sides = _TWO.split(other)
    return len(sides) > 1 and all(named_in(side) for side in sides)
