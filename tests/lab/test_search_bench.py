"""The benchmark of search: every figure is there, and a small run measures the product's own index and store."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from assistant.cli.bench import bench
from assistant.lab.bench.renewal import time_renewal
from assistant.lab.bench.synthetic import NOTE_PASSAGES, Corpus, write_notes
from assistant.retrieval.index import vector_index as nearest
from assistant.retrieval.notes.library import read_library

FIGURES = {"passages", "index", "recall_at_10", "p50_ms", "p95_ms", "exact_p50_ms", "bytes", "build_s", "add_note_s"}


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(nearest, "EXACT_MOST", 1000)


@pytest.mark.slow
def test_each_size_is_measured_with_the_index_that_the_product_chooses(small_limit):
    done = CliRunner().invoke(bench, ["--passages", "200", "--passages", "1600", "--json"])
    assert done.exit_code == 0, done.output
    few, many = json.loads(done.stdout)
    assert set(few) == set(many) == FIGURES | {"others_busy", "shelf"}
    assert (few["index"], few["recall_at_10"]) == ("exact, float32", 1.0)
    assert many["index"].startswith("IVF") and many["recall_at_10"] >= 0.9
    assert all(many[name] > 0 for name in ("p50_ms", "p95_ms", "exact_p50_ms", "build_s", "add_note_s"))


def test_the_table_names_every_size(small_limit):
    done = CliRunner().invoke(bench, ["--passages", "200"])
    assert done.exit_code == 0, done.output
    assert "exact, float32" in done.stdout and "200 passages in notes" in done.stdout


def test_a_changed_note_is_all_that_is_embedded_again():
    made = time_renewal(5)
    assert [(step.what, step.embedded) for step in made.steps] == [("added", 8), ("changed", 8), ("removed", 0)]


def test_made_up_passages_are_unit_vectors_nearer_to_their_note_than_to_others():
    vectors = np.empty((800, 384), dtype=np.float32)
    corpus = Corpus(800)
    corpus.fill(vectors)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ vectors.T
    note = np.arange(800) // NOTE_PASSAGES
    same = (note[:, None] == note[None, :]) & ~np.eye(800, dtype=bool)
    assert cosines[same].mean() > 0.4 > 0.3 > cosines[note[:, None] != note[None, :]].mean()
    questions = corpus.questions(vectors, 20)
    nearest_cosine = (questions @ vectors.T).max(axis=1)
    assert (nearest_cosine < 0.99).all() and nearest_cosine.mean() > 0.5


def test_made_up_notes_have_as_many_passages_as_they_should(tmp_path):
    write_notes(tmp_path, 3)
    assert len(read_library(tmp_path).passages) == 3 * NOTE_PASSAGES
