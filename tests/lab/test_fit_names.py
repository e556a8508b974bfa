"""Pairs of words are learned to be names where the first word of a known one was exchanged."""

from types import SimpleNamespace

from vocabularies import passages_of

from assistant.core.records import Passage
from assistant.lab.evaluation.fit_names import fit_plain_names
from assistant.lab.questions.book import Row, Uncovered
from assistant.retrieval.index.definitions import Definitions
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.understanding.spelling import Speller
from assistant.understanding.unknown_names import unknown_names

KINDS = ("max", "mean", "global", "local", "spatial")


def test_a_model_learned_from_questions_tells_made_up_names_from_known_ones():
    sections = [
        Passage("a.md", "A", f"What is {kind} pooling?", 1, f"Use {kind} pooling, or pooling.") for kind in KINDS
    ]
    passages = [*sections, *passages_of(*["My crazy values and tiny pictures differ; the values are tiny."] * 9)]
    vocabulary = Vocabulary.of(passages)
    catalog = SimpleNamespace(
        vocabulary=vocabulary, definitions=Definitions.of(passages), index=SimpleNamespace(passages=passages)
    )
    asked = [f"what is {kind} pooling" for kind in KINDS] + ["my tiny values differ", "the lazy values are tiny"]
    book = [Row("a.md#", "", "plain", question, (0,)) for question in asked for _ in range(40)]
    made_up = [Uncovered("unknown-phrase", "what is teapot pooling"), Uncovered("other-field", "what is a teapot")]
    model = fit_plain_names(catalog, book, made_up)
    speller = Speller.of(vocabulary)
    assert unknown_names("what is lantern pooling", vocabulary, speller, model) == ("lantern pooling",)
    assert unknown_names("the lazy values are tiny", vocabulary, speller, model) == ()
    assert 0 < model.threshold <= 1
