"""Messages that go on: "and RMSprop?" asks the same of something else, "and in 4 bit?" under other circumstances."""

from __future__ import annotations

import re

from assistant.understanding.following.chat_state import ChatState
from assistant.understanding.following.exchange import exchanged, with_place
from assistant.understanding.following.message import Message
from assistant.understanding.following.pointing import pointed
from assistant.understanding.following.resolved import Resolved
from assistant.understanding.following.word_classes import ASKING, AUXILIARIES, PREPOSITIONS, RELATIONAL
from assistant.understanding.following.words import is_proper, named_in, without_article, words_of

MANY_WORDS = 6  # of an item
FEW_WORDS = 4  # of a circumstance that stands alone: "with cuda 12?"
LONGEST_CONDITION = 10  # words of "what if ..."
_WHAT_IF = re.compile(r"^what (?P<condition>if (?!(?:it|this|that|they|my|our)\b).+)$", re.I)
_ONES = re.compile(r"\bones?$", re.I)
_SENTENCE = frozenset(("i", "my", "we", "you", "it", "them"))  # "and I use Adam" says something whole


def continued(message: Message, state: ChatState) -> Resolved | None:
    """The message as one more item or circumstance for the question before; None when it is something else."""
    words = message.words
    if not message.content:
        return None
    if (found := _WHAT_IF.match(message.plain)) and len(words) <= LONGEST_CONDITION:
        question = f"{state.question.rstrip(' ?.!')} {found['condition']}"
        return Resolved(question, "aspect", state.subject, skip_said=True)
    asks = bool(message.lower & (ASKING | AUXILIARIES))
    most = MANY_WORDS if message.opening else FEW_WORDS
    if words[0].lower in PREPOSITIONS and len(words) <= most and not asks:
        return _elsewhere(message, state)
    if message.opening in ("", "so", "but so"):
        return None
    item, _, rest = message.plain.partition(", ")
    if rest and len(words_of(item)) <= MANY_WORDS:  # "and RMSprop, how does it work?"
        filled = pointed(Message.of(rest), without_article(item), frozenset())
        return Resolved(filled, "other_item", without_article(item)) if filled else None
    if asks or len(words) > MANY_WORDS or message.lower & _SENTENCE:
        return None
    if words[-1].lower in RELATIONAL:  # a side that any subject has: "and the drawbacks?"
        return Resolved(f"{without_article(item)} of {state.subject}", "aspect", state.subject, skip_said=True)
    if _is_part(message, state):
        return Resolved(f"{message.plain} in {state.subject}", "aspect", state.subject, skip_said=True)
    item = _ONES.sub(lambda _: state.subject, message.plain)  # "strided ones"
    made = exchanged(state.question, state.subject, item, state.beside)
    return Resolved(made.question, "other_item", made.subject)


def _is_part(message: Message, state: ChatState) -> bool:
    """Whether "the biases" are those that were just spoken of beside the subject, and no other item."""
    own = named_in(message.plain)
    is_known = message.words[0].lower == "the" and own <= state.known
    return is_known and not own & named_in(state.question) and not any(is_proper(word.text) for word in message.content)


def _elsewhere(message: Message, state: ChatState) -> Resolved:
    """A name in "for SGD" is another item after a question on Adam; "at test time" is another circumstance."""
    preposition, *item = message.words
    if preposition.lower in ("for", "of", "with") and 0 < len(item) < 3 and is_proper(item[-1].text):
        made = exchanged(state.question, state.subject, message.plain[item[0].start :])
        if made.was_name:
            return Resolved(made.question, "other_item", made.subject)
    return Resolved(with_place(state.question, message.plain), "aspect", state.subject, skip_said=True)
