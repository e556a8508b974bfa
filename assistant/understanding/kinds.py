"""What kind of message was sent; whatever is not surely another kind is a question, and is searched."""

from __future__ import annotations

from enum import StrEnum

from assistant.understanding.messages.about_answer import is_about_answer
from assistant.understanding.messages.error_query import error_query
from assistant.understanding.messages.greetings import is_greeting, without_greeting
from assistant.understanding.messages.intents import (
    asks_for_more,
    intent_of_address,
    intent_of_line,
    speaks_of_this,
)
from assistant.understanding.messages.language import language_of
from assistant.understanding.messages.nonsense import is_nonsense

SURELY_NOTHING = 5  # words; a longer message is searched where there is no answer that it could be about


class Kind(StrEnum):
    """What a message wants."""

    QUESTION = "question"
    GREETING = "greeting"  # thanks and goodbyes, too
    ABOUT_ASSISTANT = "about_assistant"
    ABOUT_ANSWER = "about_answer"  # of the answer before it
    ERROR = "error"  # with a traceback, code or a log: ``error_query`` says what is searched
    NOT_ENGLISH = "not_english"
    NONSENSE = "nonsense"  # or about an answer where there is none


def kind_of(message: str, has_history: bool) -> Kind:
    """The kind of a message; ``has_history``: an answer stands before it in the chat."""
    if is_greeting(message):
        return Kind.GREETING
    if is_nonsense(message):
        return Kind.NONSENSE
    if error_query(message) is not None:
        return Kind.ERROR
    if language_of(message):
        return Kind.NOT_ENGLISH
    message = without_greeting(message)
    about_answer = is_about_answer(message)
    after_answer = about_answer and has_history
    if intent_of_line(message) and not (after_answer and speaks_of_this(message)):
        return Kind.ABOUT_ASSISTANT
    is_addressed = intent_of_address(message) is not None
    if after_answer and (speaks_of_this(message) or asks_for_more(message) or not is_addressed):
        return Kind.ABOUT_ANSWER
    if is_addressed:
        return Kind.ABOUT_ASSISTANT
    if about_answer and len(message.split()) <= SURELY_NOTHING:
        return Kind.NONSENSE
    return Kind.QUESTION
