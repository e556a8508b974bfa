"""A follow-up question takes its topic from the turns before; a full question is searched as it stands."""

import pytest

from assistant.core.records import Turn
from assistant.retrieval.query.followup import is_followup, standalone

DROPOUT = Turn("What is dropout in a neural network?", "It drops units.")


@pytest.mark.parametrize(
    "question",
    [
        "Why?",
        "why not?",
        "And at test time?",
        "How does it work?",
        "What about transformers?",
        "Tell me more",
        "Is that always so?",
    ],
)
def test_a_question_that_leans_on_the_last_one_is_joined_to_it(question):
    assert is_followup(question)
    assert standalone(question, [DROPOUT]) == f"{DROPOUT.question} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "What is batch normalization?",
        "Adam or SGD?",
        "Why is my loss NaN?",
        "What is one-hot encoding?",
        "When do I use focal loss?",
        "How do I choose the learning rate of a convolutional network that overfits its training data?",
    ],
)
def test_a_question_with_a_topic_of_its_own_is_left_alone(question):
    assert standalone(question, [DROPOUT]) == question


def test_without_history_every_question_stands_alone():
    assert standalone("Why?", []) == "Why?"


def test_a_chain_of_follow_ups_goes_back_to_the_last_real_topic():
    history = [Turn("What is SGD?", "x"), DROPOUT, Turn("Why?", "y"), Turn("And then?", "z")]
    assert standalone("How come?", history) == f"{DROPOUT.question} How come?"


def test_a_conversation_of_follow_ups_alone_uses_its_first_question():
    assert standalone("Why?", [Turn("And this?", "x"), Turn("How come?", "y")]) == "And this? Why?"


@pytest.mark.parametrize(
    "question, leans",
    [
        ("And in a deep net too?", True),  # six words that go on
        ("And in a deep net with us?", False),
        ("Does it help " + "a b c d e " * 3 + "?", False),  # nineteen words
        ("Does it help " + "a b c d e " * 3, True),
        ("Does it change tensor matrix?", True),  # three words of six letters
        ("Does it change tensor matrix vector?", False),
        ("Does it alter a tenet about a model of deep nets?", True),  # five letters carry no topic
    ],
)
def test_a_question_leans_only_while_it_is_short_and_names_little(question, leans):
    assert is_followup(question) is leans
