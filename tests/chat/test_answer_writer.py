"""What the model has sent so far is counted from its first text on."""

import time

import pytest

from assistant.chat.answer_writer import Writing
from assistant.core.records import Piece


def test_tokens_without_a_text_have_no_speed():
    """A tokenizer may need several tokens for one character, and a piece can come before there is any."""
    writing = Writing()
    writing.take(Piece(tokens=3))
    assert (writing.tokens, writing.first_at, writing.tokens_per_second) == (3, None, None)


def test_an_answer_of_one_piece_has_no_speed():
    writing = Writing()
    writing.take(Piece("All at once.", 5))
    assert writing.first_at is not None and writing.tokens_per_second is None


def test_the_speed_is_that_of_the_tokens_after_the_first_text(monkeypatch):
    now = iter([100.0, 104.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    writing = Writing()
    writing.take(Piece("One", 2))
    writing.take(Piece(" two", 10))
    assert writing.tokens_per_second == pytest.approx(2.0)
