"""No text takes a time that grows with the square of its length: a pattern that is at work holds up all visitors."""

import time

import pytest

from assistant.core.markdown import plain_text, split_sentences, statements
from assistant.grounding.quotable import quotables
from assistant.grounding.wording import wording_of
from assistant.ui.shared.safe import safe_label, safe_markdown

SECONDS = 1.5  # of processor time; each takes some hundredths, and took between 5 seconds and hours
LONG = {  # what a passage of an upload may hold, where a start of each pattern is never closed
    "link and spaces": "a ](" + " " * 3_000 + "x",
    "links": "](" * 10_000,
    "marks of an image": "!" * 20_000 + "x",
    "backslashes": "\\" * 20_000 + "x",
    "colons": ":a" * 10_000,
    "one word": "a" * 20_000 + " x",
    "underscores": "x" + "_" * 20_000 + "y",
    "one number": "1" * 20_000,
    "a number with commas": "1," * 10_000,
    "numbers with two commas": "1,," * 6_000,
    "powers": "10^" + " " * 20_000 + "x",
    "formulas": "x \\( " * 5_000,
    "dollars": "$a " * 6_000,
}
READERS = {
    "drawn": safe_markdown,
    "drawn as a line": safe_label,
    "plain": plain_text,
    "sentences": split_sentences,
    "statements": statements,
    "quoted": quotables,
    "compared": wording_of,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", LONG)
def test_a_text_that_closes_nothing_is_read_at_once(reader, text):
    began = time.process_time()
    READERS[reader](LONG[text])
    assert time.process_time() - began < SECONDS


def test_megabytes_of_marks_are_drawn_at_once():
    """A chat that is taken in from a file may hold them."""
    began = time.process_time()
    for mark in ("!", "\\", "](", ":a"):
        safe_markdown(mark * 500_000)
    assert time.process_time() - began < 4 * SECONDS


def test_short_texts_are_remembered_and_long_ones_are_not():
    assert plain_text("*short*") is plain_text("*short*")
    long = "*a long one* " * 1_000
    assert plain_text(long) == plain_text(long) and plain_text(long) is not plain_text(long)
