"""A generated sentence gets the number of the passage that supports it, or none; what cannot be true gets none."""

import json

import pytest
from fakes import WordEmbedder, hit

from assistant.core.records import CheckedSentence
from assistant.grounding.answer_checker import AnswerChecker, within
from assistant.grounding.citations import Citations
from assistant.grounding.support_model import MODEL, SupportModel
from assistant.grounding.units import cut

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
