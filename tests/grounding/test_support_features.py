"""What speaks for and against a sentence: shared words, numbers, negations, opposites, sides that have swapped."""

import pytest

from assistant.grounding.stretch import Stretch
from assistant.grounding.support_features import support_features
from assistant.grounding.wording import bare, wording_of

NOTE = "Dropout is disabled at test time, so every unit stays active and the output is deterministic."
ADAM = "Adam converges faster at first than SGD, and it keeps 2 values per weight."


def signs(said, note, *, question="?", heading="", passage=""):
    """The signs of a sentence beside a note, with every word equally rare and no cosine."""
    written = wording_of(note)
    whole = wording_of(f"{note} {passage}").bag
    stretch = Stretch(written, written.keys, wording_of(heading).bag, whole, written.names, 1, bare(note))
    return support_features(wording_of(said), wording_of(question), stretch, 0.0, lambda key: 0.5)


def test_a_quotation_has_everything_for_it_and_nothing_against_it():
    seen = signs(NOTE, NOTE)
    assert (seen.recall, seen.clause, seen.pairs, seen.order) == (1, 1, 1, 1)
    assert (seen.novel, seen.numbers, seen.differing, seen.flips, seen.swapped, seen.crossed, seen.absolutes) == (
        0,
    ) * 7
    assert not seen.opposes


def test_synonyms_word_forms_and_marks_make_no_difference():
    seen = signs("**Neurons** stay *active* at test time; `outputs` are deterministic.", NOTE)
    assert seen.recall == 1 and seen.novel == 0


@pytest.mark.parametrize(
    "said",
    [
        "Dropout is enabled at test time.",
        "Dropout is not disabled at test time.",
        "Dropout is disabled at training time.",
        "At test time dropout is disabled and the output is random.",
    ],
)
def test_an_opposite_or_a_negation_is_a_flip(said):
    assert signs(said, NOTE).flips >= 1 and signs(said, NOTE).opposes


@pytest.mark.parametrize(
    "said, note",
    [
        ("Dropout is not active at test time.", "Dropout is inactive at test time."),
        ("Units stay active, and none is disabled.", "Units stay active, and none is disabled."),
        (
            "Batch norm uses running statistics in evaluation mode.",
            "Batch norm uses batch statistics in training mode and running statistics in evaluation mode.",
        ),
    ],
)
def test_what_says_the_same_in_other_words_is_no_flip(said, note):
    assert signs(said, note).flips == 0


def test_sides_that_swapped_around_a_comparison_are_noticed_and_a_turned_comparison_is_not_punished():
    assert signs("SGD converges faster at first than Adam.", ADAM).swapped == 1
    assert signs("Adam converges faster at first than SGD.", ADAM).swapped == 0
    turned = signs("SGD converges slower at first than Adam.", ADAM)
    assert (turned.swapped, turned.flips) == (0, 0)


def test_attributes_that_go_with_the_other_name_are_crossed():
    note = "Here BERT uses the encoder and suits classification, while GPT uses the decoder and suits generation."
    assert signs("GPT uses the encoder for classification, BERT the decoder for generation.", note).crossed > 0.5
    assert signs("GPT uses the decoder for generation, BERT the encoder for classification.", note).crossed == 0


def test_another_word_in_the_place_of_a_telling_one_is_counted():
    note = "The forget gate decides what to erase and the sigmoid gate decides what to write."
    assert signs("The output gate decides what to erase.", note).replaced == 1
    assert signs("The forget gate determines what to erase.", note).replaced == 0
    assert signs("A starts at zero.", "B starts at zero.").replaced == 1


def test_a_number_that_the_note_lacks_counts_and_one_in_the_place_of_another_differs():
    assert signs("Adam keeps 2 values per weight.", ADAM).numbers == 0
    assert signs("Adam keeps two values per weight.", ADAM).numbers == 0
    wrong = signs("Adam keeps 3 values per weight.", ADAM)
    assert (wrong.numbers, wrong.differing) == (1, 1)
    elsewhere = signs("Kingma proposed it in 2014.", ADAM)
    assert (elsewhere.numbers, elsewhere.differing) == (1, 0)


@pytest.mark.parametrize(
    "said, note", [("0.1", "10%"), ("1e-3", "0.001"), ("$10^{-5}$", "1e-5"), ("65,504", "65504"), ("5 percent", "5 %")]
)
def test_numbers_are_compared_by_value(said, note):
    assert signs(f"The rate is {said} here.", f"A rate of {note} is usual.").numbers == 0


def test_a_formula_that_the_note_lacks_counts():
    note = "The layer computes $y = x + F(x)$."
    assert signs(r"It computes $y = x + \text{F}(x)$.", note).numbers == 0
    assert signs("It computes $y = x - F(x)$.", note).numbers == 1


def test_half_a_truth_is_seen_in_the_clause_that_is_not_covered():
    seen = signs("Dropout is disabled at test time, and Google invented the algorithm in Zurich.", NOTE)
    assert seen.clause < 0.3 < seen.recall and seen.novel == 0.5


def test_words_of_the_question_count_half_and_the_heading_is_taken_for_granted():
    said = "In Keras dropout is disabled at test time."
    assert signs(said, NOTE).novel == 0.5 and signs(said, NOTE, question="Keras dropout?").novel == 0
    assert signs(said, NOTE).recall < signs(said, NOTE, question="Keras dropout?").recall < 1
    assert signs(said, NOTE, heading="Dropout in Keras").recall == 1


def test_a_name_that_the_note_does_not_say_is_counted_even_when_its_heading_does():
    assert signs("With ReLU dropout is disabled at test time.", NOTE, heading="ReLU and dropout").names == 1
    assert signs("Dropout is disabled at test time.", NOTE).names == 0


def test_absolutes_that_the_note_does_not_say_are_counted():
    assert signs("Dropout is always disabled at test time.", NOTE).absolutes == 1
    assert signs("Dropout is disabled at test time, so every unit stays active.", NOTE).absolutes == 0


def test_text_without_content_has_nothing_for_it():
    seen = signs("It is.", NOTE)
    assert (seen.recall, seen.pairs, seen.order, seen.brevity) == (0, 0, 0, 1)
