"""What is asked about the assistant is told from how it is asked, and nothing else is taken for it."""

import pytest

from assistant.lab.evaluation.gold import read_gold
from assistant.understanding.messages.intents import Intent, intent_of, intent_of_address, intent_of_line, read_sections


@pytest.mark.parametrize(
    "message, intent",
    [
        ("What can you do?", Intent.ABILITIES),
        ("can you write my essay for me", Intent.ABILITIES),
        ("how do I use this chatbot", Intent.ABILITIES),
        ("who are you", Intent.IDENTITY),
        ("r u a bot?", Intent.IDENTITY),
        ("who built this website?", Intent.MAKER),
        ("Which model are you using?", Intent.MODEL),
        ("do you run on a GPU or what", Intent.MODEL),
        ("can you speak German with me?", Intent.LANGUAGES),
        ("how can I upload my own PDFs here?", Intent.FILES),
        ("Do you store my questions?", Intent.PRIVACY),
        ("is my data private", Intent.PRIVACY),
        ("how do I delete our chat history", Intent.CHATS),
        ("can I suggest a correction to one of your notes", Intent.CORRECTIONS),
        ("what do the shaded sentences mean?", Intent.CHECKING),
        ("can I trust your answers", Intent.CHECKING),
        ("how many notes do you have?", Intent.COUNT),
        ("which topics do you know about", Intent.TOPICS),
        ("where do you get your answers from", Intent.SOURCES),
        ("is this page free of charge", Intent.COST),
    ],
)
def test_the_intent_of_a_question(message, intent):
    assert intent_of(message) == intent


@pytest.mark.parametrize(
    "message",
    [
        "what can you do with embeddings",
        "what would you do",
        "which languages does BERT support",
        "is it free",
        "how do you check for overfitting",
        "how big is your batch",
        "who invented dropout",
        "is llama open source",
        "how do I save a model",
        "how do I load a file in pytorch",
        "can you use dropout",
        "what is the cost function",
        "do language models hallucinate",
        "is there a limit on batch size",
        "what are the limits of transformers",
        "",
    ],
)
def test_a_question_of_the_field_has_none(message):
    assert intent_of(message) is None


def test_no_question_of_the_evaluation_has_one():
    assert [question.text for question in read_gold() if intent_of(question.text)] == []


def test_alternatives_of_a_line_are_lines_of_their_own():
    assert read_sections(["# a comment", "[cost]", "is it free/gratis now", "", "[files]"]) == {
        "cost": ("is it free now", "is it gratis now"),
        "files": (),
    }


def test_who_is_spoken_to_without_a_word_of_the_field_is_asked_about_itself():
    message = "do you sleep at night or play chess"
    assert intent_of_line(message) is None and intent_of_address(message) == Intent.ABILITIES
    assert intent_of_address("do you sleep at night or train networks") is None
    assert intent_of_address("do people sleep at night or play chess") is None
    assert intent_of_address("can you tell me about chess") is None
