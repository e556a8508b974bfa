"""A hub on a loopback port that publishes a tiny GPT-2, for the tests that download."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub.constants
import huggingface_hub.file_download
import pytest
from loopback_hub import LoopbackHub
from tiny_gpt2 import make, train_tokenizer

MB = 10**6


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    """A tiny GPT-2, with a long vocabulary that makes its weights 26 MB, beside files that nobody should fetch."""
    folder = make(tmp_path_factory.mktemp("published"), train_tokenizer(), vocab_size=100_000)
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    (folder / "modeling.py").write_text("raise SystemExit")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "config.json").write_text("{}")
    return folder


@pytest.fixture
def hub(published, tmp_path, monkeypatch):
    """The hub, and this process allowed to reach it; conftest.py forbids it before huggingface_hub is imported."""
    hub = LoopbackHub(shutil.copytree(published, tmp_path / "published"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1 * MB)
    pause = SimpleNamespace(sleep=lambda seconds: None)  # the client waits 1 s before each of its own retries
    monkeypatch.setattr(huggingface_hub.file_download, "time", pause)
    yield hub
    hub.close()
