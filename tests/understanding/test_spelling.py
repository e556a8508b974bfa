"""Misspelt words become what was meant; what is right, a name or code stays as it was typed."""

import pytest
from vocabularies import SMALL, vocabulary_of

from assistant.understanding.names.slips import slip_cost
from assistant.understanding.names.typed_words import prose_words
from assistant.understanding.spelling import Correction, Speller


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.of(vocabulary_of(*SMALL))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what is a lerning rate", "what is a learning rate"),
        ("the optimzer in trainng", "the optimizer in training"),
        ("waht hapens to my wieghts", "what happens to my weights"),
        ("Atention to keys", "Attention to keys"),
        ("max poolling, then global poling", "max pooling, then global poling"),  # the second is a word
        ("learningrate too large", "learning rate too large"),
        ("full finetunning", "full fine tuning"),
        ("self-atention", "self-attention"),
        ("trainned modells", "trained models"),  # misspelt, although the stems are known
        ("recurent/recurrent", "recurrent/recurrent"),
        ("why is it beter becuase of momentum", "why is it better because of momentum"),
    ],
)
def test_misspelt_words_are_corrected(speller, typed, meant):
    assert speller.correct(typed).text == meant


def test_what_was_changed_is_told_as_typed_and_as_meant(speller):
    correction = speller.correct("Lerning rate of the optimzer")
    assert correction == Correction(
        "Learning rate of the optimizer", (("Lerning", "Learning"), ("optimzer", "optimizer"))
    )
    assert speller.correct("learning rate") == Correction("learning rate")


@pytest.mark.parametrize(
    "right",
    [
        "does the optimizer take steps",  # other forms of the notes' words
        "a harbor with ferries and croissants",  # English
        "whats wrong, it doesnt learn and i cant see why, gonna stop",
        "I normalise the colour, initialise and optimise",  # British, which has a place of its own
        "teh cat",  # too short to tell
        "is LSMT better than GRU",
        "what does `lerning_rate` do, or lerning.rate or lerning(rate)",
        "call optimzer.step() in trainng.py",
        'Traceback (most recent call last):\n  File "trian.py", line 3, in trainng\nValueError: wieghts is lerning',
        "2024-05-01 12:00:01 lerning wieghts",
        "```\nlerning = optimzer\n```",
        "see https://example.com/lerning",
        "who is Lernig",  # a name: short, or far from every word of the notes
        "the ResNett and DataLoder classes",
        "convnets, attn and lr",  # shorthand
        "miscount, reinstall and unfreeze",
        "wie funktioniert überanpassung",
        "",
        "   ",
        "???",
    ],
)
def test_what_is_right_a_name_or_code_is_left_alone(speller, right):
    assert speller.correct(right) == Correction(right)


def test_what_a_visitors_own_notes_hold_is_never_changed(speller):
    private = vocabulary_of("A lerning is a small bird. The wieghts of lernings are known.")
    own = Speller.of(vocabulary_of(*SMALL).beside(private))
    assert (
        own.correct("a lerning and its wieghts with an optimzer").text == "a lerning and its wieghts with an optimizer"
    )
    assert speller.correct("a lerning").text == "a learning"


def test_what_only_a_visitors_own_notes_hold_is_what_was_meant():
    shared = vocabulary_of(*SMALL)
    assert Speller.of(shared).correct("the crosphine").text == "the crosphine"
    both = shared.beside(vocabulary_of("The crosphene is blue. Each crosphene shines."))
    assert Speller.of(both).correct("the crosphine").text == "the crosphene"


def test_neighbours_decide_between_candidates():
    speller = Speller.of(vocabulary_of(*["an early adoption of phones", "some model adaption is slow"] * 9))
    assert speller.correct("early adxption, model adxption").text == "early adoption, model adaption"


def test_a_text_in_another_language_is_left_alone(speller):
    text = (
        "wie kann ich mein netz schneller lernen lassen wenn die lernrate zu gross ist und nichts hilft ausser warten"
    )
    assert speller.correct(text).changes == ()


def test_without_notes_english_alone_is_corrected():
    assert Speller.of(vocabulary_of()).correct("happend becuase").text == "happened because"


@pytest.mark.parametrize(
    ("likely", "unlikely", "meant"),
    [
        ("recieve", "reteive", "receive"),
        ("traning", "trainkng", "training"),
        ("beter", "bexter", "better"),
        ("definate", "defpnite", "definite"),
        ("learing", "earning", "learning"),
        ("modell", "models", "model"),
    ],
)
def test_usual_slips_cost_less_than_unusual_ones(likely, unlikely, meant):
    assert 0 < slip_cost(likely, meant) < slip_cost(unlikely, meant)
    assert slip_cost(meant, meant) == 0


def test_prose_words_are_found_where_they_stand():
    message = "Why (the) loss/accuracy of my_model, e.g. `x y` at 95%?"
    words = list(prose_words(message))
    assert [word.text for word in words] == ["Why", "the", "loss", "accuracy", "of", "at"]
    assert all(message[word.start : word.end] == word.text for word in words)
