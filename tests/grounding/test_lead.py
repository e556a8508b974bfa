"""The lead reads as an answer: whole sentences from the beginning of the best sections, each with its source."""

from itertools import pairwise

import numpy as np
import pytest
from fakes import WordEmbedder, hit

from assistant.core.markdown import sentences
from assistant.core.records import LeadSentence
from assistant.grounding.lead import MOST_SENTENCES, WEIGHTS, Weights, choose_lead, lead_text

EMBED = WordEmbedder().embed

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
    return [(sentence.text, sentence.source) for sentence in choose_lead(question, hits, EMBED, most)]


def test_a_definition_is_the_opening_of_the_section_and_what_follows_it():
    section = hit("Dropout is a method that zeroes units. Dropout rates are 0.1 to 0.5. Bananas are yellow today.")
    assert lead("What is dropout?", section, most=2) == [
        ("Dropout is a method that zeroes units.", 1),
        ("Dropout rates are 0.1 to 0.5.", 1),
    ]


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
    assert lead("how freeze layers in pytorch", STEPS, most=1) == []
    assert lead("how freeze layers in pytorch", STEPS, most=2) == [(announcement, 1), (steps, 1)]


def test_a_comparison_shows_its_table_whole():
    found = [text for text, _ in lead("LSTM vs GRU gates and states", TABLE)]
    assert found[0] == "LSTM and GRU differ in gates and states."
    assert "| Gates | 3 | 2 |\n| States | 2 | 1 |" in found[1]


def test_a_comparison_of_two_sections_has_both_sides():
    adam = hit("Adam adapts the rate of each weight. Adam needs little tuning. Adam keeps two moments.", 1)
    sgd = hit("SGD uses one rate for all weights. SGD generalizes well.", 2)
    assert lead("Adam or SGD rate", adam, sgd, most=2) == [
        ("Adam adapts the rate of each weight.", 1),
        ("SGD uses one rate for all weights.", 2),
    ]


def test_an_amount_is_found_inside_its_section():
    section = hit(
        "Good rates depend on the optimizer. A good default rate for Adam is 0.001. Bananas are yellow today."
    )
    assert lead("default rate for Adam", section, most=2) == [
        ("Good rates depend on the optimizer.", 1),
        ("A good default rate for Adam is 0.001.", 1),
    ]


def test_trouble_is_answered_with_its_cause_and_its_repair():
    section = hit(
        "NaN loss comes from exploding gradients. It is mended by gradient clipping at norm 1.0. "
        "Bananas are yellow today."
    )
    assert lead("loss is nan", section, most=2) == [
        ("NaN loss comes from exploding gradients.", 1),
        ("It is mended by gradient clipping at norm 1.0.", 1),
    ]


def test_a_section_is_quoted_from_its_beginning():
    first = hit("Gradient noise grows in small batches. The rate must then fall. Learning rate decay helps Adam.", 1)
    found = [text for text, _ in lead("learning rate decay Adam", first, most=2)]
    assert found[0] == "Gradient noise grows in small batches."


def test_a_sentence_that_points_back_never_comes_without_the_one_before():
    section = hit("Adam adapts rates. Momentum smooths noisy steps. It keeps a running mean of gradients.")
    pair = [("Momentum smooths noisy steps.", 1), ("It keeps a running mean of gradients.", 1)]
    assert lead("running mean of gradients", section, most=3) == pair
    assert lead("running mean of gradients", section, most=1) == pair[:1]


def test_a_section_about_something_else_is_left_out():
    good = hit("Dropout zeroes random units. Dropout helps to generalize.", 1, heading="Dropout", score=0.8)
    poor = hit("Bananas are yellow fruit mostly.", 2, heading="Fruit", score=0.4)
    assert lead("dropout units", good, poor) == [
        ("Dropout zeroes random units.", 1),
        ("Dropout helps to generalize.", 1),
    ]


def test_no_sentence_is_repeated_and_none_is_cut_or_invented():
    first = hit("Dropout zeroes random units. Dropout helps to generalize well.", 1)
    second = hit("Dropout zeroes random units. Weight decay shrinks large weights.", 2)
    assert lead("dropout units", first, second) == [(text, 1) for text in sentences(first.passage.text)]


def test_at_most_the_given_number_of_sentences_is_chosen():
    texts = [f"Word{at} alpha{at} beta{at} gamma{at} ends." for at in range(9)]
    assert lead("alpha3 beta5", hit(" ".join(texts))) == [(text, 1) for text in texts[:5]]
    assert lead("alpha3 beta5", hit(" ".join(texts)), most=2) == [(text, 1) for text in texts[:2]]


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
    chosen = choose_lead("how freeze layers in pytorch", [STEPS, other], EMBED)
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


def chosen(cosines, first, second, most=2, question="zzz", weights=WEIGHTS):
    return [
        sentence.text.split()[0]
        for sentence in choose_lead(question, [first, second], embed_as(cosines), most, weights)
    ]


def section(*names, rank=1, heading="Heading", score=0.5, words="stand on a shelf"):
    return hit(" ".join(f"{name} {words}." for name in names), rank, heading=heading, score=score)


@pytest.mark.parametrize(
    "second, expected",
    [
        (0.50, ["Apples", "Cherries"]),  # 0.4 * 0.5 - 0.1 + 0.1, less than 0.228
        (0.55, ["Apples", "Cherries"]),  # 0.22
        (0.60, ["Apples", "Berries"]),  # 0.24
    ],
)
def test_the_next_sentence_of_a_section_competes_with_the_first_of_another(second, expected):
    """The other section lacks 0.06 for its rank, so its first is worth 0.4 * 0.5 + 0.1 - 1.2 * 0.06 = 0.228."""
    cosines = {"Apples": 0.5, "Berries": second, "Cherries": 0.5}
    assert chosen(cosines, section("Apples", "Berries"), section("Cherries", rank=2)) == expected


@pytest.mark.parametrize(
    "question, expected",
    [
        ("zzz", ["Apples", "Cherries"]),
        ("zzz shelf", ["Apples", "Berries"]),  # Cherries hold none of its words: behind by 0.4 / 2, less by 0.1 / 2
    ],
)
def test_words_of_the_question_lift_a_section_and_a_sentence(question, expected):
    cosines = {"Apples": 0.5, "Berries": 0.5, "Cherries": 0.5}
    first, second = section("Apples", "Berries"), section("Cherries", rank=2, words="hang in a tree")
    assert chosen(cosines, first, second, question=question) == expected


@pytest.mark.parametrize(
    "heading, first",
    [(0.10, "Apples"), (0.13, "Berries")],  # 0.5 * 0.12 makes up for the rank
)
def test_a_heading_near_to_the_question_lifts_its_section_by_half_its_cosine(heading, first):
    cosines = {"Apples": 0.5, "Berries": 0.5, "Near": heading}
    assert chosen(cosines, section("Apples"), section("Berries", rank=2, heading="Near to it"))[0] == first


@pytest.mark.parametrize("score, expected", [(0.07, ["Apples", "Berries"]), (0.05, ["Apples"])])
def test_a_section_that_lacks_more_than_half_a_point_to_the_strongest_is_left_out(score, expected):
    """It lacks 0.06 for its rank, and what its score lacks to 0.5."""
    assert chosen({}, section("Apples"), section("Berries", rank=2, score=score)) == expected


@pytest.mark.parametrize("cosine, expected", [(0.81, ["Apples"]), (0.79, ["Apples", "Berries"])])
def test_a_sentence_too_like_one_already_taken_is_passed_over(cosine, expected):
    def embed(texts):
        return np.array(
            [(0.0, 0.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (cosine, (1 - cosine**2) ** 0.5, 0.0)], np.float32
        )

    found = choose_lead("zzz", [section("Apples", "Berries")], embed)
    assert [sentence.text.split()[0] for sentence in found] == expected


def test_the_weights_can_be_given():
    """Without worth for standing beside a chosen sentence, the other section's first comes before the next one."""
    cosines = {"Apples": 0.5, "Berries": 0.65, "Cherries": 0.5}
    sections = section("Apples", "Berries"), section("Cherries", rank=2)
    assert chosen(cosines, *sections, weights=Weights(joined=0.0)) == ["Apples", "Cherries"]


@pytest.mark.parametrize(
    "third, expected",
    [
        (0.1, ["Apples", "Cherries", "Dates"]),  # 0.4 * 0.1 - 0.2 + 0.1, more than -0.092
        (0.0, ["Apples", "Dates", "Elderberries"]),  # -0.1
    ],
)
def test_a_sentence_before_one_that_is_chosen_joins_it_as_one_behind_does(third, expected):
    """The fourth is chosen second; then the third competes with the other section: 0.4 * 0.3 + 0.1 - 1.2 * 0.26."""
    cosines = {"Apples": 0.5, "Berries": -0.5, "Cherries": third, "Dates": 1.0, "Elderberries": 0.3}
    sections = section("Apples", "Berries", "Cherries", "Dates"), section("Elderberries", rank=2)
    assert chosen(cosines, *sections, most=3) == expected
