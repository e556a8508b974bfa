"""The engine process with a real tiny model: it answers, comes back after kill -9, and ends with its owner."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from engine_checks import GREEDY, PROMPT, expected, until

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo
from assistant.core.settings import REPOSITORY, read_settings
from assistant.inference.decoding import Decoding
from assistant.inference.manager.process import EngineProcess
from assistant.inference.models.catalog import Candidate

pytestmark = pytest.mark.slow


def candidate(folder, engine: str = "openvino") -> Candidate:
    return Candidate(ModelInfo("tiny", engine, 96, detail="A tiny model."), str(folder), 0, True, "named")


@contextlib.contextmanager
def started(folder, engine: str = "openvino"):
    process = EngineProcess(candidate(folder, engine), read_settings(threads=1), 2**28)
    try:
        yield process
    finally:
        process.close()


def children() -> list[psutil.Process]:
    """Engine processes of this test run that live."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and "assistant.inference.serving.child" in child.cmdline()
    ]


def text_of(process: EngineProcess) -> str:
    return "".join(piece.text for piece in process.stream(PROMPT, GREEDY))


def test_it_answers_survives_kill_9_and_ends_when_closed(tiny_converted, tiny_checkpoint, monkeypatch):
    monkeypatch.setattr("assistant.inference.manager.worker.LOOK_SECONDS", 0.2)
    right = expected(tiny_checkpoint, GREEDY)
    with started(tiny_converted) as process:
        with pytest.raises(EngineError, match="still loading"):
            process.count_tokens(["a"])
        assert process.wait(60).state == "ready"
        assert (process.info.name, process.info.window, process.info.engine) == ("tiny", 96, "openvino")
        assert text_of(process) == right
        assert process.counters()["finished"] == 1

        (child,) = children()
        pieces = process.stream("the loss", Decoding("custom", max_new_tokens=90))
        next(pieces)
        child.send_signal(signal.SIGKILL)
        with contextlib.suppress(EngineError):  # unless all of the short answer was on its way already
            list(pieces)
        assert until(lambda: process.status.state == "restarting")
        with pytest.raises(EngineError, match="started again"):
            text_of(process)
        assert until(lambda: process.status.state == "ready", 60)
        assert process.status.restarts == 1 and text_of(process) == right

        (again,) = children()
    assert until(lambda: not again.is_running()) and children() == []
    with pytest.raises(EngineError, match="shut down"):
        text_of(process)
    assert process.status.state == "closed"


def test_the_key_keeps_other_users_of_the_machine_out(tiny_converted):
    import urllib.error
    import urllib.request

    with started(tiny_converted) as process:
        assert process.wait(60).state == "ready"
        address = process._remote._client.address
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{address}/v1/models")
        (child,) = children()
        assert process._key not in " ".join(child.cmdline())


def test_a_model_that_cannot_be_loaded_is_reported_in_words(tmp_path):
    (tmp_path / "openvino_model.xml").write_text("<broken/>")
    with started(tmp_path) as process:
        status = process.wait(60)
        assert status.state == "failed" and "cannot be loaded" in status.detail
        with pytest.raises(EngineError, match="cannot be loaded"):
            process.count_tokens(["a"])
        assert process.info.name == "tiny"
    assert children() == []


def test_closing_while_it_loads_leaves_no_process(tiny_converted):
    with started(tiny_converted):
        assert until(lambda: len(children()) == 1)
    assert children() == []


PARENT = """
import sys, time
from assistant.inference.manager.process import EngineProcess
from assistant.inference.models.catalog import Candidate
from assistant.core.records import ModelInfo
from assistant.core.settings import read_settings

process = EngineProcess(Candidate(ModelInfo("tiny", "openvino", 96), sys.argv[1], 0, True, ""), read_settings(), 2**28)
assert process.wait(60).state == "ready", process.status
print(process._life.pid, flush=True)
time.sleep(60)
"""


def test_when_its_owner_is_killed_the_engine_ends_by_itself(tiny_converted):
    owner = subprocess.Popen(
        [sys.executable, "-c", PARENT, tiny_converted], cwd=REPOSITORY, stdout=subprocess.PIPE, env={**os.environ}
    )
    pid = int(owner.stdout.readline())
    assert psutil.pid_exists(pid)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    began = time.monotonic()
    assert until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert time.monotonic() - began < 10


def test_the_torch_engine_runs_in_the_same_process(tiny_checkpoint):
    with started(tiny_checkpoint, "torch") as process:
        assert process.wait(120).state == "ready"
        assert text_of(process) == expected(tiny_checkpoint, GREEDY)
