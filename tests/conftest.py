"""What every test starts from: a cache of its own, no settings from outside, no network beyond this machine."""

from __future__ import annotations

import os
import signal
import socket

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the fork warning would end up in the output of child processes
if "PYTEST_XDIST_WORKER" in os.environ:  # tests beside one another share the cores; threads that spin would take them
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from assistant.app import loading

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background, and its children, are deaf


def pytest_collection_modifyitems(items):
    """Files that take long begin first: at the end the short ones fill what is left between the workers."""
    weight: dict[str, int] = {}
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        weight[item.path] = weight.get(item.path, 0) + (8 if "browser" in marks else 4 if "slow" in marks else 0)
    items.sort(key=lambda item: -weight[item.path])


@pytest.fixture(autouse=True)
def clean_settings(tmp_path_factory, monkeypatch):
    """No ASSISTANT_ variable but a home of the test's own, and no load left over from another test."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr(loading, "_loading", None)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Connections beyond this machine fail at once."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def knowledge(tmp_path):
    """A small knowledge folder: one note about dropout with two sections, one about Adam."""
    from fakes import ADAM, DROPOUT, write_notes

    return write_notes(tmp_path / "knowledge", dropout=DROPOUT, adam=ADAM)


@pytest.fixture(scope="module")
def browser():
    """A Chromium of the module's own."""
    from browsing import chromium  # here, so that tests without a browser do without it

    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser, address):
    """One visitor of the page at the module's ``address``."""
    from browsing import visit

    with visit(browser, address) as page:
        yield page


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory):
    """The folder of a tiny GPT-2 with random weights, in Hugging Face's layout: 300 tokens, a window of 96."""
    from tiny_gpt2 import make, train_tokenizer

    return make(tmp_path_factory.mktemp("tiny") / "checkpoint", train_tokenizer())


@pytest.fixture(scope="session")
def tiny_converted(tmp_path_factory, tiny_checkpoint):
    """The same model converted for the CPU engine without loss."""
    from assistant.inference.gpt2.convert import convert

    return convert(tiny_checkpoint, tmp_path_factory.mktemp("tiny") / "converted", 32)
