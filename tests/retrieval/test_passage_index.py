"""The index embeds what changed and nothing else, and is made again when it cannot be trusted."""

import errno
import os
import resource
import tempfile
from pathlib import Path

import numpy as np
import pytest
from fakes import ADAM, DROPOUT, WordEmbedder, write_notes

from assistant.retrieval.embedding.passage_encoder import whole_text
from assistant.retrieval.index import passage_index as index_module
from assistant.retrieval.index.passage_index import build, refresh
from assistant.retrieval.index.vector_index import read_vector_index
from assistant.retrieval.notes.library import Library, read_library
from assistant.retrieval.notes.parsing import parse_note

NOBODY = 65534
LIBRARY_OF_ONE = Library((parse_note("one.md", b"# One\n\nA note."),), ())


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
        (lambda folder: (folder / "adam.md").rename(folder / "zadam.md"), 0, 3),
        (lambda folder: write_notes(folder, adam=DROPOUT, dropout=ADAM), 0, 3),
        (lambda folder: write_notes(folder, dropout=DROPOUT.replace("switched off", "not used")), 1, 2),
        (lambda folder: write_notes(folder, copy=ADAM), 1, 3),
    ],
    ids=["changed", "added", "deleted", "renamed", "swapped", "one section", "copied"],
)
def test_only_changed_sections_are_embedded_again(folder, knowledge, change, embedded, reused):
    renew(folder, knowledge)
    change(knowledge)
    made, _ = renew(folder, knowledge)
    assert (made.embedded, made.reused) == (embedded, reused)
    assert by_passage(made.index) == by_passage(build(read_library(knowledge), WordEmbedder()))


def test_a_figure_added_to_a_note_costs_no_embedding_and_an_index_from_before_is_taken_over(folder, knowledge):
    renew(folder, knowledge)
    before = sorted(file.name for file in folder.iterdir())
    figure = '\n\n![Two layers, some units crossed out](figures/units.svg "Dropout.")\n\n## Dropout at'
    write_notes(knowledge, dropout=DROPOUT.replace("\n\n## Dropout at", figure))
    again, embedded = renew(folder, knowledge)
    assert (again.embedded, again.reused, embedded) == (0, 3, [])
    assert sorted(file.name for file in folder.iterdir()) == before
    assert [len(passage.figures) for passage in again.index.passages] == [0, 1, 0]


def test_a_section_that_moves_in_its_note_is_shown_at_its_new_line_without_embedding(folder, knowledge):
    before = renew(folder, knowledge)[0].index
    write_notes(knowledge, adam=ADAM.replace("## What", "\n\n## What"))
    made, embedded = renew(folder, knowledge)
    assert embedded == []
    assert made.index.passages[0].line == before.passages[0].line + 2


def test_what_could_not_be_written_is_taken_over_from_memory_and_written_later(folder, knowledge, monkeypatch):
    with monkeypatch.context() as patch:
        refuse(patch, at=0, fault=errno.ENOSPC)
        first, _ = renew(folder, knowledge)
    assert first.unsaved
    again = refresh(folder, read_library(knowledge), WordEmbedder(), before=first.index)
    assert (again.embedded, again.unsaved) == (0, "")
    assert renew(folder, knowledge)[1] == []


def test_another_embedder_rebuilds_everything_and_says_so(folder, knowledge):
    renew(folder, knowledge)
    made, _ = renew(folder, knowledge, WordEmbedder("words@2"))
    assert (made.embedded, made.reused) == (3, 0)
    assert "words@1" in made.repaired and "words@2" in made.repaired


def test_an_older_format_is_rebuilt(folder, knowledge, monkeypatch):
    renew(folder, knowledge)
    monkeypatch.setattr(index_module, "FORMAT", index_module.FORMAT + 1)
    assert renew(folder, knowledge)[0].embedded == 3


@pytest.mark.parametrize("damage", ["first byte", "middle", "last byte", "cut", "emptied", "removed"])
def test_whatever_file_is_damaged_the_index_is_rebuilt_from_the_notes_with_one_line_in_the_log(
    folder, knowledge, damage, caplog
):
    sound, _ = renew(folder, knowledge)
    names = [path.name for path in folder.rglob("*") if path.is_file() and path.name != "lock"]
    assert len(names) >= 4  # the pointer, the manifest and what they lead to
    for name in names:
        (path,) = folder.rglob(name)
        spoil(path, damage)
        caplog.clear()
        made, _ = renew(folder, knowledge)
        assert by_passage(made.index) == by_passage(sound.index), name
        if damage == "removed" and name == "CURRENT":
            continue  # as if nothing had ever been written
        assert made.embedded == 3 and made.repaired, name
        assert len(caplog.records) == 1 and "made again from the notes" in caplog.text, name
        assert renew(folder, knowledge)[0].repaired == "", name


def spoil(path, damage):
    raw = bytearray(path.read_bytes())
    if damage == "removed":
        path.unlink()
        return
    if damage in ("cut", "emptied"):
        path.write_bytes(raw[: len(raw) // 2 if damage == "cut" else 0])
        return
    raw[{"first byte": 0, "middle": len(raw) // 2, "last byte": -1}[damage]] ^= 1
    path.write_bytes(raw)


def test_an_index_that_another_process_replaces_while_it_is_read_is_no_damage(folder, knowledge, monkeypatch, caplog):
    """The writer publishes after the checksums were compared and before the vectors are read."""
    renew(folder, knowledge)
    reads = []

    def read_late(place):
        reads.append(place)
        if len(reads) == 1:
            write_notes(knowledge, new="# New\n\nnote")
            with monkeypatch.context() as writer:
                writer.setattr(index_module, "read_vector_index", read_vector_index)
                assert renew(folder, knowledge)[0].embedded == 1
            assert not place.exists(), "the writer removed what is being read"
        return read_vector_index(place)

    library = read_library(knowledge)
    monkeypatch.setattr(index_module, "read_vector_index", read_late)
    made = refresh(folder, library, WordEmbedder())
    assert len(reads) == 2 and (made.embedded, made.repaired) == (0, "")
    assert not caplog.records


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
    assert {"adam.md", "dropout.md"} <= {passage.note for passage in made.index.passages}
    assert renew(folder, knowledge)[0].repaired == ""


OPERATIONS = ((os, "mkdir"), (os, "fsync"), (os, "replace"), (Path, "write_bytes"), (Path, "write_text"))


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.EIO], ids=errno.errorcode.get)
def test_wherever_the_disk_refuses_the_index_answers_and_what_was_written_before_stays(
    folder, knowledge, monkeypatch, fault
):
    """Every operation of a write fails once: new notes are found all the same, and the older index is not harmed."""
    first, _ = renew(folder, knowledge)
    refused = unsaved = 0
    while True:
        write_notes(knowledge, new=f"# New\n\nnumber {refused}")
        with monkeypatch.context() as patch:
            calls = refuse(patch, at=refused, fault=fault)
            made, _ = renew(folder, knowledge)
        assert len(made.index.passages) == 4
        if len(calls) <= refused:
            break  # this one was written without a fault
        if made.unsaved:  # it is not where the folder to be made is there already
            assert "ASSISTANT_HOME" in made.unsaved
            unsaved += 1
        (knowledge / "new.md").unlink()
        again, _ = renew(folder, knowledge)
        assert again.repaired == "" and by_passage(again.index) == by_passage(first.index)
        refused += 1
    assert unsaved >= 6 and made.unsaved == ""


def refuse(patch, at, fault):
    """Let the operation number `at` of the disk fail; the list that is returned counts them."""
    calls = []

    def guard(name, function):
        def guarded(*arguments, **named):
            calls.append(name)
            if len(calls) == at + 1:
                raise OSError(fault, os.strerror(fault))
            return function(*arguments, **named)

        return guarded

    for place, name in OPERATIONS:
        patch.setattr(place, name, guard(name, getattr(place, name)))
    return calls


@pytest.mark.parametrize("bytes_allowed", [0, 100, 1000, 20_000])
def test_a_disk_that_is_full_in_mid_file_leaves_the_index_in_memory(folder, knowledge, bytes_allowed):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_allowed, limits[1]))  # Python ignores SIGXFSZ
    try:
        made, _ = renew(folder, knowledge)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert made.unsaved and made.index.search(made.index.vector(0), 1)[0][0] == 0
    again, _ = renew(folder, knowledge)
    assert (again.unsaved, again.repaired) == ("", "") and by_passage(again.index) == by_passage(made.index)


def test_a_read_only_cache_folder_is_no_reason_not_to_answer(knowledge):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "index"
        folder.mkdir()
        folder.chmod(0o555)
        Path(place).chmod(0o755)
        if os.geteuid() == 0:  # root may write everywhere
            os.seteuid(NOBODY)
        try:
            made = refresh(folder, LIBRARY_OF_ONE, WordEmbedder())
        finally:
            if os.getuid() == 0:
                os.seteuid(0)
    assert "Permission denied" in made.unsaved and len(made.index.passages) == 1


def test_progress_counts_the_passages_to_embed(folder, knowledge):
    calls = []
    refresh(folder, read_library(knowledge), WordEmbedder(), lambda done, total: calls.append((done, total)))
    assert calls == [(3, 3)]
