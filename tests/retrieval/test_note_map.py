"""The map of the notes: alike passages lie together, later ones amid those they resemble, and it is made once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fakes import WordEmbedder, hit, write_notes

from assistant.retrieval.index.note_map import Cartographer, principal, write_places
from assistant.retrieval.index.passage_index import build
from assistant.retrieval.notes.library import read_library
from assistant.ui.notes.map_view import chart_of, frame_of, marks_of

SUBJECTS = {
    "optimizers": "momentum gradient step size optimizer adam",
    "audio": "speech spectrogram microphone sound waveform",
    "graphs": "node edge neighbour graph message passing",
}


@pytest.fixture
def knowledge(tmp_path):
    notes = {
        f"{topic}__n{at}": f"# {topic} {at}\n\n{words} {words.split()[at % 5]} number{at}"
        for topic, words in SUBJECTS.items()
        for at in range(8)
    }
    return write_notes(tmp_path / "knowledge", **notes)


def index_of(folder):
    return build(read_library(folder), WordEmbedder())


def spread(drawn) -> tuple[float, float]:
    """Mean distance of two passages of one topic, and of two topics."""
    topics = np.array([passage.note.partition("/")[0] for passage in drawn.passages])
    distances = np.linalg.norm(drawn.places[:, None] - drawn.places[None], axis=2)
    same = topics[:, None] == topics[None]
    return float(distances[same].mean()), float(distances[~same].mean())


@pytest.mark.slow
@pytest.mark.parametrize("shipped", [True, False], ids=["shipped places", "principal components"])
def test_passages_about_one_thing_lie_together(knowledge, shipped):
    index = index_of(knowledge)
    if shipped:
        assert write_places(index, knowledge) == 24
    drawn = Cartographer(knowledge, index.encoder).map_of(index)
    within, between = spread(drawn)
    assert within < between / 2 and np.abs(drawn.places).max() <= 1.01


def test_the_map_is_made_once_for_an_index(knowledge):
    index = index_of(knowledge)
    cartographer = Cartographer(knowledge, index.encoder)
    assert cartographer.map_of(index) is cartographer.map_of(index)
    assert cartographer.map_of(index_of(knowledge)) is not cartographer.map_of(index)


def test_a_passage_that_came_later_lies_amid_those_it_resembles(knowledge):
    write_places(index_of(knowledge), knowledge)
    write_notes(knowledge, uploads__new="# new\n\nspeech sound waveform spectrogram")
    index = index_of(knowledge)
    drawn = Cartographer(knowledge, index.encoder).map_of(index)
    rows = {passage.note: at for at, passage in enumerate(drawn.passages)}
    audio = drawn.places[[rows[f"audio/n{at}.md"] for at in range(8)]]
    assert np.linalg.norm(drawn.places[rows["uploads/new.md"]] - audio.mean(axis=0)) < 0.5


def test_private_passages_are_drawn_for_their_owner_alone(knowledge, tmp_path):
    shared = index_of(knowledge)
    own = index_of(write_notes(tmp_path / "own", mine="# mine\n\nspeech sound waveform"))
    cartographer = Cartographer(knowledge, shared.encoder)
    assert "mine.md" in {passage.note for passage in cartographer.map_beside(shared, own).passages}
    assert "mine.md" not in {passage.note for passage in cartographer.map_of(shared).passages}


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"junk", b""])
def test_places_of_another_encoder_or_a_broken_file_are_ignored(knowledge, content):
    index = index_of(knowledge)
    write_places(index, knowledge)
    assert Cartographer(knowledge, "other@1")._shipped == {}
    (knowledge / ".vectors/places/places.npz").write_bytes(content)
    assert Cartographer(knowledge, index.encoder)._shipped == {}


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_the_smallest_libraries_have_a_map_too(tmp_path, count):
    folder = write_notes(tmp_path, **{f"n{at}": f"# N{at}\n\nword{at} text" for at in range(count)})
    drawn = Cartographer(folder, "words@1").map_of(index_of(folder))
    assert drawn.places.shape == (count, 2) and np.isfinite(drawn.places).all()
    assert principal(np.eye(4, dtype=np.float32)).shape == (4, 2)


def test_a_large_library_is_drawn_in_part(knowledge, monkeypatch):
    monkeypatch.setattr("assistant.retrieval.index.note_map.MOST", 10)
    index = index_of(knowledge)
    assert len(Cartographer(knowledge, index.encoder).map_of(index).passages) == 10


def test_the_question_is_drawn_amid_its_hits(knowledge):
    index = index_of(knowledge)
    drawn = Cartographer(knowledge, index.encoder).map_of(index)
    found = [replace(hit("", rank), passage=drawn.passages[rank], score=0.6) for rank in (1, 2)]
    marks = marks_of(drawn, [*found, hit("gone", 3)])
    assert list(marks["label"]) == ["1", "2", "★"]
    assert marks["x"][2] == pytest.approx(marks["x"][:2].mean(), abs=1e-3)
    spec = chart_of(frame_of(drawn), "", marks, dark=True).to_dict()
    assert len(spec["layer"]) == 7
    plain = chart_of(frame_of(drawn), "Audio", marks_of(drawn, []), dark=False).to_dict()
    assert len(plain["layer"]) == 3 and isinstance(marks, pd.DataFrame)
