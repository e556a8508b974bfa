"""Abbreviations mean what the notes say; spellings are those of the notes."""

from dataclasses import replace

import pytest
from fakes import write_notes

from assistant.core.records import Passage
from assistant.retrieval.index.abbreviations import Abbreviations, definitions
from assistant.retrieval.notes.library import read_library
from assistant.retrieval.query.spelling import as_in_notes


@pytest.fixture
def passage(tmp_path) -> Passage:
    (note,) = read_library(write_notes(tmp_path, speech="# Speech\n\nA model hears.")).notes
    return note.passages[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Speech is judged by **word error rate** (WER).", [("wer", "word error rate")]),
        ("Use a `long short-term memory` (LSTM) cell.", [("lstm", "long short-term memory")]),
        ("Recurrent neural networks (RNNs) read in order.", [("rnn", "recurrent neural networks")]),
        ("Mean squared error (MSE) and cross-entropy (a loss) differ.", [("mse", "mean squared error")]),
        ("Many papers count multiply-adds (MACs) instead.", []),
        ("Adam (Kingma and Ba) is common, SGD (slower) too.", []),
        ("The model (GPT) is large.", []),
        ("(WER) stands alone.", []),
    ],
)
def test_a_short_form_in_brackets_is_defined_by_the_words_before_it(passage, text, found):
    assert list(definitions(replace(passage, text=text))) == found


def test_the_commonest_meaning_wins_and_a_gone_passage_takes_its_meaning_along(passage):
    texts = ["Masked autoencoder (MAE).", "Mean absolute error (MAE).", "The mean absolute error (MAE) again."]
    passages = [replace(passage, text=text) for text in texts]
    first = Abbreviations.of(passages)
    assert first.spelled_out("mae?") == "mae (mean absolute error)?"
    assert Abbreviations.of(passages[:1], first).spelled_out("mae?") == "mae (masked autoencoder)?"
    assert Abbreviations.of([], first).spelled_out("mae?") == "mae?"


def test_what_ordinary_words_abbreviate_must_be_written_in_capitals(passage):
    known = Abbreviations.of([replace(passage, text="Hindsight experience replay (HER) helps.")])
    for question in ("what should i text her", "Her network diverges", "WHAT DO I TELL HER?"):
        assert known.spelled_out(question) == question
    assert known.spelled_out("what is HER") == "what is HER (hindsight experience replay)"


def test_what_is_spelled_out_already_is_left_alone():
    none = Abbreviations()
    assert none.spelled_out("is my lr too high?") == "is my lr (learning rate) too high?"
    assert none.spelled_out("learning rate (LR) too high") == "learning rate (LR) too high"
    assert none.spelled_out("which hparams?") == "which hparams (hyperparameter)?"


def test_a_visitors_meaning_does_not_take_the_place_of_the_shared_one(passage):
    shared = Abbreviations.of([replace(passage, text="Word error rate (WER).")])
    own = Abbreviations.of([replace(passage, text="Weekly energy report (WER), total water use (TWU).")])
    both = shared.beside(own)
    assert both.spelled_out("WER TWU") == "WER (word error rate) TWU (total water use)"


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("what is Quantisation", "what is quantization"),
        ("optimise", "optimize"),
        ("modelling behaviour", "modelling behavior"),
        ("denoising is supervised", "denoising is supervised"),
        ("how do musicians improvise", "how do musicians improvise"),  # has nothing to do with "improve"
        ("visualise it", "visualise it"),  # neither spelling is in the notes
        ("normalise", "normalise"),  # both are
    ],
)
def test_a_word_that_the_notes_spell_otherwise_is_searched_as_they_spell_it(question, searched):
    held = {"quantiz", "model", "behavior", "denois", "supervis", "normal", "normalis", "improv", "optim"}
    assert as_in_notes(question, lambda stem: int(stem in held)) == searched
