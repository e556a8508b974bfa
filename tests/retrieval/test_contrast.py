"""The vectors of the off-topic questions are shipped; where they cannot be used they are made again."""

import hashlib

import numpy as np
import pytest
from fakes import WordEmbedder

from assistant.core.errors import IndexingError
from assistant.retrieval.query import contrast
from assistant.retrieval.query.contrast import load_contrast, write_contrast

QUESTIONS = ["Who won?", "Best pizza?"]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Where the vectors of two questions would be."""
    (tmp_path / "questions.txt").write_text("# a remark\n\nWho won?\n  Best pizza?  \n")
    monkeypatch.setattr(contrast, "QUESTIONS", tmp_path / "questions.txt")
    monkeypatch.setattr(contrast, "SHIPPED", tmp_path / "vectors.npz")
    return tmp_path / "vectors.npz"


def test_what_was_written_is_read_as_unit_vectors_without_embedding(shipped):
    embedder = WordEmbedder()
    assert write_contrast(embedder) == 2 and embedder.embedded == QUESTIONS
    del embedder.embedded[:]
    vectors = load_contrast(embedder)
    assert embedder.embedded == [] and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.allclose(vectors, WordEmbedder().embed(QUESTIONS), atol=1e-3)


def test_the_file_says_by_whom_and_of_which_lines_it_was_made(shipped):
    write_contrast(WordEmbedder("words@1"))
    with np.load(shipped) as arrays:
        assert (
            str(arrays["made_from"])
            == f"words@1/{hashlib.sha256(b'Who won?' + bytes([10]) + b'Best pizza?').hexdigest()}"
        )


def test_vectors_of_another_embedder_or_of_other_questions_are_made_again(shipped):
    write_contrast(WordEmbedder("words@1"))
    other = WordEmbedder("words@2")
    assert len(load_contrast(other)) == 2 and other.embedded == QUESTIONS
    contrast.QUESTIONS.write_text("Who lost?\n")
    changed = WordEmbedder("words@1")
    assert len(load_contrast(changed)) == 1 and changed.embedded == ["Who lost?"]


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04 a damaged archive"])
def test_vectors_that_are_missing_or_damaged_are_made_again(shipped, content):
    if content is not None:
        shipped.write_bytes(content)
    embedder = WordEmbedder()
    assert np.allclose(load_contrast(embedder), WordEmbedder().embed(QUESTIONS))
    assert embedder.embedded == QUESTIONS


def test_a_file_without_its_arrays_is_made_again(shipped):
    np.savez(shipped, other=np.zeros(1))
    embedder = WordEmbedder()
    assert len(load_contrast(embedder)) == 2 and embedder.embedded == QUESTIONS


def test_a_folder_that_cannot_be_written_is_one_line(shipped, monkeypatch):
    monkeypatch.setattr(contrast, "SHIPPED", shipped.parent / "questions.txt" / "vectors.npz")
    with pytest.raises(IndexingError, match=r"cannot be written to .*vectors\.npz: \w"):
        write_contrast(WordEmbedder())
