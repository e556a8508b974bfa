"""A question finds the passages that share its meaning or its words, and knows when there are none."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import COVERAGE, WordEmbedder, retriever_of, write_notes

from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.lexical_index import LexicalIndex
from assistant.retrieval.index.passage_index import build
from assistant.retrieval.notes.library import read_library
from assistant.retrieval.query.coverage import Evidence, Words, shipped_model
from assistant.retrieval.retriever import best_rows, fuse, relevance


def catalog_of(folder) -> Catalog:
    index = build(read_library(folder), WordEmbedder())
    return Catalog(index, LexicalIndex.of(index.passages))


@pytest.fixture
def retriever():
    return retriever_of(WordEmbedder())


def test_the_passage_with_the_words_of_the_question_comes_first(knowledge, retriever):
    found = retriever.find(catalog_of(knowledge), "Dropout sets random units to zero during training")
    assert [hit.rank for hit in found.hits] == [1, 2, 3]
    assert found.hits[0].passage.heading == "What is dropout?"
    assert found.covered and 0.5 < found.confidence <= 1
    assert found.question == found.query


def test_a_question_without_a_shared_word_is_not_covered(knowledge, retriever):
    found = retriever.find(catalog_of(knowledge), "Best pizza in Naples")
    assert not found.covered and found.confidence < 0.5
    assert all(hit.score < 0.1 for hit in found.hits)


@pytest.mark.parametrize("count", [1, 2, 50])
def test_as_many_passages_come_back_as_asked_for_and_there_are(knowledge, retriever, count):
    assert len(retriever.find(catalog_of(knowledge), "dropout adam", count=count).hits) == min(count, 3)


def test_a_passage_that_repeats_a_better_one_is_left_out(tmp_path, retriever):
    text = "# Momentum\n\nMomentum averages gradients over past steps."
    folder = write_notes(tmp_path, a=text, b=text, c="# Other\n\nMomentum differs.")
    found = retriever.find(catalog_of(folder), "momentum gradients")
    assert [hit.passage.note for hit in found.hits] == ["a.md", "c.md"]


def test_exact_words_lift_a_passage_that_the_vectors_blur():
    assert fuse({0: 0.50, 1: 0.45}, np.array([0.0, 0.0], dtype=np.float32)) == [0, 1]
    assert fuse({0: 0.50, 1: 0.45}, np.array([0.0, 9.0], dtype=np.float32)) == [1, 0]


def test_equal_passages_keep_the_order_of_the_notes():
    assert fuse({2: 0.5, 1: 0.5, 0: 0.5}, np.zeros(3, dtype=np.float32)) == [0, 1, 2]


def test_a_rare_word_is_found_beyond_the_candidates_of_the_vectors(tmp_path, retriever, monkeypatch):
    monkeypatch.setattr("assistant.retrieval.retriever.CANDIDATES", 2)
    notes = {f"n{at}": f"# Note {at}\n\nloss loss loss loss" for at in range(5)}
    rare = "loss " + " ".join(f"word{at}" for at in range(60)) + " cudaErrorLaunch"
    folder = write_notes(tmp_path, **notes, rare=f"# Rare\n\n{rare}")
    found = retriever.find(catalog_of(folder), "loss cudaErrorLaunch")
    assert "rare.md" in [hit.passage.note for hit in found.hits]


def test_no_notes_find_nothing_and_cover_nothing(tmp_path, retriever):
    found = retriever.find(catalog_of(write_notes(tmp_path)), "dropout")
    assert (found.hits, found.covered, found.confidence) == ((), False, 0.0)


@pytest.mark.parametrize("question", ["?", "the of and", "数学", "a" * 2000, "🙂"])
def test_odd_questions_are_answered_like_any_other(knowledge, retriever, question):
    found = retriever.find(catalog_of(knowledge), question)
    assert not found.covered and found.confidence < 0.1
    assert [hit.score for hit in found.hits] == pytest.approx([relevance(0.0, float("nan"))] * 3)


NAMED = "---\ntitle: Striped optimizers\ntopics: [Zebra, zebra descent]\n---\n\n## Use\n\nStripes steer every step.\n"


@pytest.mark.parametrize(
    "question, covered",
    [
        ("What is Zebra?", True),
        ("zebra descent", True),
        ("explain striped optimizers", True),
        ("What is Zebra milk?", False),
        ("What?", False),
    ],
)
def test_a_question_for_nothing_but_a_subject_of_the_notes_is_covered(tmp_path, retriever, question, covered):
    found = retriever.find(catalog_of(write_notes(tmp_path, striped=NAMED)), question)
    assert found.covered == covered


def test_confidence_rises_with_what_speaks_for_the_notes_and_falls_with_what_speaks_against():
    confidence = shipped_model().confidence
    base = Evidence(best=0.4, near=0.3, contrast=0.3, lexical=5.0, shared=0.5, unknown=0.3)
    for better in (
        replace(base, best=0.5),
        replace(base, near=0.4),
        replace(base, lexical=9),
        replace(base, contrast=0),
        replace(base, shared=0.9),
        replace(base, unknown=0),
    ):
        assert confidence(better) > confidence(base)
    for extreme in (Evidence(-1, -1, 1, 0, 0, 1), Evidence(1, 1, -1, 1e6, 1, 0)):
        assert 0 <= confidence(extreme) <= 1
    assert not shipped_model().covers(confidence(Evidence(0.1, 0.1, 0.5, 0, 0, 1)))
    assert shipped_model().covers(confidence(Evidence(0.8, 0.6, 0.1, 10, 1, 0)))


FREQUENCY, RARITY = {"adam": 3, "rare": 1, "typo": 0}, {"adam": 0.2, "rare": 0.8, "typo": 1.0}


def test_a_question_shares_the_weight_of_its_words_that_stand_near():
    words = Words.of(["adam", "rare", "typo"], ["adam", "x"], FREQUENCY.__getitem__, RARITY.__getitem__)
    assert (words.shared, words.unknown) == pytest.approx((0.2 / 2.0, 1 / 3))
    assert Words.of([], ["adam"], FREQUENCY.__getitem__, RARITY.__getitem__) == Words(0.0, 1.0)


def test_evidence_is_the_best_and_the_mean_cosine_the_nearest_foreign_question_and_the_best_bm25_score():
    cosines = np.arange(1.0, 0.0, -0.05, dtype=np.float32)
    words = Words(0.25, 0.5)
    found = Evidence.of(cosines, np.array([-0.2, 0.3], dtype=np.float32), np.array([0.0, 7.0], dtype=np.float32), words)
    assert (found.best, found.contrast, found.lexical) == pytest.approx((1.0, 0.3, 7.0))
    assert found.near == pytest.approx(cosines[:10].mean())
    assert (found.shared, found.unknown) == (0.25, 0.5)


@pytest.mark.parametrize(
    "passages, query, scored",
    [
        (["Overfitting models"], "overfit a model", [True]),
        (["Adam", "SGD"], "sgd", [False, True]),
        (["Adam"], "unknown words", [False]),
        (["the of"], "the", [False]),
    ],
)
def test_bm25_scores_stems_and_ignores_stop_words(tmp_path, passages, query, scored):
    folder = write_notes(tmp_path, **{f"n{at}": f"---\ntitle: '.'\n---\n{text}" for at, text in enumerate(passages)})
    index = build(read_library(folder), WordEmbedder())
    assert (LexicalIndex.of(index.passages).scores(query) > 0).tolist() == scored


def test_words_of_a_question_are_looked_for_in_the_three_nearest_passages(tmp_path, retriever):
    """Each of four notes holds one of the four words, all equally rare."""
    words = ("zebra", "quagga", "okapi", "tapir")
    notes = {word: f"---\ntitle: {word}\n---\n\n{word} {word} grazes" for word in words}
    seen = retriever.evidence(catalog_of(write_notes(tmp_path, **notes)), " ".join(words))
    assert (seen.shared, seen.unknown) == (pytest.approx(0.75), 0.0)


def test_the_evidence_of_a_question_with_an_abbreviation_is_that_of_its_meaning(tmp_path, retriever):
    folder = write_notes(tmp_path, rate="---\ntitle: Rate\n---\n\nlearning rate")
    assert retriever.evidence(catalog_of(folder), "lr").best > 0.5


def test_confidence_has_four_digits(knowledge, retriever):
    catalog, question = catalog_of(knowledge), "Dropout sets random units in Naples"
    exact = COVERAGE.confidence(retriever.evidence(catalog, question))
    assert retriever.find(catalog, question).confidence == round(exact, 4) != round(exact, 3)


def test_the_best_rows_have_a_score_and_equal_ones_keep_their_order():
    scores = np.array([0, 2, 0, 1, 2, 3], dtype=np.float32)
    assert best_rows(scores, 9) == [5, 1, 4, 3]
    assert best_rows(scores, 4) == [5, 1, 4, 3]
    assert best_rows(scores, 1) == [5]
    assert best_rows(np.zeros(3, dtype=np.float32), 2) == []


def test_bm25_counts_a_tenth_of_its_share_of_the_best_score():
    assert fuse({0: 0.50, 1: 0.44}, np.array([0.0, 4.0, 8.0], dtype=np.float32)) == [0, 1]
    assert fuse({0: 0.50, 1: 0.46}, np.array([0.0, 4.0, 8.0], dtype=np.float32)) == [1, 0]
