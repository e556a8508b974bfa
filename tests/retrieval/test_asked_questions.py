"""Learners' questions beside the passages: the nearest of a section's own speaks for its passages."""

import numpy as np
import pytest

from assistant.core.errors import IndexingError
from assistant.core.records import Passage
from assistant.retrieval.index.asked_questions import (
    FILE,
    Asked,
    AskedQuestions,
    ShippedQuestions,
    digest_of_text,
    read_shipped_questions,
    write_shipped_questions,
)


def passage(note, heading, line=1):
    return Passage(note, "Title", heading, line, "Text.")


def unit(*numbers):
    vector = np.array(numbers, dtype=np.float32)
    return vector / np.linalg.norm(vector)


PASSAGES = [passage("a.md", "One"), passage("a.md", "One", 9), passage("a.md", "Two"), passage("b.md", "Three")]
DIGEST = digest_of_text(["Text.", "Text."])
ASKED = ShippedQuestions(
    {
        "a.md#One": Asked(np.stack([unit(1, 0, 0), unit(1, 1, 0)]), (((0, 2), (1, 0)), ((0, 0),)), DIGEST),
        "b.md#Three": Asked(unit(0, 0, 1)[None], (((0, 1),),), "another"),
        "gone.md#X": Asked(unit(0, 1, 0)[None], ((),), DIGEST),
    }
)


@pytest.fixture
def shipped(tmp_path):
    write_shipped_questions(tmp_path, "minilm", ASKED)
    return read_shipped_questions(tmp_path, "minilm")


def test_what_was_written_comes_back(shipped):
    assert shipped.asked.keys() == ASKED.asked.keys()
    for name, asked in ASKED.asked.items():
        back = shipped.asked[name]
        assert (back.plans, back.digest) == (asked.plans, asked.digest)
        assert np.allclose(back.vectors, asked.vectors, atol=0.01)


def test_each_part_of_a_passage_gets_the_vote_of_the_nearest_question_that_it_answered(shipped):
    about, question = shipped.of(PASSAGES), unit(1, 0.2, 0)
    first, second = float(question @ unit(1, 0, 0)), float(question @ unit(1, 1, 0))
    assert about.votes(question, 0) == pytest.approx((second, 0.0, first), abs=0.01)
    assert about.votes(question, 1) == pytest.approx((first,), abs=0.01)


def test_nobody_votes_where_nobody_asked_or_the_text_has_changed(shipped):
    about = shipped.of(PASSAGES)
    assert [about.votes(unit(0, 0, 1), row) for row in (2, 3, 4)] == [(), (), ()]


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
    assert read_shipped_questions(tmp_path, "another").asked == {}


def test_a_broken_file_is_left_out_and_told(tmp_path, caplog):
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_bytes(b"no archive")
    assert read_shipped_questions(tmp_path, "minilm").asked == {}
    assert "cannot be read" in caplog.text


def test_a_folder_that_takes_no_file_is_told(tmp_path):
    (tmp_path / FILE.parts[0]).write_text("a file where a folder should be")
    with pytest.raises(IndexingError, match="cannot be written"):
        write_shipped_questions(tmp_path, "minilm", ASKED)
