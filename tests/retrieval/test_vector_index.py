"""The index of vectors: exact while small, lists beyond; renewed without training; the same rows either way."""

import numpy as np
import pytest

from assistant.lab.bench.synthetic import Corpus
from assistant.retrieval.index import vector_index as module
from assistant.retrieval.index.vector_index import NEW, build_vector_index, read_vector_index, write_vector_index

COUNT = 3000


@pytest.fixture
def small_limit(monkeypatch):
    """Lists from 1,000 vectors on, so that tests are quick."""
    monkeypatch.setattr(module, "EXACT_MOST", 1000)


@pytest.fixture
def corpus():
    return Corpus(COUNT)


def vectors_of(corpus, count=COUNT):
    vectors = np.empty((count, 384), dtype=np.float32)
    corpus.fill(vectors)
    return vectors


def true_rows(vectors, query, count=10):
    return np.argsort(-(vectors @ query))[:count].tolist()


def recall(nearest, vectors, queries):
    found = [{row for row, _ in nearest.search(query, 10)} for query in queries]
    return np.mean(
        [len(rows & set(true_rows(vectors, query))) / 10 for rows, query in zip(found, queries, strict=True)]
    )


def test_few_vectors_are_all_compared(corpus):
    vectors = vectors_of(corpus, 900)
    nearest = build_vector_index(vectors)
    query = corpus.questions(vectors, 1)[0]
    assert (nearest.details is None) and len(nearest) == 900
    assert [row for row, _ in nearest.search(query, 10)] == true_rows(vectors, query)
    assert nearest.vector(7).tolist() == vectors[7].tolist()


def test_many_vectors_are_held_in_lists_and_hardly_a_neighbour_is_missed(small_limit, corpus):
    vectors = vectors_of(corpus)
    nearest = build_vector_index(vectors)
    assert nearest.details is not None and len(nearest) == COUNT
    assert recall(nearest, vectors, corpus.questions(vectors, 50)) >= 0.97
    assert np.abs(nearest.vector(7) - vectors[7]).max() < 0.001
    scores = nearest.search(vectors[7], 5)
    assert scores[0] == (7, pytest.approx(1.0, abs=0.001))
    assert scores == sorted(scores, key=lambda hit: -hit[1])


@pytest.mark.parametrize("limit", [1000, 10_000], ids=["lists", "exact"])
def test_a_renewed_index_holds_what_was_kept_and_what_is_new_in_its_new_order(limit, corpus, monkeypatch):
    monkeypatch.setattr(module, "EXACT_MOST", limit)
    vectors, fresh = vectors_of(corpus), corpus.notes(2)
    old = build_vector_index(vectors)
    before = old.search(fresh[0], 10)
    origins = np.arange(COUNT)[::-1].copy()
    origins[[3, 500, *range(1000, 1014)]] = NEW  # sixteen rows go, sixteen come
    new = old.renewed(origins, fresh)
    wanted = np.where((origins == NEW)[:, None], 0, vectors[origins])
    wanted[origins == NEW] = fresh
    assert len(new) == COUNT and (new.details is None) == (old.details is None)
    assert max(np.abs(new.vector(row) - wanted[row]).max() for row in (0, 3, 4, 500, 1001, COUNT - 1)) < 0.01
    assert new.search(fresh[1], 1)[0][0] == 500
    assert recall(new, wanted, corpus.questions(wanted, 50)) >= 0.97
    assert old.search(fresh[0], 10) == before, "readers of the old index must not notice"


def test_renewing_lists_does_not_train_and_leaves_the_other_bytes_alone(small_limit, corpus, monkeypatch):
    vectors = vectors_of(corpus)
    old = build_vector_index(vectors)
    monkeypatch.setattr(module, "build_vector_index", lambda vectors: pytest.fail("trained again"))
    origins = np.append(np.arange(COUNT), [NEW] * 8)
    new = old.renewed(origins, corpus.notes(1))
    assert len(new) == COUNT + 8
    assert all((new.vector(row) == old.vector(row)).all() for row in range(0, COUNT, 100))


@pytest.mark.parametrize("kept, exact", [(300, True), (700, False)])
def test_a_shrunken_index_becomes_exact_but_not_at_the_very_limit(small_limit, corpus, kept, exact):
    shrunken = build_vector_index(vectors_of(corpus, 2000)).renewed(
        np.arange(kept), np.empty((0, 384), dtype=np.float32)
    )
    assert len(shrunken) == kept
    assert (shrunken.details is None) == exact


def test_a_grown_index_is_trained_again(small_limit, corpus):
    old = build_vector_index(vectors_of(corpus, 1001))
    new = old.renewed(np.append(np.arange(1001), [NEW] * 8000), corpus.notes(1000))
    assert new.vectors.nlist > 2 * old.vectors.nlist
    assert len(new) == 9001


@pytest.mark.parametrize("count", [10, 1500])
def test_a_written_index_is_read_as_it_was(small_limit, corpus, tmp_path, count):
    vectors = vectors_of(corpus, count)
    nearest = build_vector_index(vectors)
    write_vector_index(nearest, tmp_path)
    again = read_vector_index(tmp_path)
    query = corpus.questions(vectors, 1)[0]
    assert again.search(query, 10) == nearest.search(query, 10)
    assert again.kind == nearest.kind
    assert (again.vector(3) == nearest.vector(3)).all()


def test_nothing_is_found_in_nothing():
    assert build_vector_index(np.empty((0, 384), dtype=np.float32)).search(np.ones(384, dtype=np.float32), 3) == []
