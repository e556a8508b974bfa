"""Learners' questions beside the passages: the nearest of a section's own speaks for its passages."""

import numpy as np
import pytest

from assistant.core.errors import IndexingError
from assistant.core.records import Passage
from assistant.retrieval.index.asked_questions import (
    FILE,
    AskedQuestions,
    ShippedQuestions,
    read_shipped_questions,
    write_shipped_questions,
)


def passage(note, heading, line=1):
    return Passage(note, "Title", heading, line, "Text.")


def unit(*numbers):
    vector = np.array(numbers, dtype=np.float32)
    return vector / np.linalg.norm(vector)


PASSAGES = [passage("a.md", "One"), passage("a.md", "One", 9), passage("a.md", "Two"), passage("b.md", "Three")]
ASKED = [
    ("a.md#One", unit(1, 0, 0)),
    ("b.md#Three", unit(0, 0, 1)),
    ("a.md#One", unit(1, 1, 0)),
    ("gone.md#X", unit(0, 1, 0)),
]


@pytest.fixture
def shipped(tmp_path):
    assert write_shipped_questions(tmp_path, "minilm", ASKED) == 4
    return read_shipped_questions(tmp_path, "minilm")


def test_each_passage_of_a_section_gets_the_nearest_of_its_questions_and_the_others_none(shipped):
    found = shipped.of(PASSAGES).nearest(unit(1, 0.2, 0), len(PASSAGES))
    best = max(float(unit(1, 0.2, 0) @ unit(1, 0, 0)), float(unit(1, 0.2, 0) @ unit(1, 1, 0)))
    assert found[:2] == pytest.approx([best, best], abs=0.01)
    assert np.isnan(found[2]) and found[3] == pytest.approx(0.0, abs=0.01)


def test_passages_behind_the_known_ones_have_none(shipped):
    found = shipped.of(PASSAGES).nearest(unit(1, 0, 0), len(PASSAGES) + 2)
    assert len(found) == 6 and np.isnan(found[4:]).all()


def test_without_questions_no_passage_has_one():
    assert np.isnan(AskedQuestions().nearest(unit(1, 0), 3)).all()
    assert np.isnan(ShippedQuestions().of(PASSAGES).nearest(unit(1, 0, 0), 4)).all()


def test_questions_of_another_embedder_are_not_compared(tmp_path):
    write_shipped_questions(tmp_path, "minilm", ASKED)
    assert read_shipped_questions(tmp_path, "another").vectors == {}


def test_a_broken_file_is_left_out_and_told(tmp_path, caplog):
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_bytes(b"no archive")
    assert read_shipped_questions(tmp_path, "minilm").vectors == {}
    assert "cannot be read" in caplog.text


def test_a_folder_that_takes_no_file_is_told(tmp_path):
    (tmp_path / FILE.parts[0]).write_text("a file where a folder should be")
    with pytest.raises(IndexingError, match="cannot be written"):
        write_shipped_questions(tmp_path, "minilm", ASKED)
