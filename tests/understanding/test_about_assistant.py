"""Questions about the assistant are answered from its facts."""

from dataclasses import replace

import pytest

from assistant.core.markdown import plain_text, split_sentences
from assistant.understanding.messages.about_assistant import AssistantFacts, Topic, reply_about
from assistant.understanding.messages.intents import ASKED, Intent, read_sections

FACTS = AssistantFacts(
    version="1.2",
    model="GPT-2 XL",
    model_detail="GPT-2 in 8 bits.",
    endpoint="",
    notes=441,
    sections=4361,
    topics=(Topic("Vision", 30), Topic("Audio", 1)),
    private_notes=0,
    uploads="session",
    file_kinds=("PDF", "Word", "HTML"),
    largest_upload=5 * 2**20,
    longest_question=2000,
    chats_in_browser=True,
    logs_questions=False,
    keeps_ratings=True,
)


@pytest.mark.parametrize(
    "message, said",
    [
        ("how many notes do you have?", "441 notes with 4,361 sections"),
        ("which topics do you know", "Vision (30), Audio (1)"),
        ("which model are you using", "GPT-2 XL"),
        ("how do I upload a file here", "PDF, Word or HTML, at most 5 MB"),
        ("is this page free", "at most 2,000 characters"),
        ("who are you", "version 1.2"),
        ("what can you do", "questions about deep learning"),
        ("something else", "questions about deep learning"),
    ],
)
def test_the_facts_are_told(message, said):
    assert said in reply_about(message, FACTS)


@pytest.mark.parametrize(
    "message", ["how many notes do you have?", "which topics do you know", "how do I upload a file here"]
)
def test_the_place_is_linked(message):
    assert "](notes)" in reply_about(message, FACTS)


def test_uploads_are_told_as_they_are_handled():
    message = "can you read my pdf"
    assert "You alone" in reply_about(message, FACTS)
    assert "everyone" in reply_about(message, replace(FACTS, uploads="folder"))
    assert "cannot be added" in reply_about(message, replace(FACTS, uploads="off"))
    assert "add files" not in reply_about("what can you do", replace(FACTS, uploads="off"))
    assert "2 files of yours" in reply_about(message, replace(FACTS, private_notes=2))


def test_privacy_says_where_words_go():
    message = "is my data private"
    assert "browser alone" in reply_about(message, FACTS) and "no word" in reply_about(message, FACTS)
    assert "holds the words" in reply_about(message, replace(FACTS, logs_questions=True))
    elsewhere = reply_about(message, replace(FACTS, endpoint="gpu-box"))
    assert "sent to the model's server, gpu-box" in elsewhere and "Nothing is sent" not in elsewhere
    assert "rate" not in reply_about(message, replace(FACTS, keeps_ratings=False))


def test_a_model_that_is_missing_or_elsewhere_is_told():
    assert "No language model" in reply_about("which model do you use", replace(FACTS, model=""))
    assert "on the server gpu-box" in reply_about("which model do you use", replace(FACTS, endpoint="gpu-box"))


def test_names_from_outside_are_text():
    reply = reply_about("which model do you use", replace(FACTS, model="a [b](http://c) <i>*d*"))
    assert "a [b](http://c) <i>*d*" in plain_text(reply)


@pytest.mark.parametrize("intent", Intent)
def test_each_reply_has_one_to_four_sentences(intent):
    asked = read_sections(ASKED.read_text("utf-8").splitlines())[intent][0]
    for facts in (
        FACTS,
        replace(FACTS, uploads="off", model="", logs_questions=True, keeps_ratings=False, private_notes=1),
    ):
        assert 1 <= len(split_sentences(reply_about(asked, facts))) <= 5
