"""The lead reads as an answer: whole sentences from the beginning of the best sections, each with its source."""

from itertools import pairwise

import numpy as np
import pytest
from fakes import WordEmbedder, hit

from assistant.core.markdown import sentences
from assistant.core.records import LeadSentence
from assistant.grounding.lead import MOST_SENTENCES, Wanted, choose_lead, lead_text
from assistant.grounding.lead_model import LeadModel

EMBED = WordEmbedder().embed
WEIGHTS = {"cosine": 8.0, "section_lack": -9.0, "is_first": 1.0}
# By hand: the weighted sum, minus 5. One unit holds what is above zero of it and one what is below.
MODEL = LeadModel(tuple(WEIGHTS), tuple((w, -w) for w in WEIGHTS.values()), (-5.0, 5.0), (1.0, -1.0), 0.0, 0.5)

STEPS = hit(
    "To freeze layers in PyTorch, follow these steps:\n\n"
    "1. Set `requires_grad = False` on the parameters.\n"
    "2. Give the optimizer the other parameters.\n"
    "3. Call `eval()` on batch normalization.\n\n"
    "Frozen layers need no gradient memory.",
    heading="How do I freeze layers in PyTorch?",
)
TABLE = hit(
    "LSTM and GRU differ in gates and states.\n\n"
    "| | LSTM | GRU |\n|---|---|---|\n| Gates | 3 | 2 |\n| States | 2 | 1 |\n\n"
    "GRU trains a little faster than LSTM.",
    heading="LSTM vs GRU",
)


def lead(question, *hits, most=MOST_SENTENCES):
    return [(sentence.text, sentence.source) for sentence in choose_lead(question, hits, EMBED, Wanted(most), MODEL)]


def test_the_likeliest_sentence_comes_first_wherever_it_stands_in_its_section():
    section = hit("Gradient noise grows in small batches. The rate must fall. Learning rate decay helps Adam.")
    assert lead("learning rate decay Adam", section, most=1) == [("Learning rate decay helps Adam.", 1)]


def test_a_reason_comes_from_the_section_that_gives_it_though_it_was_found_later():
    other = hit("Dropout is a method for networks. Dropout rates are small.", 1, heading="Dropout")
    reason = hit(
        "Dropout prevents overfitting because units cannot rely on neighbors.",
        2,
        heading="Why dropout prevents overfitting",
    )
    assert lead("why does dropout prevent overfitting", other, reason)[0] == (reason.passage.text, 2)


def test_steps_come_as_the_whole_list_behind_the_sentence_that_announces_it():
    found = [text for text, _ in lead("how freeze layers in pytorch", STEPS)]
    assert found[0].endswith("follow these steps:")
    assert found[1].splitlines()[0].startswith("1.") and found[1].splitlines()[2].startswith("3.")


def test_no_list_is_announced_that_does_not_follow():
    announcement, steps, _ = STEPS.passage.text.split("\n\n")
    assert announcement not in [text for text, _ in lead("how freeze layers in pytorch", STEPS, most=1)]
    assert lead("how freeze layers in pytorch", STEPS, most=2) == [(announcement, 1), (steps, 1)]


def test_a_comparison_shows_its_table_whole():
    found = [text for text, _ in lead("LSTM vs GRU gates and states", TABLE)]
    assert found[0] == "LSTM and GRU differ in gates and states."
    assert "| Gates | 3 | 2 |\n| States | 2 | 1 |" in found[1]


def test_a_comparison_of_two_sections_has_both_sides():
    adam = hit("Adam adapts the rate of each weight. Bananas are yellow today.", 1)
    sgd = hit("SGD uses one rate for all weights. Apples are red mostly.", 2)
    assert lead("Adam or SGD rate", adam, sgd, most=2) == [
        ("Adam adapts the rate of each weight.", 1),
        ("SGD uses one rate for all weights.", 2),
    ]


def test_a_sentence_that_points_back_never_comes_without_the_one_before():
    section = hit("Adam adapts rates. Momentum smooths noisy steps. It keeps a running mean of gradients.")
    pair = [("Momentum smooths noisy steps.", 1), ("It keeps a running mean of gradients.", 1)]
    assert lead("running mean of gradients", section, most=3) == pair
    assert lead("running mean of gradients", section, most=1) == pair[:1]


def test_a_sentence_on_something_else_is_left_out_where_two_answer():
    good = hit("Dropout zeroes random units. Dropout units rest in turn.", 1, heading="Dropout", score=0.8)
    poor = hit("Bananas are yellow fruit mostly.", 2, heading="Fruit", score=0.4)
    assert lead("dropout units", good, poor) == [(text, 1) for text in sentences(good.passage.text)]


def test_no_sentence_is_repeated_and_none_is_cut_or_invented():
    first = hit("Dropout zeroes random units. Dropout helps to generalize well.", 1)
    second = hit("Dropout zeroes random units. Weight decay shrinks large weights.", 2)
    assert lead("dropout units", first, second) == [(text, 1) for text in sentences(first.passage.text)]


def test_at_most_the_given_number_of_sentences_is_chosen():
    texts = [f"Word{at} alpha beta gamma ends." for at in range(9)]
    assert len(lead("alpha beta gamma", hit(" ".join(texts)))) == MOST_SENTENCES
    assert len(lead("alpha beta gamma", hit(" ".join(texts)), most=2)) == 2


def test_what_stands_in_the_chat_already_comes_behind_what_is_new():
    cosines = {"Apples": 0.8, "Berries": 0.7, "Cherries": 0.65}
    said = Wanted(most=2, said=frozenset(["Apples stand on a shelf."]))
    found = choose_lead("zzz", [section("Apples", "Berries", "Cherries")], embed_as(cosines), said, MODEL)
    assert [sentence.text.split()[0] for sentence in found] == ["Berries", "Cherries"]


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("ReLU is an activation that clips at zero.", False),
        ("ReLUs are activations of great fame.", False),
        ("GELU is an activation, not a ReLU, and smooth.", True),
        ("Activations without ReLU train slower here.", True),
        ("Tanh is an activation between two ones.", True),
    ],
)
def test_what_the_question_leaves_out_is_not_named_unless_it_is_denied(text, is_kept):
    chosen = choose_lead("activations other than relu", [hit(text)], EMBED, Wanted(excluded=("relu",)), MODEL)
    assert bool(chosen) == is_kept


def test_where_a_list_is_wanted_less_likely_sentences_come_along():
    cosines = {"Apples": 0.9, "Berries": 0.85, "Cherries": 0.8, "Dates": 0.36}  # the last one's logit: -2.1, 11%
    one = [section("Apples", "Berries", "Cherries", "Dates")]
    found = [
        len(choose_lead("zzz", one, embed_as(cosines), Wanted(is_list=is_list), MODEL)) for is_list in (False, True)
    ]
    assert found == [3, 4]


def test_sentences_of_one_source_stay_together_in_the_order_of_the_notes():
    first = hit("Learning rate is a step. Learning rate decays later. Learning rate warms up.", 1)
    second = hit("Learning rate matters most of all. Learning rate is tuned first.", 2)
    ones, twos = sentences(first.passage.text), sentences(second.passage.text)
    assert lead("learning rate", first, second) == [*((text, 1) for text in ones), *((text, 2) for text in twos)]


def test_fragments_code_and_tables_alone_give_no_lead():
    assert lead("x", hit("Too short. No.\n\n```\ncode is no sentence here.\n```\n\n| a b c |\n|---|\n| e f g. |")) == []
    assert lead("x") == []


def test_formulas_links_and_marks_come_out_as_markdown():
    text = "The rate $1-p$ keeps **half** the [units](http://x.y)."
    assert lead("rate", hit(text)) == [(text, 1)]


def test_a_new_source_and_a_block_begin_a_paragraph():
    other = hit("Freeze layers in PyTorch to save memory.", 2, heading="Why freeze layers?")
    chosen = choose_lead("how freeze layers in pytorch", [STEPS, other], EMBED, model=MODEL)
    assert chosen[0].gap == "" and {sentence.source for sentence in chosen} == {1, 2}
    for before, after in pairwise(chosen):
        assert after.gap == ("\n\n" if before.source != after.source or "1. " in before.text + after.text else " ")


@pytest.mark.parametrize(
    "block", ["```\nx = 1\n```", "- x\n  ```\n  x = 1\n  ```", "| a |\n|---|\n| 1 |", "$$\nx^2\n$$"]
)
def test_the_mark_of_a_source_stands_behind_its_last_sentence_and_never_in_code_tables_or_formulas(block):
    chosen = (
        LeadSentence("One.", 2, ""),
        LeadSentence("Two.", 2, " "),
        LeadSentence(block, 2, "\n\n"),
        LeadSentence("Three.", 1, "\n\n"),
    )
    assert lead_text(chosen, lambda source: f" [{source}]") == f"One. Two. [2]\n\n{block}\n\nThree. [1]"


def test_every_text_is_written_as_the_caller_wants_but_not_the_marks():
    chosen = (LeadSentence("one", 1, ""), LeadSentence("- two", 1, "\n\n"))
    assert lead_text(chosen, lambda source: " <m>", str.upper) == "ONE\n\n- TWO <m>"
    assert lead_text(()) == ""


def embed_as(cosines):
    """The first text is the question; a text that begins with a name has its cosine, and nothing else in common."""

    def embed(texts):
        vectors = np.zeros((len(texts), 1 + len(texts)), np.float32)
        vectors[0, 0] = 1.0
        for row, text in enumerate(texts[1:], start=1):
            cosine = cosines.get(text.split()[0], 0.0)
            vectors[row, [0, row]] = cosine, (1 - cosine**2) ** 0.5
        return vectors

    return embed


def section(*names, rank=1, heading="Heading", score=0.5, words="stand on a shelf"):
    return hit(" ".join(f"{name} {words}." for name in names), rank, heading=heading, score=score)


@pytest.mark.parametrize(
    ("fourth", "is_quoted"),
    [
        (0.64, True),  # logit 0.12: likelier than not
        (0.42, True),  # logit -1.6, 16%, and more than 0.15 of the likeliest's 88%
        (0.36, False),  # logit -2.1, 11%
    ],
)
def test_after_three_another_is_quoted_if_it_likely_answers_or_is_not_much_less_likely_than_the_first(
    fourth, is_quoted
):
    cosines = {"Apples": 0.75, "Berries": 0.7, "Cherries": 0.68, "Dates": fourth}
    one = [section("Apples", "Berries", "Cherries", "Dates")]
    found = choose_lead("zzz", one, embed_as(cosines), model=MODEL)
    assert [sentence.text.split()[0] for sentence in found] == list(cosines)[: 3 + is_quoted]


@pytest.mark.parametrize(("other", "is_quoted"), [(0.61, True), (0.55, False)])  # logits -0.1, 47%, and -0.6, 35%
def test_another_section_must_be_half_as_likely_as_the_best_sentence(other, is_quoted):
    both = [section("Apples", "Avocados"), section("Berries", rank=2)]
    cosines = {"Apples": 0.75, "Avocados": 0.7, "Berries": other - 0.125}
    found = choose_lead("zzz", both, embed_as(cosines), model=MODEL)
    assert len(found) == 2 + is_quoted


def test_what_this_answer_says_already_is_never_said_again():
    texts = frozenset(["Apples stand on a shelf.", "Berries stand on a shelf."])
    found = choose_lead("zzz", [section("Apples", "Berries")], embed_as({}), Wanted(here=texts), MODEL)
    assert found == ()


def test_a_section_that_lacks_much_to_the_best_gives_nothing_though_its_sentence_is_near():
    cosines = {"Apples": 0.8, "Berries": 0.8, "Cherries": 0.8}
    both = [section("Apples", "Berries"), section("Cherries", rank=2, score=0.1)]
    found = choose_lead("zzz", both, embed_as(cosines), model=MODEL)
    assert [sentence.source for sentence in found] == [1, 1]


def test_a_label_stands_before_its_part_and_on_a_line_of_its_own_before_a_block():
    texts = (LeadSentence("One.", 1, "", "1"), LeadSentence("- a\n- b", 2, "\n\n", "2"))
    assert lead_text(texts) == "**1.** One.\n\n**2.**\n\n- a\n- b"


@pytest.mark.parametrize("cosine, expected", [(0.81, ["Apples"]), (0.79, ["Apples", "Berries"])])
def test_a_sentence_too_like_one_already_taken_is_passed_over(cosine, expected):
    def embed(texts):
        return np.array(
            [(0.0, 0.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (cosine, (1 - cosine**2) ** 0.5, 0.0)], np.float32
        )

    found = choose_lead("zzz", [section("Apples", "Berries")], embed, model=MODEL)
    assert [sentence.text.split()[0] for sentence in found] == expected
