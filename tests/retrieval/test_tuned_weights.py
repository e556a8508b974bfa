"""What the embedder learned: kept in 8 bits, added to the packaged weights, and left out when it does not fit."""

import numpy as np
import pytest

from assistant.core.errors import IndexingError
from assistant.retrieval.embedding.embedder import load_embedder, packaged_folder
from assistant.retrieval.embedding.minilm import MiniLM
from assistant.retrieval.embedding.tuned_weights import SHIPPED, load_learned, write_learned

NAME = "encoder.layer.0.attention.self.query.weight"


class Packaged:
    def keys(self):
        return [NAME, "other"]

    def get_tensor(self, name):
        return np.full((2, 3), 5.0 if name == NAME else 7.0, dtype=np.float32)


@pytest.fixture
def file(tmp_path):
    written = tmp_path / "learned.npz"
    write_learned({NAME: np.array([[0.5, -1.0, 0.25], [0.001, 0.002, -0.004]], dtype=np.float32)}, "base", written)
    return written


def test_differences_come_back_to_a_hundredth_of_the_largest_in_their_row_and_are_added_to_their_tensor(file):
    tensors = load_learned("base", file).added_to(Packaged())
    added = tensors.get_tensor(NAME) - 5.0
    assert np.allclose(added, [[0.5, -1.0, 0.25], [0.001, 0.002, -0.004]], rtol=0.01, atol=0.005 * 1.0)
    assert abs(added[1, 2] + 0.004) < 0.00004
    assert (tensors.get_tensor("other") == 7.0).all() and tensors.keys() == [NAME, "other"]


def test_what_belongs_to_other_weights_is_left_out(file, caplog):
    assert load_learned("another", file) is None
    assert "belongs to other weights" in caplog.text


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_a_file_that_is_none_is_left_out(tmp_path, caplog, content):
    broken = tmp_path / "broken.npz"
    broken.write_bytes(content)
    assert load_learned("base", broken) is None and "cannot be read" in caplog.text


def test_a_changed_number_is_told_by_the_checksum(file, caplog):
    with np.load(file) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    kept[NAME] = kept[NAME] + 1
    np.savez(file, **kept)
    assert load_learned("base", file) is None and "damaged" in caplog.text


def test_a_folder_that_is_missing_is_told(tmp_path):
    with pytest.raises(IndexingError, match="cannot be written"):
        write_learned({NAME: np.ones((1, 1), dtype=np.float32)}, "base", tmp_path / "missing" / "learned.npz")


@pytest.mark.slow
def test_the_shipped_embedder_has_learned_and_answers_as_packaged_where_what_it_learned_is_missing(tmp_path, caplog):
    learned, packaged = load_embedder("packaged"), MiniLM(packaged_folder(), tmp_path / "missing.npz")
    assert "as it was packaged" in caplog.text
    assert learned.identity.startswith(f"all-MiniLM-L6-v2@{packaged.fingerprint}+") and SHIPPED.exists()
    question = "the network should punish itself for big inner numbers"
    answer, other = "Weight decay adds a penalty on large weights to the loss.", "Prisons punish crimes."
    now, before = learned.embed([question, answer, other]), packaged.encode([question, answer, other])
    assert now[0] @ now[1] > now[0] @ now[2] and before[0] @ before[1] < before[0] @ before[2]
