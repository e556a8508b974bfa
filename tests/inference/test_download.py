"""The real huggingface_hub client against a hub on a loopback port: whole, resumed, damaged, refused, gone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import filelock
import pytest
from loopback_hub import MODEL, LoopbackHub
from tiny_gpt2 import shards

from assistant.core.errors import ModelError, Postponed
from assistant.core.settings import REPOSITORY
from assistant.inference.models import embedded
from assistant.inference.models.download import fetch_checkpoint
from assistant.inference.models.hub import COMPLETE, download_folder, has_weights, hub_answers, local_checkpoint

WEIGHTS = "model.safetensors"
MB = 10**6


def same(folder: Path, hub: LoopbackHub, *names: str) -> bool:
    return all((folder / name).read_bytes() == (hub.folder / name).read_bytes() for name in names)


def test_only_config_safetensors_and_tokenizer_come_and_progress_counts_every_byte(hub, tmp_path):
    seen = []
    folder = fetch_checkpoint(MODEL, tmp_path / "here", progress=lambda done, total: seen.append((done, total)))
    names = {path.name for path in folder.iterdir()} - {".lock"}
    assert names == {
        "config.json",
        "generation_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        WEIGHTS,
        COMPLETE,
    }
    assert same(folder, hub, WEIGHTS, "tokenizer.json")
    total = sum((folder / name).stat().st_size for name in names - {COMPLETE})
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 20
    assert json.loads((folder / COMPLETE).read_text())["commit"] == hub.commit


def test_weights_in_several_files_come_with_their_index(hub, tmp_path):
    shards(hub.folder)
    folder = fetch_checkpoint(MODEL, tmp_path / "here")
    names = [path.name for path in hub.folder.glob("model-*.safetensors")]
    assert len(names) > 1 and same(folder, hub, "model.safetensors.index.json", *names)
    assert has_weights(folder)


def test_a_finished_download_is_found_and_is_not_fetched_again(hub, tmp_path):
    folder = fetch_checkpoint(MODEL, tmp_path / "downloads" / "someone--tiny-gpt2")
    assert local_checkpoint(tmp_path, MODEL) == folder
    fetch_checkpoint(MODEL, folder)
    assert len(hub.ranges(WEIGHTS)) == 1


def test_a_connection_that_breaks_is_resumed_at_once(hub, tmp_path):
    hub.break_after = 12 * MB
    folder = fetch_checkpoint(MODEL, tmp_path / "here")
    first, second = hub.ranges(WEIGHTS)
    assert first == "" and int(second.removeprefix("bytes=").rstrip("-")) >= 10 * MB
    assert same(folder, hub, WEIGHTS)


@pytest.mark.slow
def test_a_killed_process_leaves_what_arrived_and_the_next_one_goes_on_there(hub, tmp_path):
    hub.bytes_per_second = 20 * MB
    folder = tmp_path / "here"
    command = [sys.executable, "-m", "assistant", "fetch", "--child", "--folder", str(folder), MODEL]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=REPOSITORY
    )
    until = time.monotonic() + 20
    while sum(part.stat().st_size for part in folder.glob(f".{WEIGHTS}.*.part")) < 10 * MB:
        assert time.monotonic() < until and child.poll() is None
        time.sleep(0.02)
    child.kill()
    child.communicate()
    assert not (folder / WEIGHTS).exists() and not (folder / COMPLETE).exists()
    hub.bytes_per_second = None
    hub.requests.clear()
    seen = []
    fetch_checkpoint(MODEL, folder, progress=lambda done, total: seen.append(done))
    assert hub.ranges(WEIGHTS)[0].startswith("bytes=10")
    assert min(seen) > 10 * MB  # what was there counts from the start
    assert same(folder, hub, WEIGHTS)


@pytest.mark.parametrize("name", [WEIGHTS, "tokenizer.json"])
def test_a_wrong_byte_is_noticed_and_the_next_try_starts_that_file_anew(hub, tmp_path, name):
    hub.damaged = {name}
    with pytest.raises(ModelError, match=f"{name} of {MODEL} arrived damaged"):
        fetch_checkpoint(MODEL, tmp_path / "here")
    assert not (tmp_path / "here" / name).exists()
    hub.damaged = set()
    folder = fetch_checkpoint(MODEL, tmp_path / "here")
    assert hub.ranges(name) == ["", ""]
    assert same(folder, hub, name)


def test_a_file_that_rotted_on_the_disk_is_fetched_again(hub, tmp_path):
    folder = fetch_checkpoint(MODEL, tmp_path / "here")
    (folder / COMPLETE).unlink()
    content = bytearray((folder / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (folder / WEIGHTS).write_bytes(content)
    fetch_checkpoint(MODEL, folder)
    assert same(folder, hub, WEIGHTS)


def test_a_new_commit_replaces_what_the_old_one_left(hub, tmp_path):
    folder = fetch_checkpoint(MODEL, tmp_path / "here")
    (folder / f".{WEIGHTS}.0123.part").write_bytes(b"of an older commit")
    (folder / COMPLETE).unlink()
    content = bytearray((hub.folder / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (hub.folder / WEIGHTS).write_bytes(content)
    hub.commit = "b" * 40
    fetch_checkpoint(MODEL, folder)
    assert same(folder, hub, WEIGHTS)
    assert not list(folder.glob(".*.part"))


def test_a_disk_too_small_for_checkpoint_and_conversion_is_known_before_the_download(hub, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 0, 60 * MB))
    with pytest.raises(Postponed, match=r"needs 0\.\d GB of disk at .*0\.1 GB are free"):
        fetch_checkpoint(MODEL, tmp_path / "here", reserve=500 * MB)
    assert not hub.ranges(WEIGHTS)


def test_a_hub_that_is_gone_is_known_at_once_and_may_come_back(hub, tmp_path):
    assert hub_answers()
    hub.close()
    began = time.monotonic()
    assert not hub_answers()
    with pytest.raises(Postponed, match=r"connection to the model hub at http://127\.0\.0\.1.* broke"):
        fetch_checkpoint(MODEL, tmp_path / "here")
    assert time.monotonic() - began < 3


def test_the_environment_can_forbid_the_hub(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert not hub_answers()
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE is set"):
        fetch_checkpoint(MODEL, tmp_path / "here")
    assert not hub.requests


@pytest.mark.parametrize(
    "missing", [(WEIGHTS,), ("config.json",), ("tokenizer.json",)], ids=["weights", "config", "tokenizer"]
)
def test_a_model_without_the_files_is_refused_by_name(hub, tmp_path, missing):
    for name in missing:
        (hub.folder / name).unlink()
    with pytest.raises(ModelError, match=f"{MODEL} must hold config.json, a tokenizer and safetensors"):
        fetch_checkpoint(MODEL, tmp_path / "here")
    assert not hub.ranges(WEIGHTS)


def test_a_model_that_does_not_exist_is_refused_by_name(hub, tmp_path):
    with pytest.raises(ModelError, match="no nobody/nothing") as caught:
        fetch_checkpoint("nobody/nothing", tmp_path / "here")
    assert not isinstance(caught.value, Postponed)
    with pytest.raises(ModelError, match="is no id of the model hub"):
        fetch_checkpoint("a/b/c", tmp_path / "here")


def test_a_login_page_in_the_place_of_the_hub_is_no_model(hub, tmp_path):
    hub.page = b"<html>Welcome to the hotel</html>"
    with pytest.raises(Postponed, match="does not answer as the model hub does"):
        fetch_checkpoint(MODEL, tmp_path / "here")


def test_two_processes_do_not_download_the_same_model(hub, tmp_path):
    (tmp_path / "here").mkdir()
    with filelock.FileLock(tmp_path / "here" / ".lock"), pytest.raises(Postponed, match="Another process"):
        fetch_checkpoint(MODEL, tmp_path / "here")


def test_the_embedded_model_comes_as_one_file_known_beforehand(hub, tmp_path):
    hub.files = {f"{embedded.HUB}/{embedded.FILE}": embedded.packaged_file()}
    folder = fetch_checkpoint(embedded.HUB, download_folder(tmp_path, embedded.HUB))
    assert embedded.downloaded_file(tmp_path) == folder / embedded.FILE
    asked = [path for _, path, _ in hub.requests if path.startswith(f"/{embedded.HUB}/")]
    assert asked == [f"/{embedded.HUB}/resolve/{embedded.COMMIT}/{embedded.FILE}"]


def test_another_file_in_the_place_of_the_embedded_model_is_refused(hub, tmp_path):
    other = tmp_path / "other.gguf"
    with other.open("wb") as file:
        file.truncate(embedded.SIZE)
    hub.files = {f"{embedded.HUB}/{embedded.FILE}": other}
    with pytest.raises(ModelError, match="arrived damaged"):
        fetch_checkpoint(embedded.HUB, download_folder(tmp_path, embedded.HUB))
    assert embedded.downloaded_file(tmp_path) is None


def test_a_snapshot_in_the_shared_cache_is_found(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    model = tmp_path / "cache" / "models--someone--tiny-gpt2"
    snapshot = model / "snapshots" / hub.commit
    shutil.copytree(hub.folder, snapshot)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(hub.commit)
    assert local_checkpoint(tmp_path, MODEL) == snapshot
    (snapshot / WEIGHTS).unlink()
    assert local_checkpoint(tmp_path, MODEL) is None


def test_the_command_says_what_is_wrong_in_one_line(hub, tmp_path):
    hub.close()
    environment = {**os.environ, "ASSISTANT_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "assistant", "fetch", MODEL],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=environment,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == f"error: {MODEL} cannot be used: not here, and the model hub cannot be reached\n"
