"""A message without a subject is about the answer before it; one that names something is not."""

import pytest

from assistant.understanding.messages.about_answer import is_about_answer


@pytest.mark.parametrize(
    "message",
    [
        "ok",
        "why",
        "I don't get it",
        "give me an example",
        "explain the second point",
        "are you sure",
        "Source?",
        "what are the downsides of that",
        "can you compare the two in a table?",
        "real-world example?",
        "too long",
        "what does the third sentence mean",
        "isn’t that the same as what you said above",
    ],
)
def test_words_about_an_answer_name_no_subject(message):
    assert is_about_answer(message)


@pytest.mark.parametrize(
    "message",
    [
        "give me an example of a convex function",
        "why is ReLU preferred",
        "what is a point",
        "what are limitations",
        "k-means",
        "code for a CNN",
        "what makes an idea a good case",
        "",
        "?",
        "and RMSprop?",
    ],
)
def test_a_name_makes_it_a_question(message):
    assert not is_about_answer(message)


def test_a_long_message_must_point_back():
    assert is_about_answer("can you tell me more about the case you said")
    assert not is_about_answer("who uses numbers in real life and how much")
