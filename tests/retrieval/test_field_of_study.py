"""A question's field is told from the question alone, and says nothing where the notes are of another field."""

import numpy as np
import pytest

from assistant.core.errors import IndexingError
from assistant.retrieval.query.field_of_study import UNKNOWN, FieldOfStudy, load_field

FIELD = FieldOfStudy("words@1", np.array([3.0, -3.0], dtype=np.float32), -1.0)
INSIDE, OUTSIDE = np.array([1.0, 0.0], dtype=np.float32), np.array([0.0, 1.0], dtype=np.float32)


def test_the_score_is_the_weighted_sum_within_its_bounds():
    assert FIELD.score(INSIDE, INSIDE[None]) == pytest.approx(2.0)
    assert FIELD.score(OUTSIDE, INSIDE[None]) == pytest.approx(-4.0)
    assert FIELD.score(3 * INSIDE, INSIDE[None]) == pytest.approx(4.0)


def test_notes_of_another_field_make_the_question_s_field_unknown():
    """A cook's notes are asked about bread."""
    assert FIELD.score(OUTSIDE, OUTSIDE[None]) == UNKNOWN
    assert FIELD.score(OUTSIDE, np.empty((0, 2), dtype=np.float32)) == UNKNOWN


def test_it_is_kept_for_its_embedder_alone(tmp_path):
    file = tmp_path / "field.npz"
    FIELD.write(file)
    known = load_field("words@1", file)
    assert known is not None and known.bias == -1.0 and known.weights.tolist() == [3.0, -3.0]
    assert load_field("other@1", file) is None


@pytest.mark.parametrize("content", [b"", b"PK", b"nonsense"])
def test_a_damaged_file_is_as_none(tmp_path, content):
    file = tmp_path / "field.npz"
    file.write_bytes(content)
    assert load_field("words@1", file) is None
    assert load_field("words@1", tmp_path / "none.npz") is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(IndexingError, match="cannot be written"):
        FIELD.write(tmp_path / "none" / "field.npz")
