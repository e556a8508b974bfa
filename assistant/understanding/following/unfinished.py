"""Questions that leave their subject out: "what value?", "which rate?", "how do I pick the number of clusters?"."""

from __future__ import annotations

import re

from assistant.understanding.following.chat_state import ChatState
from assistant.understanding.following.message import Message
from assistant.understanding.following.resolved import Intent, Resolved
from assistant.understanding.following.wanted import wanted
from assistant.understanding.following.word_classes import ASKING, AUXILIARIES, RELATIONAL, VERBS
from assistant.understanding.following.words import content_of, named_in, words_of

MANY_WORDS = 14  # a longer question hardly leaves its subject out
FEW_NAMED = 2  # content words, and
FEW_WORDS = 10  # words, of a question that takes what was spoken of for granted
_NO_VERB = re.compile(r"^(?:how [\w-]+|(?:what|which|how many|how much|any) [\w-]+(?: [\w-]+)?)$", re.I)
_HELPS = re.compile(
    r"^(?:does|do|would|will|can|could) (?:\S+ ){1,3}(?:help|work|suffice|do the same|be enough)(?: too| as well)?$",
    re.I,
)
_OTHERS = re.compile(r"^(?:what|which|any|are there|do you know)(?: any)? other \w+(?: \w+){0,4}$", re.I)
_A_SIDE = re.compile(
    r"^(?:tell me more|more|elaborate|expand|explain|what)\b.* the (?:\S+ )(?:part|version|step|term|bit|variant|one)$",
    re.I,
)
_BLAMES = re.compile(r"\bthe (?:reason|cause|problem|issue|culprit|explanation|solution|fault|fix)$", re.I)
_DEFINES = re.compile(
    r"^(?:what (?:is|are|was|does|do)|who|define|explain|describe|tell me|difference)\b|^how (?:does|do) .+ works?$",
    re.I,
)
_ENDS_SENTENCE = re.compile(r"\s?[?!.;:]+\s+")
_ENDS_PART = re.compile(r"[?.!;,]\s")


def unfinished(message: Message, state: ChatState) -> Resolved | None:
    """The message as a question of the chat's subject; None when it names a subject itself."""
    if not message.words or len(message.words) > MANY_WORDS:
        return None
    if _OTHERS.match(message.plain):
        return Resolved(f"{message.plain} than {state.subject}", "aspect", state.subject, skip_said=True)
    names_nothing = not message.content and _asks(message)
    if not (names_nothing or _ends_bare(message) or _is_elliptic(message) or _belongs(message, state)):
        return None
    wants = wanted(f"{message.plain}?")
    intent: Intent = "code" if "code" in wants else "number" if "number" in wants else "aspect"
    joined = "of" if message.words[-1].lower in RELATIONAL and "number" not in wants else "for"
    question = f"{_ENDS_SENTENCE.sub(', ', message.plain)} {joined} {state.subject}"
    return Resolved(question, intent, state.subject, skip_said=True)


def _asks(message: Message) -> bool:
    """Whether words without a name ask something: "formula?", "when to use?", "pros and cons"."""
    return bool(message.lower & (RELATIONAL if len(message.words) == 1 else ASKING | AUXILIARIES | RELATIONAL))


def _ends_bare(message: Message) -> bool:
    """Whether a question that names nothing stands behind a word or two: "typical threshold? what number"."""
    *before, last = [words_of(part) for part in _ENDS_PART.split(message.plain)]
    labels = all(len(part) <= 2 and not any(word.lower in ASKING | AUXILIARIES for word in part) for part in before)
    return bool(before) and labels and not content_of(last) and any(word.lower in ASKING for word in last)


def _is_elliptic(message: Message) -> bool:
    """Whether a question has no verb, or asks for the reason of nothing: "which optimizer?", "is that the cause?"."""
    if any(pattern.search(message.plain) for pattern in (_BLAMES, _HELPS, _A_SIDE)):
        return len(message.content) <= FEW_NAMED
    has_verb = bool(message.lower & (AUXILIARIES | VERBS))
    return bool(_NO_VERB.match(message.plain)) and not has_verb and len(message.content) <= 1


def _belongs(message: Message, state: ChatState) -> bool:
    """Whether all that a question names was just spoken of, and the subject is not among it."""
    own = named_in(message.plain)
    is_small = 0 < len(own) <= FEW_NAMED and len(message.words) <= FEW_WORDS
    if not is_small or _DEFINES.match(message.plain) or message.lower & {"my", "our"}:
        return False
    takes_up = bool(message.opening) or message.asks
    return takes_up and own <= state.known and not own & named_in(state.subject)
