"""What was published stays readable whatever happens to the writer, and damage is never taken for data."""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from filelock import Timeout
from kill_run import run_kills

from assistant.core.errors import IndexingError
from assistant.core.settings import REPOSITORY
from assistant.retrieval.index import snapshot_store
from assistant.retrieval.index.snapshot_store import MANIFEST, POINTER, Damaged, SnapshotStore


def filler(text: str, **about):
    def fill(folder):
        (folder / "a.txt").write_text(text)
        (folder / "b.txt").write_text(text)
        return {"text": text, **about}

    return fill


def both(folder, manifest):
    """Where a generation is, and what its manifest says."""
    return folder, manifest


def content(generations: SnapshotStore) -> str:
    """What the published generation holds, after checking that both of its files agree with the manifest."""
    folder, manifest = generations.read(both)
    assert (folder / "a.txt").read_text() == (folder / "b.txt").read_text() == manifest["text"]
    return manifest["text"]


def test_nothing_published_reads_as_none(tmp_path):
    assert SnapshotStore(tmp_path / "never").read(both) is None


def test_the_last_write_is_read_and_older_generations_are_removed(tmp_path):
    generations = SnapshotStore(tmp_path / "new" / "folder")
    generations.write(filler("one"))
    published = generations.write(filler("two"))
    assert content(generations) == "two"
    assert [path for path in published.parent.iterdir() if path.name.startswith("g-")] == [published]


def test_a_fill_that_fails_leaves_the_earlier_generation_and_no_rubbish(tmp_path):
    generations = SnapshotStore(tmp_path)
    generations.write(filler("one"))
    before = sorted(path.name for path in tmp_path.iterdir())

    def fail(folder):
        (folder / "a.txt").write_text("half")
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        generations.write(fail)
    assert content(generations) == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("file", ["a.txt", MANIFEST, POINTER])
def test_no_flipped_byte_goes_unnoticed(tmp_path, file):
    generations = SnapshotStore(tmp_path)
    published = generations.write(filler("some text"))
    path = tmp_path / POINTER if file == POINTER else published / file
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x41]) + good[at + 1 :])
        with pytest.raises(Damaged):
            generations.read(both)
    path.write_bytes(good)
    assert content(generations) == "some text"


@pytest.mark.parametrize("file", ["a.txt", MANIFEST, POINTER])
@pytest.mark.parametrize("keep", [0, 5])
def test_a_truncated_file_is_damage(tmp_path, file, keep):
    generations = SnapshotStore(tmp_path)
    published = generations.write(filler("some text"))
    os.truncate(tmp_path / POINTER if file == POINTER else published / file, keep)
    with pytest.raises(Damaged):
        generations.read(both)


@pytest.mark.parametrize("file", ["a.txt", MANIFEST])
def test_a_missing_file_is_damage_and_the_next_write_mends_it(tmp_path, file):
    generations = SnapshotStore(tmp_path)
    (generations.write(filler("one")) / file).unlink()
    with pytest.raises(Damaged):
        generations.read(both)
    generations.write(filler("two"))
    assert content(generations) == "two"


@pytest.mark.parametrize("name", ["..", ".", "../elsewhere", "/etc", "g-unknown", "é", "g-\0"])
def test_a_pointer_that_leads_elsewhere_is_damage(tmp_path, name):
    generations = SnapshotStore(tmp_path / "here")
    SnapshotStore(tmp_path / "elsewhere").write(filler("foreign"))
    generations.write(filler("own"))
    (tmp_path / "here" / POINTER).write_text(name, encoding="utf-8")
    with pytest.raises(Damaged):
        generations.read(both)


def test_readers_beside_two_writers_always_see_a_whole_generation(tmp_path):
    SnapshotStore(tmp_path).write(filler("start"))
    faults: list[Exception] = []
    done = threading.Event()

    def write(name: str) -> None:
        for number in range(15):
            SnapshotStore(tmp_path).write(filler(f"{name} {number}"))

    def read() -> None:
        while not done.is_set():
            try:
                SnapshotStore(tmp_path).read(both)
            except Exception as fault:
                faults.append(fault)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("x", "y")]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert content(SnapshotStore(tmp_path)) in ("x 14", "y 14")
    assert faults == []


@pytest.mark.slow
def test_kill_9_in_mid_write_never_leaves_a_damaged_or_mixed_index(tmp_path):
    """A process that writes the index is killed a hundred times; `make soak` does it two thousand times."""
    seen = run_kills("kill_loop.py", tmp_path / "index")
    print(f"\n{seen['kills']} kills, {seen['in_mid_write']} of them in mid-write")
    assert seen["in_mid_write"] >= seen["kills"] // 10, "the kills came between the writes and proved nothing"


WRITER = """
import sys
import time
from pathlib import Path
from assistant.retrieval.index.snapshot_store import SnapshotStore

def fill(folder):
    text = sys.argv[2] + str(number) * 20_000
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(text)
    return {"text": text}

number = 0
while True:
    SnapshotStore(Path(sys.argv[1])).write(fill)
    number += 1
    print(number, flush=True)
    time.sleep(0.01)  # the lock is polled, so a writer without a pause would keep the other out
"""


def test_two_processes_that_write_at_once_never_show_a_mixed_state(tmp_path):
    SnapshotStore(tmp_path).write(filler("start"))
    with contextlib.ExitStack() as stack:
        for name in ("x", "y"):
            writer = stack.enter_context(
                subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, name], cwd=REPOSITORY, stdout=subprocess.PIPE)
            )
            stack.callback(writer.kill)
            writer.stdout.readline()  # it writes without a pause from here on
        reads, seen, ends = 0, set(), time.monotonic() + 60
        while reads < 200 or len(seen) < 2:
            assert time.monotonic() < ends, "one writer keeps the other out"
            seen.add(SnapshotStore(tmp_path).read(both)[1]["text"][0])
            reads += 1
    assert seen == {"x", "y"}


def test_a_folder_that_cannot_be_written_is_an_error_with_a_way_out(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexingError, match=r"cannot be written.*ASSISTANT_HOME"):
        SnapshotStore(tmp_path / "file" / "index").write(filler("one"))


def test_a_full_disk_is_an_error_and_the_earlier_generation_stays(tmp_path):
    generations = SnapshotStore(tmp_path)
    generations.write(filler("one"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # as if nothing more fitted; Python ignores SIGXFSZ
    try:
        with pytest.raises(IndexingError, match="cannot be written"):
            generations.write(filler("x" * 5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert content(generations) == "one"


@pytest.fixture
def named(monkeypatch):
    """Generations get these names one after the other."""

    def give(*names):
        ids = iter([SimpleNamespace(hex=name) for name in names])
        monkeypatch.setattr(snapshot_store.uuid, "uuid4", lambda: next(ids))

    return give


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_what_is_published_while_it_is_read_is_read_instead(tmp_path, named, names):
    named(*names)
    store = SnapshotStore(tmp_path)
    store.write(filler("one"))
    seen = []

    def make(folder, manifest):
        seen.append(manifest["text"])
        if len(seen) == 1:
            store.write(filler("two"))
            raise Damaged("its files are gone")
        return manifest["text"]

    assert store.read(make) == "two" and seen == ["one", "two"]


def test_damage_without_a_new_generation_is_told_at_once(tmp_path):
    store, seen = SnapshotStore(tmp_path), []
    store.write(filler("one"))

    def make(folder, manifest):
        seen.append(1)
        raise Damaged("odd")

    with pytest.raises(Damaged, match="odd"):
        store.read(make)
    assert seen == [1]


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_older_generations_and_what_killed_writers_left_are_removed_whatever_their_names(tmp_path, named, names):
    named(*names)
    store = SnapshotStore(tmp_path)
    store.write(filler("one"))
    (tmp_path / f"{POINTER}.g-killed").write_text("half")
    published = store.write(filler("two"))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "lock") == [POINTER, published.name]


def test_an_old_generation_that_cannot_be_removed_does_no_harm(tmp_path, monkeypatch):
    store = SnapshotStore(tmp_path)
    store.write(filler("one"))

    def refuse(path, ignore_errors=False):
        if not ignore_errors:
            raise PermissionError("a reader has it open")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    store.write(filler("two"))
    assert content(store) == "two"


def test_a_writer_waits_two_minutes_for_another_and_says_so(tmp_path, monkeypatch):
    def busy(file, timeout):
        assert (file, timeout) == (tmp_path / "lock", 120)
        raise Timeout(str(file))

    monkeypatch.setattr(snapshot_store, "FileLock", busy)
    with pytest.raises(IndexingError, match="for two minutes"):
        SnapshotStore(tmp_path).write(filler("one"))


def test_a_whole_generation_of_another_folder_is_never_read(tmp_path):
    store = SnapshotStore(tmp_path / "here")
    foreign = SnapshotStore(tmp_path / "elsewhere").write(filler("foreign"))
    store.write(filler("own"))
    for name in (f"../elsewhere/{foreign.name}", str(foreign)):
        (tmp_path / "here" / POINTER).write_text(name)
        with pytest.raises(Damaged, match="not a generation"):
            store.read(both)
