"""Bounds what browsers have sent and no page has taken: Streamlit holds it in memory, for any session, without limit.

Files get there before the page runs, also where it takes none. What a page has read is let go at once; the rest stays
until its session ends. What arrives after that end would stay for ever, so it is refused.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileManager, UploadedFileRec

from assistant.uploads.limits import RECEIVED_BYTES, SESSION_RECEIVED_BYTES

TOO_MUCH = 413  # HTTP: the browser shows the file as refused
GONE = 400  # what Streamlit says to a file that begins after its session; it looks only before the body is read


def bound_received(manager: UploadedFileManager) -> None:
    """Let the manager refuse what is too much for one session or for all. Once is enough, twice does no harm."""
    if isinstance(manager, MemoryUploadedFileManager) and not isinstance(manager.add_file, _Bounded):
        manager.add_file = _Bounded(manager)  # type: ignore[method-assign]


class _Bounded:
    def __init__(self, manager: MemoryUploadedFileManager) -> None:
        self._manager = manager
        self._add = manager.add_file
        self._lock = threading.Lock()  # two files must not both take the last room

    def __call__(self, session_id: str, file: UploadedFileRec) -> None:
        # A visitor whose connection is lost at this moment is refused as well, and may send the file again.
        if runtime.exists() and not runtime.get_instance().is_active_session(session_id):
            raise HTTPException(GONE, "The session has ended. Load the page and add the file again.")
        with self._lock:
            held = {session: _bytes(files) for session, files in list(self._manager.file_storage.items())}
            mine = held.get(session_id, 0) + len(file.data)
            if mine > SESSION_RECEIVED_BYTES or sum(held.values()) + len(file.data) > RECEIVED_BYTES:
                raise HTTPException(TOO_MUCH, "Too many files at once. Add these later.")
            self._add(session_id, file)


def _bytes(files: Mapping[str, UploadedFileRec]) -> int:
    return sum(len(file.data) for file in list(files.values()))
