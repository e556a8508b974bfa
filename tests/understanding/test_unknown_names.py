"""What a question names and the notes do not hold is told; descriptions, misspellings and code are no names."""

from dataclasses import replace

import pytest
from vocabularies import SMALL, vocabulary_of

from assistant.understanding.names.named_words import named_words
from assistant.understanding.names.plain_names import PlainNameModel, pair_signs, shipped_plain_names, strange_pairs
from assistant.understanding.spelling import Speller
from assistant.understanding.unknown_names import asks_only_for, unknown_names

TERMS = [f"The {kind} pooling, {kind} attention and {kind} decoding are known." for kind in ("global", "local")]
VOCABULARY = vocabulary_of(*SMALL, *TERMS * 9)
SPELLER = Speller.of(VOCABULARY)


def names_in(question: str) -> tuple[str, ...]:
    return unknown_names(question, VOCABULARY, SPELLER)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("what is KRONIX quantization", ("KRONIX",)),
        ("how does zorbnorm work?", ("zorbnorm",)),
        ("Is Adavortle better than Adam?", ("Adavortle",)),
        ("explain Hessl-Pruvik attention", ("Hessl-Pruvik",)),
        ("What did Tamsin Korrowell write about attention?", ("Tamsin Korrowell",)),
        ("does MoonHarrow-13B fit into memory", ("MoonHarrow-13B",)),
        ("Frobbadam or Zindelprop", ("Frobbadam", "Zindelprop")),
    ],
)
def test_odd_words_are_names(question, names):
    assert names_in(question) == names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("what changed in BERT 7", ("BERT 7",)),
        ("GPT-9 context length", ("GPT-9",)),
        ("is gpt-2 older than gpt-40", ("gpt-40",)),
        ("what is new in YOLOv47?", ("YOLOv47",)),
        ("int13 vs int8", ("int13",)),
        ("install cuda 44", ("cuda 44",)),
        ("BERT-medium-9 tokens", ("BERT-medium-9",)),
    ],
)
def test_versions_that_the_notes_never_give_a_name_are_unknown(question, names):
    assert names_in(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "GPT-2, GPT 4 and gpt-4o",
        "YOLO 8 or yolov11",
        "int8 or int4",
        "CUDA 12 or cuda 13.1",  # the leading number is known
        "BERT 512 tokens",
        "how do I train BERT in 3 epochs",
        "BERT 2018 paper",
        "a 7b model with 4096 tokens",
        "Adam 0.9",
        "training 99% done",
        "layer 3 and step 100",
    ],
)
def test_known_versions_quantities_and_years_are_none(question):
    assert names_in(question) == ()


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("what is teapot pooling", ("teapot pooling",)),
        ("explain ribbon decoding", ("ribbon decoding",)),
        ("how does harvest-moon decoding work", ("harvest-moon decoding",)),
        ("is gravel attention better than flash attention", ("gravel attention",)),
    ],
)
def test_plain_words_before_a_term_that_they_never_stand_before_are_a_name(question, names):
    assert names_in(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "what is global pooling",
        "does pooling help",
        "explain the attention to my boss",
        "three decoding steps",
        "flashattention or flash attention",
    ],
)
def test_known_pairs_and_sentences_name_nothing_unknown(question):
    assert names_in(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        "what is a lerning rate for the optimzer",
        "what is an LSMT",
        "how many wieghts",
        "pls explain wtf an lstm is lol",
        "miscounted and reinstalled",
        "resize 224x224 to 32x32 in 50k steps",
        'Traceback (most recent call last):\n  File "x.py", line 3\nZorbError: frobnicated',
        "why does `zorbnorm(x)` fail",
        "model.zorbnorm_layer(x) gives nan",
        "wie kann ich mein netz schneller trainieren wenn die lernrate nichts hilft ausser warten oder aufgeben",
        "",
    ],
)
def test_misspellings_quantities_and_code_are_no_names(question):
    assert names_in(question) == ()


def test_a_visitors_own_note_makes_a_name_known():
    own = VOCABULARY.beside(vocabulary_of("KRONIX needs teapot pooling. The BERT 7 is ours."))
    for question in ("what is KRONIX", "what is teapot pooling", "what changed in BERT 7"):
        assert names_in(question)
        assert unknown_names(question, own, Speller.of(own)) == ()


def test_without_notes_nothing_is_missed():
    empty = vocabulary_of()
    assert unknown_names("what is KRONIX", empty, Speller.of(empty)) == ()


def test_the_model_decides_which_pairs_are_names():
    never = replace(shipped_plain_names(), threshold=1.1)
    assert unknown_names("what is teapot pooling", VOCABULARY, SPELLER, never) == ()
    assert unknown_names("what is KRONIX", VOCABULARY, SPELLER, never) == ("KRONIX",)


def test_signs_of_a_pair_are_those_that_the_model_weighs():
    words = named_words("Explain my fish-ladder pooling layers")
    (at,) = strange_pairs(words, VOCABULARY)
    signs = pair_signs(words, at, VOCABULARY)
    assert words[at].text == "ladder"
    assert (signs.joined, signs.plural, signs.after_possessive, signs.first_held) == (1.0, 0.0, 0.0, 0.0)
    assert set(shipped_plain_names().weights) == set(signs.__slots__)
    assert isinstance(shipped_plain_names(), PlainNameModel)


@pytest.mark.parametrize(
    ("question", "names", "only"),
    [
        ("what is KRONIX", ("KRONIX",), True),
        ("explain ribbon decoding", ("ribbon decoding",), True),
        ("who invented the KRONIX optimizer, and in which year?", ("KRONIX",), True),
        ("pros and cons of kronix", ("KRONIX",), True),
        ("what are the hyperparameters of Zorb-X 2?", ("Zorb-X 2",), True),
        ("KRONIX vs Zorb", ("KRONIX", "Zorb"), True),
        ("what is KRONIX quantization", ("KRONIX",), False),
        ("Is KRONIX better than Adam?", ("KRONIX",), False),
        ("KRONIXes", ("KRONIX",), False),
        ("what is attention", (), False),
    ],
)
def test_a_question_asks_only_for_a_name_when_it_names_nothing_else(question, names, only):
    assert asks_only_for(question, names) is only


def test_words_say_how_they_follow_and_whether_their_capital_tells_anything():
    words = named_words("Is ViT-B/16 new? Yes, PyTorch has f(x) or a_b it. The Adam")
    assert " ".join(word.text for word in words) == "Is ViT B 16 new Yes PyTorch has or it The Adam"
    assert [word.follows for word in words] == ["", " ", "-", "-", " ", "", "", " ", "", "", "", " "]
    assert [word.text for word in words if word.is_capital] == ["ViT", "B", "PyTorch", "Adam"]
