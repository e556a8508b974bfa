"""A section is quoted in whole parts, and a part that cannot stand alone brings what it needs."""

import pytest

from assistant.grounding.quotable import LONGEST_WORDS, closure, quotables, stands_alone

LIST = """Training fails for three reasons:

1. The rate is too high.
2. Labels are wrong.

Check the labels first."""


def kinds(source):
    return [part.kind for part in quotables(source)]


def test_prose_lists_tables_code_and_formulas_are_parts_of_their_own():
    source = f"{LIST}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n$$\nx^2\n$$"
    assert kinds(source) == ["sentence", "list", "sentence", "table", "code", "formula"]
    assert quotables(source)[1].text == "1. The rate is too high.\n2. Labels are wrong."
    assert quotables(source)[4].text == "```python\nx = 1\n```"


def test_headings_rules_and_html_are_no_parts():
    assert kinds("# Title\n\n---\n\n<div>x</div>") == []


def test_a_list_and_the_sentence_that_announces_it_need_each_other():
    parts = quotables(LIST)
    assert closure(parts, 0) == closure(parts, 1) == {0, 1}
    assert closure(parts, 2) == {2}


def test_code_needs_the_sentence_before_it_but_a_complete_sentence_does_not_need_the_code():
    parts = quotables("The model is switched with one call.\n\n```\nmodel.eval()\n```")
    assert closure(parts, 0) == {0} and closure(parts, 1) == {0, 1}


def test_a_sentence_that_a_formula_completes_is_quoted_with_it():
    parts = quotables("The loss is\n\n$$\nx^2\n$$\n\nwhere x is the error of the model.")
    assert [closure(parts, at) for at in range(3)] == [{0, 1}, {0, 1}, {0, 1, 2}]


@pytest.mark.parametrize("start", ["It", "This", "These", "They", "However,", "Then", "Both", "As a result,"])
def test_a_sentence_that_points_back_needs_the_one_before(start):
    parts = quotables(f"Adam adapts the rate. {start} keeps two moments of each gradient.")
    assert closure(parts, 1) == {0, 1}


@pytest.mark.parametrize(
    "sentence",
    [
        "Both Adam and SGD need a learning rate.",
        "Second-order methods use the Hessian matrix.",
        "Next-token prediction is the training task.",
        "Adam keeps two moments of each gradient.",
        "Iterations are counted from zero here.",
    ],
)
def test_a_sentence_that_names_its_subject_stands_alone(sentence):
    parts = quotables(f"Adam adapts the rate of each weight. {sentence}")
    assert closure(parts, 1) == {1}


def test_a_sentence_that_points_back_through_another_brings_both():
    parts = quotables("Adam adapts the rate. It keeps two moments. They are running means.")
    assert closure(parts, 2) == {0, 1, 2}


def test_fragments_and_long_blocks_are_not_quoted():
    items = "- an item of the list\n" * LONGEST_WORDS
    short, unended, long = quotables(f"Too short. No full stop at its end\n\n{items}")
    assert not stands_alone(short) and not stands_alone(unended) and not stands_alone(long)


def test_quotation_marks_of_blockquotes_are_taken_off():
    assert [part.text for part in quotables("> Adam adapts\n> the rate of each weight.")] == [
        "Adam adapts the rate of each weight."
    ]


@pytest.mark.parametrize(
    "text, alone",
    [
        ("Three words only.", False),
        ("Four words are enough.", True),
        ("| a |\n|---|\n| " + "w " * 84 + "|", True),
        ("| a |\n|---|\n| " + "w " * 85 + "|", False),
    ],
)
def test_sentences_have_four_words_at_least_and_blocks_ninety_at_most(text, alone):
    (part,) = quotables(text)
    assert stands_alone(part) is alone


def test_the_first_sentence_of_a_paragraph_and_every_block_begin_a_paragraph():
    parts = quotables("One is here. Two is here.\n\nThree is here.\n\n- four")
    assert [part.starts_paragraph for part in parts] == [True, False, True, True]
