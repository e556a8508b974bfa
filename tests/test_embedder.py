"""The packaged embedder is the published all-MiniLM-L6-v2, and gives unit vectors from any thread."""

import hashlib
import threading

import numpy as np
import pytest

from assistant.embedder import load_embedder, packaged_folder
from assistant.errors import ModelError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def embedder():
    return load_embedder("packaged")


def test_the_packaged_weights_are_the_published_ones():
    with (packaged_folder() / "model.safetensors").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest().startswith("53aa51172d14")


def test_vectors_are_unit_long_and_close_when_the_meaning_is(embedder):
    texts = [
        "What is dropout?",
        "Dropout randomly disables units in training.",
        "The cat sat on a mat.",
        "",
        "x " * 5000,
    ]
    vectors = embedder.embed(texts)
    assert vectors.shape == (5, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.5 > 0.3 > vectors[0] @ vectors[2]


def test_order_and_company_do_not_change_a_vector(embedder):
    texts = [f"{'word ' * (at % 7)}number {at}" for at in range(70)]
    done = []
    together = embedder.embed(texts, done.append)
    assert done == [32, 64, 70]
    for at in (0, 33, 69):
        assert np.allclose(embedder.embed([texts[at]])[0], together[at], atol=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_threads_may_share_it(embedder):
    right = embedder.embed(["a question"])[0]
    results = []
    threads = [threading.Thread(target=lambda: results.append(embedder.embed(["a question"])[0])) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 16 and all(np.allclose(vector, right, atol=1e-5) for vector in results)


def test_its_identity_names_the_model_and_its_weights(embedder):
    name, _, fingerprint = embedder.identity.partition("@")
    assert name == "all-MiniLM-L6-v2" and len(fingerprint) == 12
    assert load_embedder(str(packaged_folder())).identity.endswith(f"@{fingerprint}")


def test_an_embedder_that_is_not_there_is_an_error_for_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="ASSISTANT_EMBEDDER"):
        load_embedder(str(tmp_path))
