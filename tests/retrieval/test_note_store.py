"""The shelf notices changed notes, and a catalog once given out never changes."""

import threading

import pytest
from fakes import ADAM, WordEmbedder, write_notes

from assistant.core.errors import NoteError
from assistant.core.vectors import Vectors
from assistant.retrieval import note_store as shelf_module
from assistant.retrieval.note_store import Shelf, index_folder
from assistant.retrieval.notes import library as notes_module
from assistant.retrieval.notes.library import read_note


@pytest.fixture(autouse=True)
def look_always(monkeypatch):
    monkeypatch.setattr(shelf_module, "LOOK_SECONDS", -1.0)


@pytest.fixture
def shelf(knowledge, tmp_path):
    return Shelf(knowledge, tmp_path / "home", WordEmbedder())


def notes_in(catalog) -> set[str]:
    return {passage.note for passage in catalog.index.passages}


def test_an_unchanged_folder_gives_the_very_same_catalog(shelf):
    assert shelf.catalog() is shelf.catalog()


def test_a_changed_folder_gives_a_new_catalog_while_the_old_one_stays_valid(shelf, knowledge):
    old = shelf.catalog()
    before = notes_in(old), old.lexical.scores("adam").tolist()
    write_notes(knowledge, new="# Weight decay\n\nWeight decay shrinks weights.")
    (knowledge / "adam.md").unlink()
    new = shelf.catalog()
    assert notes_in(new) == {"dropout.md", "new.md"}
    assert (notes_in(old), old.lexical.scores("adam").tolist()) == before
    assert len(shelf.library.notes) == 2 and shelf.last_refresh.embedded == 1


def test_only_changed_files_are_read_again(shelf, knowledge, monkeypatch):
    read = []
    monkeypatch.setattr(notes_module, "read_note", lambda folder, path: read.append(path) or read_note(folder, path))
    write_notes(knowledge, new="# Weight decay\n\nWeight decay shrinks weights.")
    old, new = shelf.catalog().lexical, Shelf(knowledge, shelf._folder, WordEmbedder()).catalog().lexical
    assert read[0] == "new.md" and len(read) == 1 + 3
    assert old.scores("weight adam").tolist() == pytest.approx(new.scores("weight adam").tolist())


def test_a_note_that_became_unusable_is_reported_and_leaves_the_catalog(shelf, knowledge):
    (knowledge / "adam.md").write_bytes(b"\0")
    assert notes_in(shelf.catalog()) == {"dropout.md"}
    assert [skipped.path for skipped in shelf.skipped] == ["adam.md"]


def test_a_folder_that_vanished_keeps_the_earlier_notes_and_comes_back(shelf, knowledge):
    away = knowledge.rename(knowledge.parent / "away")
    assert notes_in(shelf.catalog()) == {"adam.md", "dropout.md"}
    away.rename(knowledge)
    write_notes(knowledge, new="text")
    assert "new.md" in notes_in(shelf.catalog())


def test_the_folder_is_looked_at_once_in_a_while_only(shelf, knowledge, monkeypatch):
    shelf.catalog()
    monkeypatch.setattr(shelf_module, "LOOK_SECONDS", 60.0)
    write_notes(knowledge, new="text")
    assert "new.md" not in notes_in(shelf.catalog())


def test_while_one_caller_renews_the_others_get_the_old_catalog_at_once(knowledge, tmp_path):
    started, go = threading.Event(), threading.Event()

    class Slow(WordEmbedder):
        def embed(self, texts, progress=None) -> Vectors:
            if self.embedded:
                started.set()
                assert go.wait(60)
            return super().embed(texts, progress)

    shelf = Shelf(knowledge, tmp_path / "home", Slow())
    old = shelf.catalog()
    write_notes(knowledge, adam=ADAM + "\n## More\n\nMore about Adam.\n")
    renewer = threading.Thread(target=shelf.catalog)
    renewer.start()
    assert started.wait(60)
    assert shelf.catalog() is old
    go.set()
    renewer.join(60)
    assert len(shelf.catalog().index.passages) == len(old.index.passages) + 1


@pytest.mark.parametrize("part", ["LexicalIndex", "Abbreviations"])
def test_a_change_whose_catalog_could_not_be_built_is_taken_up_at_the_next_look(shelf, knowledge, monkeypatch, part):
    def fail(*_):
        raise MemoryError

    old, library = shelf.catalog(), shelf.library
    write_notes(knowledge, new="# Weight decay\n\nWeight decay shrinks weights.")
    with monkeypatch.context() as short:
        short.setattr(getattr(shelf_module, part), "of", fail)
        with pytest.raises(MemoryError):
            shelf.catalog()
    assert shelf._catalog is old and shelf.library is library
    assert "new.md" in notes_in(shelf.catalog()) and len(shelf.library.notes) == 3


def test_two_folders_do_not_share_an_index(tmp_path):
    assert index_folder(tmp_path / "a", tmp_path) != index_folder(tmp_path / "b", tmp_path)
    assert index_folder(tmp_path / "a", tmp_path) == index_folder(tmp_path / "b/../a", tmp_path)


def test_a_missing_folder_at_the_start_is_an_error(tmp_path):
    with pytest.raises(NoteError):
        Shelf(tmp_path / "none", tmp_path / "home", WordEmbedder())
