"""Spelling and names on long messages, which take no time that grows with the square, and on the shipped notes."""

import time

import pytest
from shipped import KNOWLEDGE
from vocabularies import SMALL, vocabulary_of

from assistant.lab.questions.book import read_book, read_uncovered
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.notes.library import read_library
from assistant.understanding.spelling import Speller
from assistant.understanding.unknown_names import unknown_names

SECONDS = 1.0  # of processor time; each takes some hundredths
LONG = {
    "one word": "a" * 20_000,
    "known words": "rate " * 4_000,
    "unknown words": "zorbq " * 3_300,
    "unknown words that differ": " ".join(f"zorb{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}qu" for at in range(2_500)),
    "glued words": " ".join(f"learningratio{chr(97 + at) * 4}" for at in range(12)),
    "lines": "\n" * 20_000,
    "lines and marks": ("\n" * 50 + "%") * 400,
    "tabs": "\t" * 20_000,
    "spaces": " " * 20_000 + "x",
    "ticks": "`a" * 10_000,
    "dots": "a." * 10_000,
    "hyphens": "a-" * 10_000,
    "apostrophes": "a'" * 10_000,
    "commas in a number": "1," * 10_000,
    "versions": "GPT-9 " * 3_300,
    "capitals": "Abcde " * 3_300,
    "calls": "a.b(c " * 3_300,
    "files": "\n File" * 3_300,
}


@pytest.mark.parametrize("message", LONG)
def test_a_long_message_is_read_at_once(message):
    vocabulary = vocabulary_of(*SMALL)
    speller = Speller.of(vocabulary)
    speller.correct("lerning")  # makes the look-up of English
    began = time.process_time()
    speller.correct(LONG[message])
    unknown_names(LONG[message], vocabulary, speller)
    assert time.process_time() - began < SECONDS


@pytest.mark.slow
def test_of_the_question_book_nearly_nothing_is_changed_or_called_unknown_and_made_up_names_are_told():
    vocabulary = Vocabulary.of(read_library(KNOWLEDGE).passages)
    speller = Speller.of(vocabulary)
    asked = [row.question for row in read_book()[::31]]
    assert sum(bool(speller.correct(question).changes) for question in asked) <= 0.01 * len(asked)
    assert sum(bool(unknown_names(question, vocabulary, speller)) for question in asked) <= 0.03 * len(asked)
    for kind, least in (("unknown-name", 0.9), ("unknown-phrase", 0.85)):
        made_up = [row.question for row in read_uncovered() if row.kind == kind]
        told = sum(bool(unknown_names(question, vocabulary, speller)) for question in made_up)
        assert told >= least * len(made_up)
