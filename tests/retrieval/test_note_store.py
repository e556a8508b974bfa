"""The store notices changed notes, and a catalog once given out never changes."""

import threading

import pytest
from fakes import ADAM, WordEmbedder, write_notes

from assistant.core.errors import NoteError
from assistant.core.vectors import Vectors
from assistant.retrieval import note_store as store_module
from assistant.retrieval.note_store import NoteStore, index_folder
from assistant.retrieval.notes import library as notes_module
from assistant.retrieval.notes.library import read_note


@pytest.fixture(autouse=True)
def look_always(monkeypatch):
    monkeypatch.setattr(store_module, "LOOK_SECONDS", -1.0)


@pytest.fixture
def store(knowledge, tmp_path):
    return NoteStore(knowledge, tmp_path / "home", WordEmbedder())


def notes_in(catalog) -> set[str]:
    return {passage.note for passage in catalog.index.passages}


def test_an_unchanged_folder_gives_the_very_same_catalog(store):
    assert store.catalog() is store.catalog()


def test_a_changed_folder_gives_a_new_catalog_while_the_old_one_stays_valid(store, knowledge):
    old = store.catalog()
    before = notes_in(old), old.lexical.scores("adam").tolist()
    write_notes(knowledge, new="# Weight decay\n\nWeight decay shrinks weights.")
    (knowledge / "adam.md").unlink()
    new = store.catalog()
    assert notes_in(new) == {"dropout.md", "new.md"}
    assert (notes_in(old), old.lexical.scores("adam").tolist()) == before
    assert len(store.library.notes) == 2 and store.last_refresh.embedded == 1


def test_only_changed_files_are_read_again(store, knowledge, monkeypatch):
    read = []
    monkeypatch.setattr(notes_module, "read_note", lambda folder, path: read.append(path) or read_note(folder, path))
    write_notes(knowledge, new="# Weight decay\n\nWeight decay shrinks weights.")
    old, new = store.catalog().lexical, NoteStore(knowledge, store._folder, WordEmbedder()).catalog().lexical
    assert read[0] == "new.md" and len(read) == 1 + 3
    assert old.scores("weight adam").tolist() == pytest.approx(new.scores("weight adam").tolist())


def test_a_note_that_became_unusable_is_reported_and_leaves_the_catalog(store, knowledge):
    (knowledge / "adam.md").write_bytes(b"\0")
    assert notes_in(store.catalog()) == {"dropout.md"}
    assert [skipped.path for skipped in store.skipped] == ["adam.md"]


def test_a_folder_that_vanished_keeps_the_earlier_notes_and_comes_back(store, knowledge):
    away = knowledge.rename(knowledge.parent / "away")
    assert notes_in(store.catalog()) == {"adam.md", "dropout.md"}
    away.rename(knowledge)
    write_notes(knowledge, new="text")
    assert "new.md" in notes_in(store.catalog())


def test_the_folder_is_looked_at_once_in_a_while_only(store, knowledge, monkeypatch):
    store.catalog()
    monkeypatch.setattr(store_module, "LOOK_SECONDS", 60.0)
    write_notes(knowledge, new="text")
    assert "new.md" not in notes_in(store.catalog())


def test_while_one_caller_renews_the_others_get_the_old_catalog_at_once(knowledge, tmp_path):
    started, go = threading.Event(), threading.Event()

    class Slow(WordEmbedder):
        def embed(self, texts, progress=None) -> Vectors:
            if self.embedded:
                started.set()
                assert go.wait(60)
            return super().embed(texts, progress)

    store = NoteStore(knowledge, tmp_path / "home", Slow())
    old = store.catalog()
    write_notes(knowledge, adam=ADAM + "\n## More\n\nMore about Adam.\n")
    renewer = threading.Thread(target=store.catalog)
    renewer.start()
    assert started.wait(60)
    assert store.catalog() is old
    go.set()
    renewer.join(60)
    assert len(store.catalog().index.passages) == len(old.index.passages) + 1


@pytest.mark.parametrize("part", ["LexicalIndex", "Abbreviations"])
def test_a_change_whose_catalog_could_not_be_built_is_taken_up_at_the_next_look(store, knowledge, monkeypatch, part):
    def fail(*_):
        raise MemoryError

    old, library = store.catalog(), store.library
    write_notes(knowledge, new="# Weight decay\n\nWeight decay shrinks weights.")
    with monkeypatch.context() as short:
        short.setattr(getattr(store_module, part), "of", fail)
        with pytest.raises(MemoryError):
            store.catalog()
    assert store._catalog is old and store.library is library
    assert "new.md" in notes_in(store.catalog()) and len(store.library.notes) == 3


def test_two_folders_do_not_share_an_index(tmp_path):
    assert index_folder(tmp_path / "a", tmp_path) != index_folder(tmp_path / "b", tmp_path)
    assert index_folder(tmp_path / "a", tmp_path) == index_folder(tmp_path / "b/../a", tmp_path)


def test_a_missing_folder_at_the_start_is_an_error(tmp_path):
    with pytest.raises(NoteError):
        NoteStore(tmp_path / "none", tmp_path / "home", WordEmbedder())
