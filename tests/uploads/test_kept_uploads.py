"""Uploads in the folder are on the disk and found by the store; those of a session are searched by nobody else."""

import contextlib
import gc
import io
import os
import threading
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from fakes import WordEmbedder, retriever_of
from kill_run import run_kills
from upload_samples import MARKDOWN, TEXT

from assistant.app.assembly import Assistant
from assistant.core.errors import UploadError
from assistant.inference.decoding import decoding_for
from assistant.retrieval.index.lexical_index import LexicalIndex
from assistant.retrieval.index.shipped_vectors import write_shipped
from assistant.retrieval.note_store import NoteStore
from assistant.uploads import folder_uploads as folder_module
from assistant.uploads import session_uploads as session_module
from assistant.uploads.convert import convert
from assistant.uploads.folder_uploads import FolderUploads
from assistant.uploads.kept_uploads import find_clash, zip_of
from assistant.uploads.names import member_name, shown_name, shown_title, title_from
from assistant.uploads.session_uploads import Budget, SessionUploads

NAMES = [
    "../../pages/evil.py.md",
    "/etc/x.md",
    "..\\..\\x.md",
    "nul\0byte.md",
    "a" * 4000,
    "\u202egnp.md",
    "dropout.md",
    ".",
    "..",
    "",
    "\ud800.md",
    "con\ntrol\x1b[31m.md",
    "**bold** :red[x]",
]


@pytest.fixture
def store(knowledge, tmp_path):
    return NoteStore(knowledge, tmp_path / "index", WordEmbedder())


@pytest.fixture
def folder(knowledge, store):
    return FolderUploads(knowledge, store.renew)


@pytest.fixture
def private():
    return SessionUploads(WordEmbedder(), Budget())


@pytest.fixture(params=["folder", "session"])
def kept(request, folder, private):
    return folder if request.param == "folder" else private


def zephyr(text: bytes = TEXT, name: str = "zephyr.txt"):
    return convert(text, name)


def test_an_upload_is_listed_renamed_and_deleted(kept):
    upload = kept.add(zephyr())
    assert [entry.title for entry in kept.list()] == ["Zephyr"]
    renamed = kept.rename(upload.key, "The cluster: twelve nodes")
    assert kept.list() == (renamed,) and renamed.note.passages[0].title == "The cluster: twelve nodes"
    assert renamed.origin == upload.origin
    kept.delete(upload.key)
    kept.delete(upload.key)
    assert kept.list() == ()
    with pytest.raises(UploadError, match="no longer here"):
        kept.rename(upload.key, "x")


def test_the_same_content_or_name_is_noticed_and_replaced_or_kept_beside_as_asked(kept):
    first = kept.add(zephyr())
    assert find_clash(kept.list(), zephyr(name="other.txt")).same == "content"
    changed = zephyr(b"Zephyr moved.")
    assert find_clash(kept.list(), changed).same == "name"
    assert find_clash(kept.list(), zephyr(b"Something else.", "else.txt")) is None
    kept.add(zephyr())
    assert len({upload.key for upload in kept.list()}) == 2
    kept.add(changed, replaces=first.key)
    assert sorted(upload.text.rpartition("---")[2].strip()[:6] for upload in kept.list()) == ["The Ze", "Zephyr"]


def test_replacing_with_the_same_content_leaves_one(kept):
    first = kept.add(zephyr())
    kept.add(zephyr(), replaces=first.key)
    assert len(kept.list()) == 1


class Ended(BaseException):
    """As a stopped page is ended."""


@pytest.mark.parametrize("fault", [Ended(), UploadError("no")])
@pytest.mark.parametrize("text", [TEXT, b"Zephyr moved."])
def test_an_upload_that_was_ended_before_it_could_be_asked_about_leaves_everything_as_it_was(kept, text, fault):
    """Whoever reads the file once more must not be asked whether to replace what was never told of."""
    seen = []

    def end(*_):
        seen.append(find_clash(kept.list(), zephyr(text)))
        raise fault

    with pytest.raises(type(fault)):
        kept.add(zephyr(text), progress=end)
    assert seen == [None] and kept.list() == ()
    first = kept.add(zephyr())
    with pytest.raises(type(fault)):
        kept.add(zephyr(b"Zephyr has moved."), replaces=first.key, progress=end)
    assert kept.list() == (first,)
    assert kept.add(zephyr(text)) in kept.list()


def test_of_two_that_add_the_same_file_at_once_each_has_a_note_of_its_own(folder, monkeypatch):
    """One note for both would go with whoever of them is ended."""
    write, both = folder._write, threading.Barrier(2)

    def write_together(*given):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.3)
        write(*given)

    monkeypatch.setattr(folder, "_write", write_together)
    other = threading.Thread(target=folder.add, args=(zephyr(),))
    other.start()
    folder.add(zephyr())
    other.join()
    assert len({upload.key for upload in folder.list()}) == 2


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_file_is_called_it_stays_below_the_uploads_folder(knowledge, folder, name):
    before = {path for path in knowledge.parent.rglob("*") if "index" not in path.parts}
    folder.add(convert(TEXT, name))
    made = {path for path in knowledge.parent.rglob("*") if "index" not in path.parts} - before
    assert {path.parent for path in made} <= {knowledge, knowledge / "uploads"}
    assert all(path.name.removesuffix(".md").isalnum() for path in made)
    shown = shown_name(name)
    assert 0 < len(shown) <= 120 and shown.isprintable() and "/" not in shown and "\\" not in shown
    assert folder.list()[0].origin.name == shown


@pytest.mark.parametrize(
    "given, title",
    [("gradient_clipping-notes.pdf", "Gradient clipping notes"), (".", "File"), ("a/b/ResNet.md", "ResNet")],
)
def test_a_title_is_made_of_a_name_when_the_file_has_none(given, title):
    assert title_from(given) == title


def test_the_name_of_a_download_is_plain():
    assert member_name("../Größe & <b>", "a" * 64) == "groe-b-aaaaaaaa.md"
    assert member_name("\u202e/..", "a" * 64) == "note-aaaaaaaa.md"
    assert shown_title(" a\u202e\n b ") == "a b"


def test_shipped_notes_cannot_be_reached_by_a_key(knowledge, folder):
    for key in ("../dropout.md", "dropout.md", "/etc/passwd", str(knowledge / "dropout.md")):
        folder.delete(key)
        with pytest.raises(UploadError, match="no longer here"):
            folder.rename(key, "x")
    assert (knowledge / "dropout.md").is_file() and (knowledge / "adam.md").is_file()


def test_an_upload_to_the_folder_is_found_at_once_by_everyone_and_after_a_restart(knowledge, folder, store, tmp_path):
    folder.add(zephyr())
    retriever = retriever_of(WordEmbedder())
    for catalog in (store.catalog(), NoteStore(knowledge, tmp_path / "other", WordEmbedder()).catalog()):
        found = retriever.find(catalog, "How many nodes has the Zephyr cluster?")
        assert found.covered and found.hits[0].passage.note.startswith("uploads/")


def test_what_a_killed_writer_left_is_no_note(knowledge, folder):
    folder.add(zephyr())
    (knowledge / "uploads/.new-abc").write_text("half")
    assert len(folder.list()) == 1


def test_note_folder_and_its_parent_are_on_the_disk_before_the_upload_is_acknowledged(knowledge, monkeypatch):
    synced = []

    def record(descriptor):
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    sync = os.fsync
    monkeypatch.setattr(os, "fsync", record)
    upload = FolderUploads(knowledge, lambda progress: None).add(zephyr())
    uploads = knowledge / "uploads"
    for path in (uploads / upload.key, uploads, knowledge):
        assert path.stat().st_ino in synced, path


@pytest.mark.slow
def test_kill_9_in_mid_add_never_loses_an_acknowledged_upload_or_lists_half_of_one(tmp_path):
    """A process that adds uploads is killed a hundred times; `make soak` does it two thousand times."""
    seen = run_kills("kill_uploads.py", tmp_path / "knowledge")
    print(f"\n{seen['kills']} kills, {seen['in_mid_add']} in mid-add; {seen['acknowledged']} uploads acknowledged")
    assert seen["acknowledged"] >= seen["kills"]
    assert seen["in_mid_add"] >= seen["kills"] // 10, "the kills came between the uploads and proved nothing"


def test_a_full_disk_refuses_the_upload_and_keeps_what_was_there(folder, monkeypatch):
    first = folder.add(zephyr())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UploadError, match="No space left on device"):
        folder.add(zephyr(b"More."), replaces=first.key)
    assert folder.list() == (first,)


def test_a_link_in_the_place_of_the_folder_is_not_followed(knowledge, folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (knowledge / "uploads").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UploadError, match="symbolic link"):
        folder.add(zephyr())
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_note_put_there_by_hand_can_be_managed_too(knowledge, folder):
    (knowledge / "uploads").mkdir()
    (knowledge / "uploads/by hand.md").write_text("# By hand\n\ntext")
    (knowledge / "uploads/broken.md").write_bytes(b"\0")
    (upload,) = folder.list()
    assert (upload.title, upload.origin.name) == ("By hand", "by hand.md")
    folder.delete(upload.key)
    assert folder.list() == ()


def test_the_folder_has_limits(folder, monkeypatch):
    folder.add(zephyr())
    monkeypatch.setattr(folder_module, "FOLDER_FILES", 1)
    with pytest.raises(UploadError, match="uploads are kept here already"):
        folder.add(zephyr(b"More."))
    monkeypatch.setattr(folder_module, "FOLDER_FILES", 10)
    monkeypatch.setattr(folder_module, "FOLDER_BYTES", 100)
    with pytest.raises(UploadError, match="in all"):
        folder.add(zephyr(b"More."))
    assert len(folder.list()) == 1


def test_vectors_of_uploads_are_not_shipped(knowledge, folder, store):
    folder.add(zephyr())
    write_shipped(store.catalog().index, knowledge)
    assert [file.name for file in (knowledge / ".vectors").iterdir()] == ["notes.npz"]


def test_a_private_note_answers_its_owner_and_nobody_else(store, private):
    assistant = Assistant(retriever_of(WordEmbedder()), None)
    stranger = SessionUploads(WordEmbedder(), Budget())
    private.add(zephyr())
    question = "How many nodes has the Zephyr cluster?"
    found = assistant.search(question, private.over(store.catalog()))
    assert found.covered and found.hits[0].passage.note.startswith("private:")
    for catalog in (store.catalog(), stranger.over(store.catalog())):
        events = list(assistant.ask(question, catalog, decoding_for("focused")))
        answer = events[-1].answer
        assert "Zephyr" in " ".join(answer.told.unknown_terms)  # no note of theirs mentions it
        assert "Zephyr" not in repr([answer.lead, answer.sources, answer.nearest])
    private.delete(private.list()[0].key)
    assert not assistant.search(question, private.over(store.catalog())).covered


def test_the_words_of_a_private_note_are_known_to_its_owner_alone(store, private):
    private.add(zephyr())
    assert private.over(store.catalog()).vocabulary.knows("zephyr")
    assert not store.catalog().vocabulary.knows("zephyr")
    private.delete(private.list()[0].key)
    assert not private.over(store.catalog()).vocabulary.knows("zephyr")


def test_without_private_notes_the_shared_catalog_is_used_as_it_is(store, private):
    assert private.over(store.catalog()) is store.catalog()
    upload = private.add(zephyr())
    private.delete(upload.key)
    assert private.over(store.catalog()) is store.catalog()


def test_both_catalogs_are_searched_as_if_they_were_one(knowledge, store, private, tmp_path):
    arrival = convert(MARKDOWN, "a")
    private.add(arrival)
    joined = private.over(store.catalog())
    FolderUploads(knowledge, store.renew).add(arrival)
    whole = store.catalog()
    query = WordEmbedder().embed(["gradient norm limit of Adam"])[0]

    def found(catalog):
        return [(catalog.index.passages[row].text, round(cosine, 5)) for row, cosine in catalog.index.search(query, 4)]

    assert found(joined) == found(whole)
    for row, passage in enumerate(joined.index.passages):
        twin = next(at for at, other in enumerate(whole.index.passages) if other.text == passage.text)
        np.testing.assert_allclose(joined.index.vector(row), whole.index.vector(twin))
    ranked = [
        [catalog.index.passages[row].text for row in np.argsort(-catalog.lexical.scores("clipping gradient Adam"))]
        for catalog in (joined, whole)
    ]
    assert ranked[0][0] == ranked[1][0]


def test_words_of_a_few_private_passages_weigh_like_those_of_the_whole_library(tmp_path):
    """The same passage scores about the same alone beside many others as among them."""
    arrival = zephyr()
    alone = arrival.note.passages
    many = tuple(replace(alone[0], text=f"Passage {at} about gradients and losses.") for at in range(200))
    shared = LexicalIndex.of(many)
    private = LexicalIndex.of(alone)
    whole = LexicalIndex.of((*many, *alone)).scores("Zephyr cluster")[-1]
    assert private.scores("Zephyr cluster")[0] < whole / 4
    assert private.beside(shared.frequency, len(many)).scores("Zephyr cluster")[0] == pytest.approx(whole, rel=0.35)
    assert private.scores("Zephyr cluster")[0] < whole / 4, "the index itself is unchanged"


@pytest.mark.slow
def test_a_session_has_limits_and_all_sessions_together_too(monkeypatch):
    budget = Budget(2)
    one, two = SessionUploads(WordEmbedder(), budget), SessionUploads(WordEmbedder(), budget)
    one.add(zephyr())
    two.add(zephyr())
    with pytest.raises(UploadError, match="as many private notes as it can"):
        two.add(zephyr(b"More."))
    assert len(two.list()) == 1 and budget.taken == 2
    del one
    gc.collect()
    assert budget.taken == 1
    two.add(zephyr(b"More."))
    monkeypatch.setattr(session_module, "CHARACTERS_A_PASSAGE", 10)
    with pytest.raises(UploadError, match="as many private notes"):
        SessionUploads(WordEmbedder(), Budget(2)).add(zephyr(b"A passage that counts as several."))
    monkeypatch.setattr(session_module, "CHARACTERS_A_PASSAGE", 3_000)
    monkeypatch.setattr(session_module, "SESSION_PASSAGES", 2)
    with pytest.raises(UploadError, match="may have 2 passages"):
        two.add(zephyr(b"Again."))
    monkeypatch.setattr(session_module, "SESSION_FILES", 2)
    with pytest.raises(UploadError, match="At most 2 files"):
        two.add(zephyr(b"Again."))


class LimitThatCollects(int):
    """The collector runs while the budget's lock is held: it may, wherever something is allocated."""

    def __lt__(self, other):
        gc.collect()
        return int(self) < other


@pytest.mark.slow
def test_a_session_collected_while_another_is_refused_gives_back_and_blocks_nobody():
    budget = Budget(LimitThatCollects(2))
    gone = SessionUploads(WordEmbedder(), budget)
    gone.add(zephyr())
    gone.itself = gone  # only the collector can free it
    gc.disable()
    try:
        del gone
        refused = threading.Thread(target=pytest.raises, args=(UploadError, budget.change, 2), daemon=True)
        refused.start()
        refused.join(60)
    finally:
        gc.enable()
    assert not refused.is_alive() and budget.taken == 0


def test_unchanged_private_notes_are_not_embedded_again():
    embedder = WordEmbedder()
    private = SessionUploads(embedder, Budget())
    private.add(zephyr())
    before = len(embedder.embedded)
    private.add(zephyr(b"More."))
    assert len(embedder.embedded) == before + 1


def test_all_uploads_can_be_taken_home_as_notes(kept):
    kept.add(zephyr())
    kept.add(zephyr())
    kept.add(convert(MARKDOWN, "a"))
    with zipfile.ZipFile(io.BytesIO(zip_of(kept.list()))) as archive:
        names = archive.namelist()
        assert len(set(names)) == 3 and all(name.endswith(".md") and "/" not in name for name in names)
        assert any("title: Gradient clipping" in archive.read(name).decode() for name in names)
