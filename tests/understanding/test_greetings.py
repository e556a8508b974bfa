"""Greetings are told from questions that begin with one."""

import pytest

from assistant.understanding.messages.greetings import greeting_reply, is_greeting, without_greeting


@pytest.mark.parametrize(
    "message",
    [
        "hi",
        "Hello 👋",
        "good morning :)",
        "thx",
        "thanks a lot for your help!!",
        "ok bye",
        "that's all, thanks",
        "hola!",
        "merci",
        "how are you?",
        "👍",
        "have a nice day",
        "you are great",
        "no thanks",
        "thank you, that was very helpful",
    ],
)
def test_a_message_that_only_greets_is_a_greeting(message):
    assert is_greeting(message)


@pytest.mark.parametrize(
    "message",
    ["ok", "great", "hi, what is dropout", "hello world", "hi-res fix", "thanks to dropout", "", "later layers"],
)
def test_what_says_more_or_less_is_none(message):
    assert not is_greeting(message)


@pytest.mark.parametrize(
    "message, rest",
    [
        ("hi, what is dropout", "what is dropout"),
        ("hello what is dropout", "what is dropout"),
        ("Hi there! My loss is NaN", "My loss is NaN"),
        ("thanks! and what about momentum?", "and what about momentum?"),
        ("good morning, hello: what is Adam?", "what is Adam?"),
        ("what is dropout? thanks in advance", "what is dropout?"),
        ("what is dropout, thank you!", "what is dropout"),
    ],
)
def test_the_greeting_around_a_question_is_taken_off(message, rest):
    assert without_greeting(message) == rest


@pytest.mark.parametrize(
    "message", ["hi", "hi!", "thanks", "hi-res images blur", "hello world in keras", "Hinton?", "what is dropout?"]
)
def test_a_message_without_a_greeting_before_it_stays_as_it_is(message):
    assert without_greeting(message) == message


def test_the_reply_answers_in_kind():
    assert greeting_reply("hey").startswith("Hello")
    assert greeting_reply("ok, thanks a lot").startswith("You are welcome")
    assert greeting_reply("thanks, bye").startswith("Goodbye")
