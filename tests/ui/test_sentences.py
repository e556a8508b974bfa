"""Supported sentences carry their source, the others are shaded, and nothing breaks out of its mark."""

import pytest

from assistant.chat.transcript import unchecked
from assistant.core.records import CheckedSentence, LeadSentence
from assistant.ui.chat.sentences import (
    AGAINST,
    count_contradicted,
    count_unsupported,
    shaded,
    supported_markdown,
    whole_markdown,
)

SUPPORTED = CheckedSentence("Dropout drops units.", 2, 0.9, gap="")
UNSUPPORTED = CheckedSentence("It was found in 1900.", None, 0.1)
CONTRADICTED = CheckedSentence("It is on at test time.", None, 0.2, contradicted=True)
ALL = (SUPPORTED, UNSUPPORTED, CONTRADICTED)


def test_only_supported_sentences_stand_open_with_their_number():
    assert supported_markdown(ALL) == "Dropout drops units. :blue-badge[2]"


def test_the_whole_text_keeps_its_order_shaded_and_marked_where_the_notes_do_not_carry_it():
    assert whole_markdown(ALL) == (
        "Dropout drops units. :blue-badge[2] :gray-background[It was found in 1900.] "
        f":red-background[It is on at test time.] {AGAINST}"
    )


def test_a_sentence_that_one_passage_supports_and_another_contradicts_does_not_stand_open():
    both = CheckedSentence("The rate is 0.5.", 1, 0.9, contradicted=True, gap="")
    assert supported_markdown([both]) == "" and count_unsupported([both]) == 1
    assert AGAINST in whole_markdown([both])


def test_they_are_counted():
    assert count_unsupported(ALL) == 2 and count_contradicted(ALL) == 1


def test_lists_stay_lists():
    items = (CheckedSentence("- one.", 1, 0.9, gap=""), CheckedSentence("- two.", None, 0.1, gap="\n"))
    assert whole_markdown(items) == "- one. :blue-badge[1]\n- :gray-background[two.]"


@pytest.mark.parametrize("text", ["a ] b", "[a", "x\n\ny", "```\ncode\n```", "ends with \\", "$[0, 1)$"])
def test_text_that_could_break_out_of_the_shade_gets_a_bar_before_it(text):
    assert shaded(text, "gray") == f":gray-background[▍] {text}"


def test_brackets_that_match_are_shaded():
    assert shaded("a [b] `x[1]`", "gray") == ":gray-background[a [b] `x[1]`]"


def test_directives_from_the_model_are_not_drawn_inside_the_shade():
    assert "\\:red[x]" in whole_markdown((CheckedSentence("a :red[x]", None, 0.1, gap=""),))


def test_what_is_not_settled_yet_is_the_rest_of_the_text():
    assert unchecked("Dropout drops units. It was found in 1900. It is", ALL[:2]) == " It is"
    assert unchecked("Dropout", ()) == "Dropout"
    assert unchecked("Dropout drops units. And", (CheckedSentence("tidied", 1, 0.9), SUPPORTED)) == " And"


def test_what_the_lead_has_said_word_for_word_is_not_said_again():
    lead = (LeadSentence("**Dropout** drops units, $p = 0.5$ of them.", 2),)
    same = CheckedSentence("Dropout drops units, p = 0.5 of them.", 2, 0.9, gap="")
    other = CheckedSentence("It drops none at test time.", 1, 0.9)
    assert supported_markdown([same, other], lead) == "It drops none at test time. :blue-badge[1]"
    assert supported_markdown([same], lead) == ""
    part = CheckedSentence("drops units", 2, 0.9, gap="")  # of a sentence: it may say something else
    assert supported_markdown([part], lead) != ""
