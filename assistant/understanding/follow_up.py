"""A message in the light of its chat: what it leaves unsaid is taken from the turns before, without a model call.

A complete question is never dragged to the subject before. What leans on it says so: by a word that points back, by
leaving out what it asks of, or by asking for the same in another form.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.records import Turn
from assistant.understanding.following.chat_state import ChatState
from assistant.understanding.following.continuing import continued
from assistant.understanding.following.contrasting import contrasted, is_contrast
from assistant.understanding.following.correcting import corrected
from assistant.understanding.following.message import LONGEST_WORDS, Message
from assistant.understanding.following.pointing import pointed
from assistant.understanding.following.requests import requested
from assistant.understanding.following.resolved import Intent, Resolved
from assistant.understanding.following.returning import returned
from assistant.understanding.following.subject import subject_of
from assistant.understanding.following.unfinished import unfinished
from assistant.understanding.following.wanted import wanted
from assistant.understanding.following.words import named_in, words_of

__all__ = ["Intent", "Resolved", "leans", "resolve"]

TURNS_READ = 40  # the last ones: who goes back goes back a few
LONGEST = 400  # characters of a message that can lean on what was said; a longer one tells its own story
_STEPS = (corrected, requested, contrasted)
_SOMETHING = Turn("What is X?", "")  # stands for whatever was said before


def resolve(message: str, turns: Sequence[Turn]) -> Resolved:
    """What a message asks, as a question that stands alone, and how it goes on from the ``turns`` before it.

    A turn that was not answered leaves no trace. A question that stands alone comes back as it was typed, without what
    only leads in, such as "ok, and".
    """
    state = ChatState()
    for turn in turns[-TURNS_READ:]:
        if turn.answered:
            state = state.after(turn, _resolved(turn.question, state))
    return _resolved(message, state)


def leans(question: str) -> bool:
    """Whether a question makes no sense without one before it."""
    return resolve(question, [_SOMETHING]).intent != "new"


def _resolved(typed: str, state: ChatState) -> Resolved:
    if len(typed) > LONGEST:
        return Resolved(typed, subject=subject_of(typed))
    message = Message.of(typed)
    is_short = len(message.words) <= LONGEST_WORDS
    found = _follow_up(message, state) if state.subject and is_short else None
    if found is None:
        return Resolved(message.alone, subject=subject_of(typed))
    if found.skip_said and state.was_asked(found.question):
        return Resolved(found.question, found.intent, found.subject, beside=found.beside)
    return found


def _follow_up(message: Message, state: ChatState) -> Resolved | None:
    if back := returned(message, state):
        return _back(*back)
    for step in _STEPS:
        if found := step(message, state):
            return found
    filled = pointed(message, state.subject, state.known)
    if filled is not None:
        return Resolved(filled, _intent(message), state.subject, skip_said=not is_contrast(message.body))
    return continued(message, state) or unfinished(message, state)


def _back(state: ChatState, rest: str) -> Resolved:
    """What is asked of an earlier subject; the question that was asked there, when nothing is."""
    if not words_of(rest):
        return Resolved(state.question, "back", state.subject)
    if found := _follow_up(Message.of(rest), state):
        return Resolved(found.question, "back", found.subject, found.skip_said, found.beside)
    is_named = named_in(state.subject) <= named_in(rest)
    question = rest if is_named else f"{rest.rstrip(' ?.!')} for {state.subject}"
    return Resolved(question, "back", state.subject, skip_said=True)


def _intent(message: Message) -> Intent:
    """How a message that points back goes on."""
    if is_contrast(message.body):
        return "contrast"
    wants = wanted(f"{message.plain}?")
    if "code" in wants:
        return "code"
    if "example" in wants:
        return "example"
    if "number" in wants:
        return "number"
    return "deeper" if "exactly" in message.lower or "in detail" in message.plain.lower() else "aspect"
