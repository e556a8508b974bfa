"""One load per process, whoever asks and however often; a load that fails is tried again."""

import functools
import logging
import threading

import pytest

from assistant.app import loading
from assistant.app.loading import Loading, loading_of_process
from assistant.core.errors import ModelError
from assistant.core.settings import read_settings


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch):
    monkeypatch.setattr(loading, "BACKOFF_SECONDS", (0.05,))


def test_a_hundred_first_visitors_cause_one_load(monkeypatch):
    loads, parts, barrier = [], object(), threading.Barrier(100)

    def assemble(settings, report):
        loads.append(settings)
        return parts

    monkeypatch.setattr(loading, "Loading", functools.partial(Loading, assemble_parts=assemble))
    got = []

    def visit():
        barrier.wait()
        got.append(loading_of_process(read_settings).wait(60))

    threads = [threading.Thread(target=visit) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [parts] * 100 and len(loads) == 1


@pytest.mark.parametrize(
    "fault, shown",
    [(ModelError("The disk is full."), "The disk is full."), (MemoryError(), "MemoryError")],
)
def test_a_load_that_fails_twice_is_shown_and_tried_until_it_works(fault, shown, caplog):
    caplog.set_level(logging.CRITICAL)
    problems, tries = [], []

    def assemble(settings, report):
        tries.append(len(tries))
        report("Reading the notes", 0.5)
        problems.append(started.progress.problem if len(tries) > 1 else "")
        if len(tries) < 3:
            raise fault
        return "parts"

    started = Loading(read_settings(), assemble)
    assert started.wait(60) == "parts" == started.parts
    assert len(tries) == 3
    assert problems[0] == "" and all(shown in problem for problem in problems[1:])


def test_progress_is_what_the_load_reports_and_waiting_ends_in_time():
    reported, go = threading.Event(), threading.Event()

    def assemble(settings, report):
        report("Reading the notes", 0.25)
        reported.set()
        assert go.wait(60)
        return "parts"

    started = Loading(read_settings(), assemble)
    assert reported.wait(60)
    assert (started.progress.what, started.progress.share) == ("Reading the notes", 0.25)
    assert started.wait(0.01) is None and started.parts is None
    go.set()
    assert started.wait(60) == "parts"


def test_settings_that_cannot_be_read_are_the_callers_error_and_nothing_is_remembered():
    def broken():
        raise ModelError("no settings")

    for _ in range(2):
        with pytest.raises(ModelError):
            loading_of_process(broken)
