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


LETTERS = "alpha beta gamma delta epsilon zeta"


def exact(said, note=LETTERS, *, question="?", passage="", rarities=None):
    """The signs where every word weighs a half (0.15 and its rarity) unless its rarity is given."""
    written = wording_of(note)
    whole = wording_of(f"{note} {passage}").bag
    stretch = Stretch(written, written.keys, frozenset(), whole, written.names, 1, bare(note))
    given = rarities or {}
    return support_features(wording_of(said), wording_of(question), stretch, 0.25, lambda key: given.get(key, 0.35))


@pytest.mark.parametrize(
    "said, order",
    [
        ("alpha beta", 1.0),
        ("alpha gamma", 0.85),  # 0.15 for each word passed over: 0.3 of a word of the sentence
        ("alpha delta", 0.7),
        ("alpha epsilon", 0.55),
        ("alpha zeta", 0.5),  # one of two words is more than both at that distance
        ("gamma alpha", 0.5),
        ("alpha gamma kappa", 0.85 / 1.5),
        ("kappa lambda", 0.0),
    ],
)
def test_an_alignment_loses_for_what_it_passes_over(said, order):
    assert exact(said).order == pytest.approx(order)


def test_a_rare_word_weighs_more_in_an_alignment_and_in_the_share_of_words():
    seen = exact("alpha kappa", rarities={"alpha": 0.85})
    assert (seen.order, seen.recall) == pytest.approx((2 / 3, 2 / 3))


def test_shares_count_half_for_what_was_asked_and_the_whole_passage_besides_the_stretch():
    seen = exact("alpha beta kappa lambda", question="lambda", passage="kappa")
    assert (seen.recall, seen.passage) == pytest.approx((0.625, 0.875))
    assert exact("", passage="kappa").passage == 0.0


@pytest.mark.parametrize("said, pairs", [("alpha delta", 1.0), ("alpha epsilon", 0.0), ("alpha gamma kappa", 0.5)])
def test_words_are_a_pair_of_the_note_with_at_most_two_between_them(said, pairs):
    assert exact(said).pairs == pairs


def test_the_worst_clause_counts():
    seen = exact("alpha beta gamma, kappa lambda delta")
    assert (seen.clause, seen.order) == pytest.approx((1 / 3, 2 / 3))


def test_what_is_new_is_as_new_as_its_rarest_word():
    rarities = {"kappa": 0.2, "lambda": 0.9, "alpha": 1.0}
    assert exact("alpha kappa lambda", rarities=rarities).novel == 0.9
    assert exact("alpha kappa lambda", question="lambda", rarities=rarities).novel == 0.2


@pytest.mark.parametrize("count, brevity", [(1, 6 / 7), (3, 4 / 7), (6, 1 / 7)])
def test_a_sentence_is_short_below_seven_words(count, brevity):
    assert exact(" ".join(LETTERS.split()[:count])).brevity == pytest.approx(brevity)
    assert exact(LETTERS + " kappa").brevity == exact(LETTERS + " kappa lambda").brevity == 0.0


def test_what_speaks_against_a_sentence_counts_twice_at_most():
    note = "alpha keeps 6 values, beta keeps 7 values, gamma keeps 8 values a day"
    seen = exact("alpha keeps 3 values, beta keeps 4 values, gamma keeps 5 values a day", note)
    assert (seen.numbers, seen.differing) == (2, 2)
    seen = exact("alpha ReLU GELU SwiGLU always only never")
    assert (seen.names, seen.absolutes) == (2, 2)
    enabled = "alpha is enabled, beta is larger, gamma is better"
    assert exact("alpha is disabled, beta is smaller, gamma is worse", enabled).flips == 2


def test_the_cosine_is_passed_on_and_one_sentence_spans_no_other():
    assert (exact("alpha").cosine, exact("alpha").span) == (0.25, 0.0)


TWO_NAMES = "Here BERT reads text, while GPT writes prose."


@pytest.mark.parametrize(
    "said, note, crossed",
    [
        ("Here BERT reads text, while GPT writes prose.", TWO_NAMES, 0.0),
        ("Here GPT reads text, while BERT writes prose.", TWO_NAMES, 1.0),
        ("Here BERT reads prose, while GPT writes text.", TWO_NAMES, 0.5),
        ("Here GPT reads and sings.", TWO_NAMES, 0.0),  # one word in common says nothing
        ("Here GPT reads text.", TWO_NAMES, 1.0),  # the other name need not be said
        ("Here T5 reads text and writes prose.", TWO_NAMES, 0.0),  # no name in common
        ("alpha beta", LETTERS, 0.0),
        ("Encoders write text, decoders read prose.", "Encoders read prose, decoders write text.", 1.0),
        ("Encoders read prose, decoders write text.", "Encoders read prose, decoders write text.", 0.0),
    ],
)
def test_the_share_of_words_that_go_with_another_name_is_crossed(said, note, crossed):
    assert exact(said, note).crossed == crossed


@pytest.mark.parametrize(
    "said, note, replaced",
    [
        ("alpha Nesterov beta", "alpha gamma beta", 1),
        ("alpha Nesterov beta", "alpha gamma delta beta", 1),
        ("alpha Nesterov beta", "alpha gamma delta epsilon beta", 0),  # too far apart
        ("alpha Nesterov beta", "alpha beta", 0),  # nothing stands between them
        ("gamma, alpha Nesterov beta", "alpha gamma beta", 0),  # what stands there is said, too
        ("alpha Nesterov", "alpha gamma beta", 0),  # nothing follows
        ("alpha nesterov beta", "alpha gamma beta", 0),  # no name
        ("alpha enabled beta", "alpha gamma beta", 1),  # it has an opposite
        ("Adam2 beta gamma", "momentum beta gamma", 1),  # at the beginning of both
        ("Adam2 beta gamma", "momentum alpha beta gamma", 1),
        ("Adam2 beta gamma", "momentum alpha delta beta gamma", 0),
        ("Adam2 beta, momentum", "momentum beta gamma", 0),
        ("beta gamma", "Adam2 beta gamma", 1),  # the subject is not said
        ("gamma", "Adam2 beta gamma", 0),
    ],
)
def test_a_telling_word_in_the_place_of_another_is_counted(said, note, replaced):
    assert exact(said, note).replaced == replaced


@pytest.mark.parametrize(
    "said, differing",
    [
        ("alpha keeps 3 values daily", 1),
        ("alpha keeps 2 values daily", 0),
        ("kappa 3 values lambda", 0),  # one word in common around them
        ("kappa keeps 3 values", 1),  # two
    ],
)
def test_numbers_amid_two_words_in_common_are_numbers_of_the_same(said, differing):
    assert exact(said, "alpha keeps 2 values daily").differing == differing


@pytest.mark.parametrize(
    "said, swapped",
    [
        ("alpha than beta", 0),
        ("beta than alpha", 1),
        ("beta than gamma", 0),
        ("gamma than alpha", 0),
        ("beta becomes alpha", 0),  # another word
    ],
)
def test_both_sides_of_the_same_word_must_have_changed_places(said, swapped):
    assert exact(said, "alpha than beta").swapped == swapped


def test_a_number_differs_from_nothing_where_the_note_has_none():
    assert exact("alpha keeps 3 values daily", "alpha keeps values daily").differing == 0


def test_a_turned_comparison_takes_one_flip_back_and_leaves_the_others():
    note = "alpha is enabled, gamma is better, Adam converges faster at first than SGD."
    seen = exact("alpha is disabled, gamma is worse, SGD converges slower at first than Adam.", note)
    assert (seen.swapped, seen.flips) == (0, 2)


def test_a_word_with_two_opposites_is_turned_around_once():
    assert exact("alpha enabled beta", "alpha disabled beta, alpha prevented beta").flips == 1


@pytest.mark.parametrize("said, opposes", [("GPT reads text", True), ("GPT writes text", False)])
def test_what_goes_with_another_name_opposes_from_more_than_half_of_the_words_on(said, opposes):
    seen = exact(f"Here {said}.", TWO_NAMES)
    assert seen.crossed == (1.0 if opposes else 0.5) and seen.opposes is opposes
    assert (seen.flips, seen.swapped, seen.differing) == (0, 0, 0)
