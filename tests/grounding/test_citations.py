"""A generated sentence gets the number of the passage that supports it, or none; what cannot be true gets none."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fakes import WordEmbedder, hit

from assistant.core.records import CheckedSentence, Hit
from assistant.grounding import citations as citations_module
from assistant.grounding.answer_checker import AnswerChecker, within
from assistant.grounding.citations import Citations
from assistant.grounding.support_model import MODEL, SupportModel
from assistant.grounding.units import cut
from assistant.grounding.wording import wording_of

DROPOUT = hit("Dropout sets random units to zero during training. Dropout is disabled at test time.", 1, "Dropout")
TABLE = "| method | memory |\n|---|---|\n| Adam | 2 values per weight |"
CODE = "```python\nx = torch.relu(x) + 1\n```\n\n$$y = x + F(x)$$"
ADAM = hit(
    f"Adam adapts the step size of each weight from running moments of its gradient.\n\n{TABLE}\n\n{CODE}", 2, "Adam"
)
ORDER_ALONE = SupportModel(-5.0, {"order": 10.0, "flips": -10.0, "differing": -10.0, "numbers": -5.0}, 0.9)


@pytest.fixture
def citations():
    return Citations("What is dropout?", (DROPOUT, ADAM), WordEmbedder().embed, lambda key: 0.5, ORDER_ALONE)


def check(citations, text, **more):
    return citations.check(cut(text)[0], **more)


@pytest.mark.parametrize(
    "text, source",
    [
        ("Dropout sets random units to zero during training.", 1),
        ("1. **Dropout** sets random neurons to `zero` during training.", 1),
        ("Adam adapts each weight's step size from running moments of the gradient.", 2),
        ("With Adam, memory is two values per weight.", 2),
        ("```python\nx = torch.relu(x) + 1\n```", 2),
        ("$$y = x + F(x)$$", 2),
        ("The sky over Amsterdam was painted by Rembrandt.", None),
        ("```python\nx = torch.sigmoid(x) * 2\n```", None),
        ("$$y = x - F(x)$$", None),
    ],
)
def test_the_passage_that_says_it_is_the_source(citations, text, source):
    checked = check(citations, text)
    assert (checked.source, checked.text) == (source, text)
    assert (checked.support >= 0.9) is (source is not None) and not checked.contradicted


@pytest.mark.parametrize(
    "text",
    [
        "Dropout sets random units to zero during testing.",
        "Dropout is enabled at test time.",
        "With Adam, memory is 3 values per weight.",
    ],
)
def test_what_the_notes_say_otherwise_is_marked(citations, text):
    checked = check(citations, text)
    assert checked.source is None and checked.contradicted


@pytest.mark.parametrize(
    "text", ["## Dropout", "What is dropout?", "Sure, here is what dropout is:", "Dropout units", "Yes.", "---"]
)
def test_headings_questions_and_fillers_say_nothing_that_could_be_supported(citations, text):
    assert check(citations, text) == CheckedSentence(text, None, 0.0, gap="")


def test_a_sentence_cut_in_the_middle_is_never_supported(citations):
    text = "Dropout sets random units to zero during training"
    assert check(citations, text + ".").source == 1
    assert check(citations, text, cut_off=True).source is None


def test_without_passages_nothing_is_supported():
    nothing = Citations("?", (), WordEmbedder().embed, lambda key: 0.5, ORDER_ALONE)
    assert check(nothing, "Dropout sets units to zero.").source is None


def test_the_passages_are_embedded_once_for_all_sentences(citations):
    embedder = WordEmbedder()
    several = Citations("?", (DROPOUT, ADAM), embedder.embed, lambda key: 0.5, ORDER_ALONE)
    embedder.embedded.clear()
    for text in ("Dropout sets units to zero.", "Adam adapts steps of weights."):
        check(several, text)
    assert embedder.embedded == ["Dropout sets units to zero.", "Adam adapts steps of weights."]


def test_sentences_that_the_kept_text_does_not_hold_are_forgotten(citations):
    checking = AnswerChecker(lambda: citations)
    checking.wrote("Dropout is off. It helps a lot. And ")
    assert [one.text for one in checking.sentences] == ["Dropout is off.", "It helps a lot."]
    assert [one.text for one in checking.finish("Dropout is off. It ends", cut_off=True)] == ["It ends"]
    assert [one.text for one in checking.sentences] == ["Dropout is off.", "It ends"]


def test_a_failure_to_prepare_is_not_hidden():
    checking = AnswerChecker(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        checking.finish("Text.", cut_off=False)


def test_sentences_stand_in_a_text_as_far_as_it_holds_them():
    one = CheckedSentence("One.", 1, 0.9, gap="")
    assert within("One. Two", [one]) == [one] and within("Other", [one]) == []


def test_the_shipped_model_lets_nothing_that_speaks_against_a_sentence_speak_for_it():
    record = json.loads(MODEL.read_text())
    assert 0.5 < record["threshold"] < 1
    against = {
        "novel",
        "names",
        "numbers",
        "differing",
        "flips",
        "swapped",
        "crossed",
        "replaced",
        "absolutes",
        "span",
        "brevity",
    }
    assert all((weight <= 0) if name in against else (weight >= 0) for name, weight in record["weights"].items())
    assert record["weights"]["order"] > 0 > record["weights"]["flips"]


def embed_as(**vectors):
    """An embedder that gives texts, told apart by their first word, the vectors named by it; others are zero."""
    return lambda texts: np.array([vectors.get(text.split()[0].lower(), (0.0, 0.0)) for text in texts], np.float32)


def compared(passage, text, embed, question="?"):
    return Citations(question, (passage,), embed, lambda key: 0.6, ORDER_ALONE).compare(text)


def test_a_sentence_is_compared_with_each_sentence_and_each_run_of_two_and_three():
    passage = hit("Apples grow here. Berries ripen there. Cherries fall down. Dates stay up.")
    runs = compared(passage, "Apples grow here.", embed_as())
    assert len(runs) == 8  # of nine: the farthest is not looked at
    found = {(one.signs.span, tuple(key for key in one.stretch.keys if key)[:1]) for one in runs}
    first, *_ = compared(hit("Apples grow here. Berries ripen there."), "x", embed_as())
    assert {span for span, _ in found} == {0, 1, 2} and first.signs.span == 0
    assert sorted(
        one.signs.span for one in compared(hit("Apples grow. Berries ripen. Cherries fall."), "x", embed_as())
    ) == [
        0,
        0,
        0,
        1,
        1,
        2,
    ]


def test_between_the_sentences_of_a_run_lies_the_distance_of_four_words():
    runs = compared(hit("Apples grow tall. Berries ripen fast."), "x", embed_as())
    (two,) = [one.stretch.keys for one in runs if one.signs.span == 1]
    assert two == (*wording_of("Apples grow tall.").keys, "", "", "", "", *wording_of("Berries ripen fast.").keys)


def test_the_nearest_stretches_have_the_largest_sum_of_cosine_and_share_of_words():
    """Two of ten words and the same direction are nearer than five of ten words and none."""
    said = "Zero one1 two2 three3 four4 five5 six6 seven7 eight8 nine9"
    passage = hit("Apples hold seven7 eight8.\n\nBerries hold one1 two2 three3 four4 five5.")
    runs = compared(passage, said, embed_as(zero=(1.0, 0.0), apples=(1.0, 0.0)))
    assert [one.signs.cosine for one in runs] == [1.0, 1.0, 0.0]
    assert [one.signs.span for one in runs] == [1, 0, 0]  # both together hold most of its words
    assert runs[1].stretch.keys == wording_of("Apples hold seven7 eight8.").keys


def test_a_run_has_the_direction_of_its_sentences_together_however_far_they_point_apart():
    said = (0.2 / 0.4**0.5, 0.6 / 0.4**0.5)
    runs = compared(
        hit("Apples grow. Berries ripen."), "Zero grows.", embed_as(zero=said, apples=(1.0, 0.0), berries=(-0.8, 0.6))
    )
    (two,) = [one for one in runs if one.signs.span == 1]
    assert two.signs.cosine == pytest.approx(1.0)


def test_title_and_headings_are_taken_for_granted_unless_they_compare():
    passage = replace(hit("Apples grow.", title="Dropout", heading="Momentum › Adam vs SGD").passage)
    (one,) = compared(Hit(1, 0.5, passage), "x", embed_as())
    assert one.stretch.heading == wording_of("dropout momentum").bag


@pytest.mark.parametrize("limit, contradicts", [(0.5, True), (0.5001, False)])
@pytest.mark.parametrize("cosine", [0.5, 1.0])
def test_an_opposite_contradicts_where_words_and_direction_are_near_enough(monkeypatch, limit, contradicts, cosine):
    """Half of the words are shared, and the vectors have this cosine."""
    monkeypatch.setattr(citations_module, "SAME_SUBJECT", limit)
    embed = embed_as(zebras=(cosine, (1 - cosine**2) ** 0.5), the=(1.0, 0.0))
    found = Citations("?", (hit("The zebras are enabled.", title="It"),), embed, lambda key: 0.6, ORDER_ALONE)
    checked = check(found, "Zebras are disabled.")
    assert (checked.source, checked.contradicted) == (None, contradicts)


@pytest.mark.parametrize(
    "text, claims",
    [
        ("- Dropout units are disabled at test time", True),
        ("Dropout sets random units to zero in training", False),  # eight words without an end: a title
        ("Dropout sets random units to zero in training here", True),
        ("Dropout disables.", True),
        ("Disables.", False),
        ("Here is how momentum helps dropout:", True),
        ("Here is momentum, which is dropout:", False),  # one word that the question does not hold
    ],
)
def test_what_could_be_true_or_false_is_a_claim(citations, text, claims):
    assert citations.claims(cut(text)[0]) is claims


@pytest.mark.parametrize("formula, source", [("$$abc=de$$", 1), ("$$abc=d$$", None)])
def test_six_characters_must_be_quoted_to_count(formula, source):
    found = Citations("?", (hit("It says $$abc=de$$ here."),), WordEmbedder().embed, lambda key: 0.5, ORDER_ALONE)
    assert check(found, formula).source == source
    assert check(found, formula, cut_off=True).source is None


@pytest.mark.parametrize("cut_off, source", [(True, None), (False, 1)])
def test_only_the_last_sentence_of_an_answer_can_be_cut_off(citations, cut_off, source):
    said = "Dropout sets the random units to zero during the training"
    checker = AnswerChecker(lambda: citations)
    found = checker.finish(f"{said}. {said}", cut_off=cut_off)
    assert [one.source for one in found] == [1, source]
    assert [one.source for one in AnswerChecker(lambda: citations).finish(f"{said}. {said}.", cut_off=True)] == [1, 1]
