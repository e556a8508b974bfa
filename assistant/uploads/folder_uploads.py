"""Uploads for everyone: notes in ``knowledge/uploads``, on the disk before they are acknowledged.

The store finds them there like any other note. Only files of this folder are ever written or removed; the notes
beside it are read-only for visitors.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from assistant.core.errors import NoteError, UploadError
from assistant.core.files import atomic_write, sync
from assistant.retrieval.notes.library import UPLOADS, NoteFile, list_files
from assistant.uploads.kept_uploads import Progress
from assistant.uploads.limits import FOLDER_BYTES, FOLDER_FILES, MIB
from assistant.uploads.stored import ADDRESS, Arrival, Upload, parse_upload, retitled

Renew = Callable[[Progress | None], object]


class FolderUploads:
    """The uploads below a knowledge folder."""

    def __init__(self, knowledge: Path, renew: Renew) -> None:
        """``renew`` makes the store read its notes again; it is called after each change."""
        self._folder = knowledge / UPLOADS
        self._renew = renew
        self._read: dict[NoteFile, Upload] = {}
        self._lock = threading.Lock()  # two notes must not take the same key
        self._unfinished = ""  # key of the new note that is being added, on the disk but not acknowledged

    def list(self) -> tuple[Upload, ...]:
        """Every upload that can be used, by key. A file that cannot is reported with the other skipped notes."""
        found: dict[NoteFile, Upload] = {}
        for file in self._files():
            upload = self._read.get(file) or self._parsed(file)
            if upload is not None and upload.key != self._unfinished:
                found[file] = upload
        self._read = found
        return tuple(found.values())

    def add(self, arrival: Arrival, replaces: str | None = None, progress: Progress | None = None) -> Upload:
        """See ``KeptUploads``."""
        with self._lock:
            return self._add(arrival, replaces, progress)

    def _add(self, arrival: Arrival, replaces: str | None, progress: Progress | None) -> Upload:
        files = self._files()
        size = len(arrival.text.encode())
        if replaces is None and len(files) >= FOLDER_FILES:
            raise UploadError(f"{FOLDER_FILES:,} uploads are kept here already. Delete some first.")
        if sum(file.size for file in files) + size > FOLDER_BYTES:
            raise UploadError(f"Uploads may take {FOLDER_BYTES // MIB} MB here in all. Delete some first.")
        old = self._find(replaces) if replaces is not None else None
        key = self._free_key(arrival.origin.sha256, {file.path for file in files} - {replaces or ""})
        self._unfinished = key if old is None else ""
        try:
            self._write(key, arrival.text)
            try:
                if old is not None and old.key != key:
                    self._remove(old.key)
                self._renew(progress)
            except BaseException:  # also what ends a stopped page, out of its progress: nobody is told of the note
                self._take_back(key, old)
                raise
        finally:
            self._unfinished = ""
        return parse_upload(f"{UPLOADS}/{key}", key, arrival.text.encode())

    def rename(self, key: str, title: str) -> Upload:
        """See ``KeptUploads``."""
        text = retitled(self._find(key), title)
        self._write(key, text)
        self._renew(None)
        return parse_upload(f"{UPLOADS}/{key}", key, text.encode())

    def delete(self, key: str) -> None:
        """See ``KeptUploads``."""
        if key in {file.path for file in self._files()}:
            self._remove(key)
            self._renew(None)

    def _files(self) -> tuple[NoteFile, ...]:
        if self._folder.is_symlink():
            raise UploadError(f"{UPLOADS} must be a folder of its own, it is a symbolic link. Replace it by a folder.")
        return list_files(self._folder) if self._folder.is_dir() else ()

    def _parsed(self, file: NoteFile) -> Upload | None:
        path = self._folder / file.path
        try:
            if path.is_symlink():
                return None
            return parse_upload(f"{UPLOADS}/{file.path}", file.path, path.read_bytes())
        except (NoteError, OSError):  # the store reports it with its reason
            return None

    def _find(self, key: str) -> Upload:
        """The upload of a key. A key that is not listed never reaches the disk."""
        for upload in self.list():
            if upload.key == key:
                return upload
        raise UploadError("This upload is no longer here; somebody removed it. Load the page again.")

    def _free_key(self, sha256: str, taken: set[str]) -> str:
        stem = sha256[:ADDRESS]
        names = (f"{stem}.md" if at == 1 else f"{stem}-{at}.md" for at in range(1, FOLDER_FILES + 2))
        return next(name for name in names if name not in taken)

    def _write(self, key: str, text: str) -> None:
        """Whole or not at all, and on the disk when this returns. A killed writer leaves a hidden file, no note."""
        try:
            self._folder.mkdir(exist_ok=True)
            atomic_write(self._folder / key, text.encode())
            sync(self._folder.parent)  # each time: whoever made the folder may have been killed before this
        except OSError as fault:
            raise UploadError(f"The note cannot be kept: {fault.strerror}. Free space or ask the host.") from None

    def _take_back(self, key: str, old: Upload | None) -> None:
        """As it was before a note was written."""
        with suppress(UploadError):  # what ended the adding is told
            if old is not None:
                self._write(old.key, old.text)
            if old is None or old.key != key:
                self._remove(key)

    def _remove(self, key: str) -> None:
        try:
            (self._folder / key).unlink(missing_ok=True)
            sync(self._folder)
        except OSError as fault:
            raise UploadError(f"The note cannot be removed: {fault.strerror}. Ask the host.") from None
