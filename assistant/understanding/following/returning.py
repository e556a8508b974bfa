"""Back to an earlier subject: "back to dropout: does it slow training down?", "the first thing"."""

from __future__ import annotations

import re

from assistant.understanding.following.chat_state import ChatState, Topic
from assistant.understanding.following.message import Message
from assistant.understanding.following.words import content_of, keys_of, named_in, without_article, words_of

_ON_THE_WAY = (
    r"(?:(?:ok|and|so|but|now|then|please|let us|let me|lets|let's|can we|could we|i want to|i would like to|to|just|"
    r"quickly|go|going|come|coming|get|getting|jump|jumping|once|more|again|return|returning|switch|switching)\s+){0,6}?"
)
_THING = r"(?: (?:thing|topic|one|question|subject|point|part|answer))"
_WAYS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"^{_ON_THE_WAY}(?:back to|return to|returning to|again about|again on|again to|once more about|once more on|"
        r"regarding|as for|concerning|about the earlier|still about|"
        r"(?:one|another)(?: more| last)? (?:thing|question) (?:about|on))\s+(?P<name>.+)$",
        rf"^(?P<name>(?:the )?(?:very )?(?:first|previous|earlier){_THING})[,:] (?P<more>.*)$",
        r"^about (?P<name>[^,:;?]{1,60})[,:] (?P<more>.+)$",
        r"^(?:and |so |but )?(?:about|on) (?P<name>[^,:;?]{1,60}?),? again\b(?P<more>.*)$",
        r"^(?:earlier|before|above|at the (?:start|beginning)),? (?:you|we) (?:\w+ ){1,2}?(?:about )?"
        r"(?P<name>[^,:;?.]{1,60})[,:;?.](?P<more>.*)$",
        r"^(?P<name>.{1,80}?),? (?:you (?:mentioned|explained|talked about|said)|we (?:had|discussed|talked about)) "
        r"(?:before|earlier|above)\b(?P<more>.*)$",
    )
)
_FIRST = re.compile(rf"^(?:the |my |your )?(?:(?:very )?first|beginning|start|original){_THING}?\b", re.I)
_LAST = re.compile(
    rf"^(?:the |my )?(?:previous|earlier|last|other|prior|former){_THING}\b|^where we were\b|^what we had\b", re.I
)
_PARTS = re.compile(r"\s?[:;,.?!–]+\s+|\s-+\s")
_MARKS = " ,:;.–-?!"  # before what is asked; a question mark behind it stays


def returned(message: Message, state: ChatState) -> tuple[ChatState, str] | None:
    """The state at the earlier subject, and what is asked there; None when the message returns to nothing."""
    found = next((match for way in _WAYS if (match := way.match(message.body))), None)
    if found is None:
        return None
    name = found["name"]
    if found_first := _FIRST.match(name):
        return state.at(state.topics[0]), _behind(found_first, found)
    if found_last := _LAST.match(name):
        return state.at(state.topics[-2:][0]), _behind(found_last, found)
    name, *behind = _PARTS.split(name, maxsplit=1)
    rest = behind[0] if behind else found.groupdict().get("more") or ""
    if not named_in(name):
        return None
    topic, left = _named(name, state)
    return state.at(topic), f"{left} {rest}".lstrip(_MARKS).rstrip()


def _behind(ordinal: re.Match[str], found: re.Match[str]) -> str:
    """What is asked behind "the first thing"."""
    more = found.groupdict().get("more") or ""
    return f"{found['name'][ordinal.end() :]} {more}".lstrip(_MARKS).rstrip()


def _named(name: str, state: ChatState) -> tuple[Topic, str]:
    """The topic that a name means, the latest first, and what stands behind the name; a new one for a new name."""
    content = content_of(words_of(name))
    for length in range(len(content), 0, -1):
        own = set(keys_of(word.text for word in content[:length]))
        for topic in reversed(state.topics):
            if own <= named_in(topic.subject):
                behind = words_of(name[content[length - 1].end :])
                is_more = any(word.is_content for word in behind)  # not just "thing"
                return topic, name[content[length - 1].end :].strip() if is_more else ""
    subject = without_article(name.strip())
    return Topic(subject, f"what is {subject}"), ""
