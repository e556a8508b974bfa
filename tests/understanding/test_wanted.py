"""A message tells by how it asks what sort of thing should be shown."""

import pytest

from assistant.understanding.following.wanted import wanted


@pytest.mark.parametrize(
    "message, wants",
    [
        ("show me in code", {"code"}),
        ("how do I write it in pytorch", {"code"}),
        ("where in the code is the loss computed", set()),
        ("a worked example with numbers please", {"example", "number"}),
        ("how many layers has BERT", {"number"}),
        ("what is a good learning rate", {"number"}),
        ("what value?", {"number"}),
        ("which paper is that from?", {"source"}),
        ("where did you read this", {"source"}),
        ("what is dropout?", set()),
    ],
)
def test_code_numbers_examples_and_sources_are_told_apart(message, wants):
    assert wanted(message) == wants
