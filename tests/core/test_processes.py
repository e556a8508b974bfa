"""A command in a child process: its progress and its faults are told, and it is ended when it hangs."""

import sys
import time

import pytest

from assistant.core import processes as child
from assistant.core.errors import ModelError, Postponed
from assistant.core.processes import Child

SPEAKS = "import json, time\nfor done in range(8): print(json.dumps({'done': done, 'total': 7})); time.sleep(0.5)"
COMPUTES = "import time\nwhile time.process_time() < 3: pass"
HANGS = "import time; time.sleep(600)"


@pytest.fixture
def run(monkeypatch):
    """Run this Python as the child; it may stand still for two seconds. Gives back the progress it told."""
    monkeypatch.setattr(child, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(child, "HANG_SECONDS", 2.0)
    monkeypatch.setattr(child, "COMMAND", (sys.executable, "-c"))

    def run(code: str) -> list[int]:
        seen: list[int] = []
        Child([code], lambda done, total: seen.append(done)).wait()
        return seen

    return run


@pytest.mark.slow
def test_a_child_that_speaks_or_computes_may_take_longer_than_one_that_stands_still(run):
    assert run(SPEAKS) == list(range(8))
    began = time.monotonic()
    assert run(COMPUTES) == [] and time.monotonic() - began > 2


@pytest.mark.slow
@pytest.mark.parametrize("before", ["", 'print(\'{"done": 1, "total": 7}\')\n'])
def test_a_child_that_stands_still_is_ended(run, before):
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"its process brought nothing for \d+ s, so it was ended"):
        run(before + HANGS)
    assert time.monotonic() - began < 60


@pytest.mark.slow
def test_a_child_that_computes_without_a_word_is_ended_in_the_end(run, monkeypatch):
    monkeypatch.setattr(child, "BUSY_HANG_SECONDS", 3.0)
    with pytest.raises(ModelError, match="brought nothing for 3 s"):
        run("while True: pass")


def test_a_fault_that_the_child_reports_is_told_and_whether_it_may_pass(run):
    report = 'import sys; print(\'{"problem": "No room.", "may_pass": true}\'); sys.exit(1)'
    with pytest.raises(Postponed, match="No room"):
        run(report)
    with pytest.raises(ModelError, match="status 3"):
        run("import sys; sys.exit(3)")
