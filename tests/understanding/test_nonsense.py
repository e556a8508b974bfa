"""Marks and mashed keys are nonsense; short names and abbreviations are not."""

import pytest

from assistant.understanding.messages.nonsense import is_nonsense, not_understood_reply


@pytest.mark.parametrize(
    "message",
    ["???", ".", "!!!!1", "x", "asdfghjkl", "qwertz", "jjjjjjjj", "sdfsdfsdf", "ksjdfh dfgkjd", "blah blah", "12", ""],
)
def test_a_message_without_a_word_is_nonsense(message):
    assert is_nonsense(message)


@pytest.mark.parametrize(
    "message",
    [
        "F1",
        "h100",
        "lstm",
        "gpt",
        "qkv",
        "ddpm",
        "3D",
        "2048",
        "x + y",
        "asdf layer",
        "RMSNorm",
        "bfcl",
        "过拟合",
        "trees",
        "power",
        "MMMU",
        "Dallas",
        "rlhf",
    ],
)
def test_names_and_abbreviations_are_not(message):
    assert not is_nonsense(message)


def test_the_reply_asks_for_a_question():
    assert "did not understand" in not_understood_reply() and "?" in not_understood_reply()
    assert "no answer yet" in not_understood_reply(is_about_answer=True)
