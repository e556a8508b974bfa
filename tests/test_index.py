"""The index embeds what changed and nothing else, and is made again when it cannot be trusted."""

import resource

import numpy as np
import pytest
from fakes import ADAM, DROPOUT, WordEmbedder, write_notes

from assistant import index as index_module
from assistant.encoder import whole_text
from assistant.errors import IndexingError
from assistant.index import build, refresh
from assistant.notes import read_library


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def renew(folder, knowledge, embedder=None):
    """Refresh the index; the result and the texts that were embedded for it."""
    embedder = embedder or WordEmbedder()
    return refresh(folder, read_library(knowledge), embedder), embedder.embedded


def by_passage(index):
    return {passage: index.vector(row).tolist() for row, passage in enumerate(index.passages)}


def test_the_first_index_embeds_every_passage_with_title_and_heading(folder, knowledge):
    made, embedded = renew(folder, knowledge)
    assert (made.embedded, made.reused, made.repaired) == (3, 0, "")
    assert embedded == [whole_text(passage) for passage in read_library(knowledge).passages]
    assert embedded[1].startswith("Dropout. What is dropout?. Dropout sets random units")


def test_an_unchanged_folder_embeds_nothing_and_gives_the_same_index(folder, knowledge):
    first, _ = renew(folder, knowledge)
    again, embedded = renew(folder, knowledge)
    assert (again.embedded, again.reused, embedded) == (0, 3, [])
    assert by_passage(again.index) == by_passage(first.index)


@pytest.mark.parametrize(
    "change, embedded, reused",
    [
        (lambda folder: write_notes(folder, adam=ADAM.replace("little", "some")), 1, 2),
        (lambda folder: write_notes(folder, new="# New\n\nnote"), 1, 3),
        (lambda folder: (folder / "dropout.md").unlink(), 0, 1),
        (lambda folder: (folder / "adam.md").rename(folder / "zadam.md"), 1, 2),
        (lambda folder: write_notes(folder, adam=DROPOUT, dropout=ADAM), 3, 0),
    ],
    ids=["changed", "added", "deleted", "renamed", "swapped"],
)
def test_only_changed_notes_are_embedded_again(folder, knowledge, change, embedded, reused):
    renew(folder, knowledge)
    change(knowledge)
    made, _ = renew(folder, knowledge)
    assert (made.embedded, made.reused) == (embedded, reused)
    assert by_passage(made.index) == by_passage(build(read_library(knowledge), WordEmbedder()))


def test_another_embedder_rebuilds_everything_and_says_so(folder, knowledge):
    renew(folder, knowledge)
    made, _ = renew(folder, knowledge, WordEmbedder("words@2"))
    assert (made.embedded, made.reused) == (3, 0)
    assert "words@1" in made.repaired and "words@2" in made.repaired


def test_an_older_format_is_rebuilt(folder, knowledge, monkeypatch):
    renew(folder, knowledge)
    monkeypatch.setattr(index_module, "FORMAT", index_module.FORMAT + 1)
    assert renew(folder, knowledge)[0].embedded == 3


@pytest.mark.parametrize("file", ["vectors.faiss", "passages.jsonl", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove"])
def test_a_damaged_index_is_rebuilt_from_the_notes(folder, knowledge, file, damage):
    sound, _ = renew(folder, knowledge)
    path = next(folder.glob(f"g-*/{file}"))
    raw = bytearray(path.read_bytes())
    if damage == "flip":
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)
    elif damage == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    else:
        path.unlink()
    made, _ = renew(folder, knowledge)
    assert made.embedded == 3 and made.repaired
    assert by_passage(made.index) == by_passage(sound.index)
    assert renew(folder, knowledge)[0].repaired == ""


def test_search_gives_rows_and_cosines_best_first(knowledge):
    made = build(read_library(knowledge), WordEmbedder())
    query = WordEmbedder().embed(["adam gradient"])[0]
    found = made.search(query, 10)
    assert made.passages[found[0][0]].note == "adam.md"
    assert found == sorted(found, key=lambda entry: -entry[1]) and len(found) == 3
    assert all(score == pytest.approx(float(made.vector(row) @ query), abs=1e-6) for row, score in found)


def test_a_folder_without_notes_gives_an_index_that_finds_nothing(folder, tmp_path):
    (tmp_path / "none").mkdir()
    made, _ = renew(folder, tmp_path / "none")
    assert made.index.search(np.ones(8, dtype=np.float32), 3) == []
    assert renew(folder, tmp_path / "none")[0].reused == 0


def test_a_note_whose_file_name_is_not_utf_8_does_not_break_the_index(folder, knowledge):
    with open(bytes(knowledge) + b"/caf\xe9.md", "wb") as file:
        file.write(b"text")
    library = read_library(knowledge)
    made = refresh(folder, library, WordEmbedder())
    assert {"adam.md", "dropout.md"} <= set(made.index.notes)
    assert renew(folder, knowledge)[0].repaired == ""


def test_a_full_disk_is_an_error_for_the_user(folder, knowledge):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(IndexingError, match="ASSISTANT_HOME"):
            renew(folder, knowledge)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_progress_counts_the_passages_to_embed(folder, knowledge):
    calls = []
    refresh(folder, read_library(knowledge), WordEmbedder(), lambda done, total: calls.append((done, total)))
    assert calls == [(3, 3)]
