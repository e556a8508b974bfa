"""Passages become vectors, shipped ones without work."""

import numpy as np
import pytest
from fakes import WordEmbedder

from assistant.core.records import Passage
from assistant.retrieval.embedding.passage_encoder import OPENING_WORDS, PassageEncoder, opening_text, whole_text
from assistant.retrieval.index.passage_index import build
from assistant.retrieval.index.shipped_vectors import FOLDER, ShippedVectors, write_shipped
from assistant.retrieval.notes.library import read_library

LONG = Passage("a.md", "Title", "Heading", 1, " ".join(f"word{at}" for at in range(100)))


def test_a_passage_is_the_mean_of_its_opening_and_its_whole_text():
    embedder = WordEmbedder()
    vector = PassageEncoder(embedder).encode([LONG])[0]
    whole, opening = embedder.embed([whole_text(LONG), opening_text(LONG)])
    mean = (whole + opening) / np.linalg.norm(whole + opening)
    assert np.allclose(vector, mean, atol=1e-6)


def test_the_opening_holds_the_heading_and_the_first_words_only():
    words = opening_text(LONG).split()
    assert words[0] == "Heading"
    assert len(words) == 1 + OPENING_WORDS
    assert whole_text(LONG).startswith("Title. Heading. word0")


def test_the_identity_names_embedder_and_recipe():
    assert PassageEncoder(WordEmbedder("a@1")).identity != PassageEncoder(WordEmbedder("a@2")).identity
    assert PassageEncoder(WordEmbedder("a@1")).identity != "a@1"


@pytest.fixture
def shipped(tmp_path):
    """A folder of two notes with its vectors."""
    (tmp_path / "topic").mkdir()
    (tmp_path / "topic" / "one.md").write_text("# One\n\nFirst text about gradients.\n")
    (tmp_path / "two.md").write_text("# Two\n\nSecond text about losses.\n")
    index = build(read_library(tmp_path), PassageEncoder(WordEmbedder()))
    assert write_shipped(index, tmp_path) == 2
    return tmp_path, index


def test_shipped_vectors_are_looked_up_and_nothing_is_embedded(shipped):
    folder, index = shipped
    embedder = WordEmbedder()
    again = build(read_library(folder), ShippedVectors(PassageEncoder(embedder), folder))
    assert embedder.embedded == []
    assert all(again.vector(row) @ index.vector(row) > 0.9999 for row in range(2))


def test_an_edited_note_is_embedded_and_the_other_is_not(shipped):
    folder, _ = shipped
    (folder / "two.md").write_text("# Two\n\nAnother text.\n")
    embedder = WordEmbedder()
    build(read_library(folder), ShippedVectors(PassageEncoder(embedder), folder))
    assert [text for text in embedder.embedded if "Another" in text] == embedder.embedded != []


@pytest.mark.parametrize("harm", ["other embedder", "flipped bytes", "truncated", "empty", "not an archive"])
def test_vectors_that_cannot_be_trusted_are_made_again(shipped, harm):
    folder, index = shipped
    file = folder / FOLDER / "topic.npz"
    raw = file.read_bytes()
    if harm == "flipped bytes":
        file.write_bytes(raw[:200] + bytes(255 - byte for byte in raw[200:260]) + raw[260:])
    elif harm == "truncated":
        file.write_bytes(raw[: len(raw) // 2])
    elif harm == "empty":
        file.write_bytes(b"")
    elif harm == "not an archive":
        file.write_bytes(b"nonsense")
    embedder = WordEmbedder("other@2" if harm == "other embedder" else "words@1")
    again = build(read_library(folder), ShippedVectors(PassageEncoder(embedder), folder))
    assert any("gradients" in text for text in embedder.embedded)
    assert all(again.vector(row) @ index.vector(row) > 0.999 for row in range(2))


def test_shipping_again_removes_the_vectors_of_a_topic_that_is_gone(shipped):
    folder, _ = shipped
    (folder / "topic" / "one.md").unlink()
    write_shipped(build(read_library(folder), PassageEncoder(WordEmbedder())), folder)
    assert [file.name for file in (folder / FOLDER).iterdir()] == ["notes.npz"]
