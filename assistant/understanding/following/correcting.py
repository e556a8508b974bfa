"""The question before put right: "no, I meant the layer, not the loss"."""

from __future__ import annotations

import re

from assistant.understanding.following.chat_state import ChatState
from assistant.understanding.following.exchange import exchanged, with_place
from assistant.understanding.following.message import Message
from assistant.understanding.following.resolved import Resolved
from assistant.understanding.following.word_classes import ASKING, AUXILIARIES, PREPOSITIONS
from assistant.understanding.following.words import content_of, named_in, words_of

MANY_WORDS = 14  # of what was meant
_I_MEAN = (
    r"(?:i|we) (?:(?:rather|actually|really) )?"
    r"(?:mean|meant|wanted(?: to (?:ask|know|hear|say)(?: about| of)?)?|am after|"
    r"(?:was asking|am asking|was talking|am talking|asked|was thinking|was referring)(?: (?:about|of|to|for))?)"
)
_TAKES_BACK = re.compile(
    r"^(?:(?:no|nope|nah|sorry|wait|oops|hold on|oh|ah|not (?:that|this)(?= *[,.;!])|wrong|actually|hmm?|well|i think|"
    r"that is not what (?:i|we) (?:mean|meant|asked))(?:[\s,.!:;–-]+|$))+"
    rf"(?:{_I_MEAN}\b[\s,:]*)?|^(?:i|we) (?:(?:rather|actually|really) )?(?:mean|meant)\b[\s,:]*",
    re.I,
)
_ONE_NOT_OTHER = r"^not [^,;.]{1,40}[,;.] [^,;]{1,40}$"
_SURE = re.compile(
    rf"\b{_I_MEAN}\b|^(?:no )?no\s?[,.!]|{_ONE_NOT_OTHER}|^(?:sorry|wait)\b|"
    r"^(?:no|nope|nah|oops|not that)[\s,.!]+(?:not|the|that|i|it|at|in|for|of|with|on|sorry|wait)\b",
    re.I,
)
_SAYS_WHAT = re.compile(rf"\b{_I_MEAN}\b|[,;] ?but\b|, ?the\b|{_ONE_NOT_OTHER}", re.I)
_BEHIND = re.compile(
    rf"^[^,;?]{{1,60}},? {_I_MEAN}$|^[^,;?]{{1,60}}, not [^,;?]{{1,40}}$", re.I
)  # "for images, I mean"
_NOT = re.compile(
    r"(?:^|[\s,;(])not (?P<not>(?:in |at |for |of |with |on |about )?.+?)(?=,|;|\.|\)| but | i mean| i meant|$)", re.I
)
_ASIDE = re.compile(
    rf"\b{_I_MEAN}\b|\b(?:but|please|rather|instead|(?:that|what) i (?:mean|meant|have|want)|is what i \w+)\b|"
    r"^(?:it is|this is|that is|was)\b",
    re.I,
)
_INSTEAD = re.compile(r"^instead of (?=[^,]{1,40}, )", re.I)
_STANDS_FOR = re.compile(r"^(?:the )?(?:that|those|one|ones)\s+(?=(?:of|in|for|from|with)\b)", re.I)
_HEADLESS = re.compile(r"\b(?:ones?|kind|sort|type)$", re.I)
_BEGIN_QUESTION = ASKING | AUXILIARIES | {"explain", "show", "give", "tell"}


def corrected(message: Message, state: ChatState) -> Resolved | None:
    """The question before with what was meant in it; None when the message takes nothing back."""
    text = _INSTEAD.sub("not ", message.body.rstrip(" ?.!").replace(" - ", ", "))
    lead = _TAKES_BACK.match(text)
    takes_back = lead and _SURE.search(text)
    if not (takes_back or (_NOT.match(text) and _SAYS_WHAT.search(text)) or _BEHIND.search(text)):
        return None
    rest = text[lead.end() :] if lead else text
    not_meant = _NOT.search(rest)
    if not_meant:
        rest = f"{rest[: not_meant.start()]} {rest[not_meant.end() :]}"
    meant = _STANDS_FOR.sub("", _ASIDE.sub(" ", " ".join(rest.split())).strip(" ,.;:?!–-()"))
    words = words_of(meant)
    if not content_of(words) or len(words) > MANY_WORDS or words[0].lower in _BEGIN_QUESTION:
        return None  # "no, how do I do it in Keras?" is a question of its own
    return _put_right(" ".join(meant.split()), not_meant["not"].strip() if not_meant else "", state)


def _put_right(meant: str, instead_of: str, state: ChatState) -> Resolved:
    if words_of(meant)[0].lower in PREPOSITIONS:
        return Resolved(with_place(state.question, meant), "correction", f"{state.subject} {meant}")
    if _HEADLESS.search(meant):  # "the positional ones": what was not meant lends its noun, or else the subject
        head = content_of(words_of(instead_of)[-1:])
        meant = _HEADLESS.sub(lambda _: head[0].text if head else state.subject, meant)
    subject = named_in(state.subject)
    if subject and subject < named_in(meant):  # "precision of the floats", where precision was asked for
        instead_of = state.subject
    made = exchanged(state.question, state.subject, meant, instead_of)
    return Resolved(made.question, "correction", made.subject)
