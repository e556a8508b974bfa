"""What browsers send and no page takes: bounded for each session and for all, whatever the settings."""

import asyncio
import urllib.error
from types import SimpleNamespace

import psutil
import pytest
from page_server import page_server, shipped_notes
from starlette.exceptions import HTTPException
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from visitor import Visitor

from assistant.ui.files import received
from assistant.ui.files.received import bound_received
from assistant.uploads.limits import FILE_BYTES, RECEIVED_BYTES, SESSION_RECEIVED_BYTES

FULL = FILE_BYTES - 1000  # of a body that may have FILE_BYTES, so that its frame fits


@pytest.fixture
def manager():
    manager = MemoryUploadedFileManager("/upload")
    bound_received(manager)
    bound_received(manager)
    return manager


def add(manager, session: str, name: str) -> None:
    manager.add_file(session, UploadedFileRec(name, name, "", b"x" * FILE_BYTES))


def held(manager) -> int:
    return sum(len(file.data) for files in manager.file_storage.values() for file in files.values())


def test_a_session_may_have_so_much_and_has_room_again_for_what_was_read(manager):
    for at in range(SESSION_RECEIVED_BYTES // FILE_BYTES):
        add(manager, "a", f"{at}")
    with pytest.raises(HTTPException) as refused:
        add(manager, "a", "one more")
    assert refused.value.status_code == 413 and held(manager) == SESSION_RECEIVED_BYTES
    manager.remove_file("a", "0")
    add(manager, "a", "one more")
    add(manager, "b", "another's")


def test_all_sessions_together_may_have_so_much(manager):
    for at in range(RECEIVED_BYTES // FILE_BYTES):
        add(manager, f"session {at}", "file")
    with pytest.raises(HTTPException):
        add(manager, "the last", "file")
    assert held(manager) == RECEIVED_BYTES
    manager.remove_session_files("session 0")
    add(manager, "the last", "file")


def test_what_arrives_after_the_end_of_its_session_is_refused(manager, monkeypatch):
    """Nothing would ever remove it."""
    active = {"here"}
    page = SimpleNamespace(is_active_session=active.__contains__)
    monkeypatch.setattr(received, "runtime", SimpleNamespace(exists=lambda: True, get_instance=lambda: page))
    add(manager, "here", "file")
    with pytest.raises(HTTPException) as refused:
        add(manager, "gone", "file")
    assert refused.value.status_code == 400 and list(manager.file_storage) == ["here"]


@pytest.mark.slow
def test_a_page_that_takes_no_uploads_does_not_hold_what_is_sent_all_the_same(tmp_path):
    """Thirty times five megabytes from one session, straight to Streamlit's address for files."""

    async def send(port) -> list[int]:
        refused = []
        async with Visitor(port) as visitor:
            for at in range(30):
                try:
                    await visitor.upload(f"{at}.md", b"x" * FULL)
                except urllib.error.HTTPError as fault:
                    refused.append(fault.code)
            assert "My notes do not cover" in await visitor.ask("How long do I boil eggs?")
        return refused

    notes = shipped_notes(tmp_path / "notes", "learning")
    with page_server(tmp_path, notes, model="none", uploads="off") as server:
        asyncio.run(send(server.port))  # also what the first question needs
        page = psutil.Process(server.process.pid)
        before = page.memory_info().rss
        refused = asyncio.run(send(server.port))
        assert len(refused) >= 30 - SESSION_RECEIVED_BYTES // FULL and set(refused) == {413}
        assert page.memory_info().rss - before < SESSION_RECEIVED_BYTES + 20 * 2**20
    assert "Traceback" not in server.said()
