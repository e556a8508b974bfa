"""What the repository ships beside its code is complete and up to date."""

import numpy as np
import pytest

from assistant.core.settings import REPOSITORY
from assistant.retrieval.embedding.embedder import load_embedder
from assistant.retrieval.embedding.passage_encoder import PassageEncoder, digest_of
from assistant.retrieval.index.shipped_vectors import FOLDER, ShippedVectors
from assistant.retrieval.notes.library import UPLOADS, read_library
from assistant.retrieval.query.contrast import load_contrast

KNOWLEDGE = REPOSITORY / "knowledge"


def test_every_section_has_its_shipped_vector():
    """Renew them with: python -m assistant index --ship"""
    shipped = set()
    for file in (KNOWLEDGE / FOLDER).glob("*.npz"):
        with np.load(file, allow_pickle=False) as arrays:
            shipped |= {digest.tobytes() for digest in arrays["digests"]}
    passages = [entry for entry in read_library(KNOWLEDGE).passages if not entry.note.startswith(f"{UPLOADS}/")]
    needed = {digest_of(passage): passage.name for passage in passages}
    missing = [name for digest, name in needed.items() if digest not in shipped]
    assert not missing, f"{len(missing)} sections changed, such as {missing[:3]}: run python -m assistant index --ship"
    assert len(shipped) == len(needed), "vectors of sections that are gone: run python -m assistant index --ship"


def test_every_section_has_its_place_on_the_map():
    with np.load(KNOWLEDGE / FOLDER / "places" / "places.npz", allow_pickle=False) as arrays:
        placed = {digest.tobytes() for digest in arrays["digests"]}
    passages = [entry for entry in read_library(KNOWLEDGE).passages if not entry.note.startswith(f"{UPLOADS}/")]
    assert placed == {digest_of(passage) for passage in passages}, "run python -m assistant index --ship"


@pytest.mark.slow
def test_shipped_vectors_are_what_the_embedder_makes():
    encoder = PassageEncoder(load_embedder("packaged"))
    sample = read_library(KNOWLEDGE).passages[::150]
    looked_up = ShippedVectors(_Refusing(encoder.identity), KNOWLEDGE).encode(sample)
    assert ((looked_up * encoder.encode(sample)).sum(axis=1) > 0.9999).all()


@pytest.mark.slow
def test_off_topic_vectors_are_shipped_and_right():
    embedder = load_embedder("packaged")
    counting = _Counting(embedder)
    vectors = load_contrast(counting)
    assert counting.texts == 0, "the off-topic questions changed: run python -m assistant index --ship"
    assert len(vectors) >= 500
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


class _Refusing:
    """An encoder that must not be asked for anything."""

    def __init__(self, identity):
        self.identity = identity

    def encode(self, passages, progress=None):
        assert not passages, "a shipped vector is missing"
        return np.empty((0, 384), dtype=np.float32)


class _Counting:
    def __init__(self, embedder):
        self.identity, self._embedder, self.texts = embedder.identity, embedder, 0

    def embed(self, texts, progress=None):
        self.texts += len(texts)
        return self._embedder.embed(texts, progress)
