"""The packaged embedder is the published all-MiniLM-L6-v2, and gives unit vectors from any thread."""

import hashlib
import subprocess
import sys
import threading

import numpy as np
import pytest

from assistant.core.errors import ModelError
from assistant.core.settings import REPOSITORY
from assistant.lab.evaluation.gold import GOLD, read_gold
from assistant.retrieval.embedding.embedder import SentenceEmbedder, load_embedder, packaged_folder
from assistant.retrieval.embedding.minilm import MiniLM

pytestmark = pytest.mark.slow
QUESTIONS = [question.text for question in read_gold(GOLD)]


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
    assert done == [16, 32, 48, 64, 70]
    for at in (0, 33, 69):
        assert np.allclose(embedder.embed([texts[at]])[0], together[at], atol=1e-5)
    assert embedder.embed([]).shape == (0, 384)


def test_the_packaged_model_gives_the_vectors_of_sentence_transformers():
    texts = ["What is dropout?", "", "word " * 5000, "λ → ∇f(x) — Über 漢字 🙂", "A\nb\tc", "a", *QUESTIONS[:60]]
    reference = load_embedder(str(packaged_folder()))
    packaged = MiniLM(packaged_folder())
    ours = SentenceEmbedder(packaged.encode, packaged.width, "packaged").embed(texts)
    assert np.abs(ours - reference.embed(texts)).max() < 1e-5


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_damaged_package_is_named(tmp_path, missing):
    for file in packaged_folder().iterdir():
        if file.is_file() and file.name != missing:
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(ModelError, match="package anew"):
        MiniLM(tmp_path)
    (tmp_path / missing).write_bytes(b"{}" * 40)
    with pytest.raises(ModelError, match="package anew"):
        MiniLM(tmp_path)


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
    packaged, _, learned = fingerprint.partition("+")
    assert name == "all-MiniLM-L6-v2" and len(packaged) == len(learned) == 12
    assert load_embedder(str(packaged_folder())).identity.endswith(f"@{packaged}")


def test_an_embedder_that_is_not_there_is_an_error_for_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="ASSISTANT_EMBEDDER"):
        load_embedder(str(tmp_path))


INTERRUPTED = """
import signal
from assistant.retrieval.embedding.embedder import load_embedder
first, second = load_embedder("packaged"), load_embedder("packaged")
del first
del second
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_still_reaches_a_process_whose_embedders_are_gone():
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], cwd=REPOSITORY, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
