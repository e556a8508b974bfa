"""Whatever happens to the engine's process is noticed, said plainly, and mended; a stand-in plays the process."""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from engine_checks import until
from fakes import WordEmbedder, retriever_of

from assistant.chat.assistant import Assistant
from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo
from assistant.core.settings import REPOSITORY, read_settings
from assistant.inference.decoding import decoding_for
from assistant.inference.manager import process as process_module
from assistant.inference.manager import worker as life
from assistant.inference.manager.process import EngineProcess
from assistant.inference.manager.worker import End
from assistant.inference.models.catalog import Candidate
from assistant.inference.serving.remote import RemoteGenerator
from assistant.inference.serving.server_client import ServerClient
from assistant.retrieval.note_store import NoteStore

FOCUSED = decoding_for("focused")


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start an engine process with a fault; quick looks, and short pauses between lives."""
    monkeypatch.setattr(life, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(life, "HANG_SECONDS", 2.0)
    monkeypatch.setattr(process_module, "BACKOFF_SECONDS", (1.0, 0.1))
    running = []

    def started(fault: str) -> EngineProcess:
        command = [sys.executable, str(REPOSITORY / "tests" / "support" / "child_engine.py"), fault, str(tmp_path)]
        monkeypatch.setattr(process_module, "command_for", lambda *_: command)
        candidate = Candidate(ModelInfo("tiny", "openvino", 64), "", 0, True, "")
        running.append(EngineProcess(candidate, read_settings(), 2**20))
        return running[-1]

    yield started
    for process in running:
        process.close()


def text_of(process: EngineProcess) -> str:
    return "".join(piece.text for piece in process.stream("a", FOCUSED))


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault, state, says, killed",
    [
        ("ends", "failed", "It cannot be loaded: its process ended with status 3", False),
        ("killed while it loads", "failed", "most likely because memory ran out", True),
        ("refuses", "failed", "It cannot be loaded: The weights are damaged.", False),
        ("hangs", "restarting", "brought no token for", False),
        ("deaf", "restarting", "did not answer for", False),
        ("breaks", "restarting", "out of blocks", False),
        ("killed", "restarting", "most likely because memory ran out", True),
    ],
)
def test_a_fault_is_noticed_told_and_mended_by_a_new_process(start, monkeypatch, fault, state, says, killed):
    process = start(fault)
    assert until(lambda: process.status.state == state, 120)
    monkeypatch.setattr(life, "HANG_SECONDS", 120.0)  # a sound second life may wait for a core for seconds
    assert says in process.status.detail and process.status.killed == killed
    with pytest.raises(EngineError):
        process.stream("a", FOCUSED)
    assert until(lambda: process.status.state == "ready", 120)
    assert process.status.restarts == 1 and text_of(process) == "one two three"


@pytest.mark.slow
def test_a_model_that_computes_without_a_token_is_given_more_time_but_not_for_ever(start, monkeypatch):
    process = start("computes")
    assert until(lambda: process.status.state == "ready", 120)
    assert not until(lambda: process.status.state != "ready", 5)  # HANG_SECONDS is 2
    monkeypatch.setattr(life, "BUSY_HANG_SECONDS", 50.0)
    assert until(lambda: process.status.state == "restarting", 120)
    assert "brought no token for 100 s" in process.status.detail


def test_a_model_that_is_never_ready_is_given_up(start, monkeypatch):
    monkeypatch.setattr(life, "LOAD_SECONDS", 0.5)
    process = start("always never ready")
    assert until(lambda: process.status.state == "failed", 120)
    assert "within" in process.status.detail and not process.status.killed


@pytest.mark.slow
def test_after_the_last_pause_it_is_tried_for_ever_and_answers_once_the_cause_is_gone(start, tmp_path, monkeypatch):
    monkeypatch.setattr(process_module, "BACKOFF_SECONDS", (0.01, 0.01))
    process = start("always ends")
    assert until(lambda: process.status.restarts > 4, 120)
    assert process.status.state == "failed" and "ended with status 3" in process.status.detail
    (tmp_path / "mended").touch()
    assert until(lambda: process.status.state == "ready", 120)
    assert text_of(process) == "one two three"


@pytest.mark.slow
def test_a_model_that_dies_soon_after_every_start_counts_as_failed_in_the_end(start, monkeypatch):
    """So that a smaller one takes its place."""
    monkeypatch.setattr(process_module, "BACKOFF_SECONDS", (0.01, 0.01))
    monkeypatch.setattr(life, "HANG_SECONDS", 60.0)  # a life is short below ten of these
    process = start("always breaks")
    assert until(lambda: process.status.state == "restarting", 120)
    assert until(lambda: process.status.state == "failed", 120)
    assert process.status.restarts == 3 and "out of blocks" in process.status.detail


@pytest.mark.slow
def test_a_model_that_was_ready_once_is_tried_several_times_before_a_smaller_one_takes_its_place(start, monkeypatch):
    """One start that fails, on a busy disk or for want of memory, must not cost the better model for good."""
    monkeypatch.setattr(process_module, "BACKOFF_SECONDS", (0.01, 0.01, 0.01))
    process = start("")
    assert until(lambda: process.status.state == "ready", 120)
    seen = []
    live = process._live

    def fail_once(restarts):
        if seen:
            return live(restarts)
        seen.append("failed")
        return End("It cannot be loaded within 300 s.")

    monkeypatch.setattr(process, "_live", fail_once)
    states = set()
    os.kill(process._life.pid, signal.SIGKILL)
    assert until(lambda: states.add(process.status.state) or (seen and process.status.state == "ready"), 120)
    assert "failed" not in states and process.status.restarts == 2


@pytest.mark.slow
def test_a_host_without_room_for_a_process_is_a_fault_like_any_other(start, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with monkeypatch.context() as full:
        full.setattr(subprocess, "Popen", refuse)
        process = start("")
        assert until(lambda: process.status.state == "failed", 120)
        assert process.status.detail == "It cannot be started: Cannot allocate memory."
    assert until(lambda: process.status.state == "ready", 120)


def refuse_a_thread(*_):
    raise RuntimeError("can't start new thread")


def break_off(*_):
    raise http.client.IncompleteRead(b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    "place, name, defect, state",
    [(RemoteGenerator, "counters", break_off, "restarting"), (threading, "Timer", refuse_a_thread, "failed")],
    ids=["while it is watched", "while it loads"],
)
def test_a_defect_of_the_supervisor_ends_one_life_and_not_the_supervisor(
    start, monkeypatch, place, name, defect, state
):
    with monkeypatch.context() as broken:
        broken.setattr(place, name, defect)
        process = start("")
        assert until(lambda: process.status.state == state, 120)
        assert "could not be watched" in process.status.detail
    assert until(lambda: process.status.state == "ready", 120)
    assert text_of(process) == "one two three"


def test_a_process_that_ends_in_the_middle_of_an_answer_to_a_look_gave_no_answer():
    """As one that is killed between the head of the answer and its body."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")

        threading.Thread(target=answer, daemon=True).start()
        client = ServerClient(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", "", 2.0)
        with pytest.raises(EngineError, match="cannot be reached"):
            client.counters(2.0)


def test_while_the_engine_is_down_the_notes_answer(start, knowledge, tmp_path):
    process = start("always ends")
    assert until(lambda: process.status.state == "failed", 120)
    embedder = WordEmbedder()
    catalog = NoteStore(knowledge, tmp_path / "index", embedder).catalog()
    assistant = Assistant(retriever_of(embedder), process)
    *_, last = assistant.ask("Dropout sets random units to zero during training", catalog, FOCUSED)
    assert last.answer.finish == "notes" and "not available" in last.answer.problem
    assert "Dropout sets random units" in last.answer.text
