"""A folder of generations: each write is a new sub-folder, published by replacing one small pointer file.

Writing in place, or renaming two files, leaves mixed or unreadable states when the process is killed in between; a
new folder and one pointer does not. Every file's SHA-256 stands in the generation's manifest and is checked when it
is read, so that bit rot is noticed and never loaded.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from assistant.core.errors import IndexingError
from assistant.core.files import replacing, sync

POINTER = "CURRENT"
MANIFEST = "manifest.json"
Made = TypeVar("Made")


class Damaged(Exception):
    """What is on disk is not what was written; it must be made again."""


class SnapshotStore:
    """The generations below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, make: Callable[[Path, dict[str, Any]], Made]) -> Made | None:
        """What ``make`` reads of the published generation's folder and manifest, every file of which was checked.

        None when nothing was published. A writer that publishes meanwhile removes what is being read: then ``make`` is
        called again, with what is new. Raises Damaged when the pointer, the manifest or a file is not what was written,
        and when ``make`` does.
        """
        while True:
            before = self._pointer()
            try:
                published = self._read()
                return None if published is None else make(*published)
            except Damaged:
                if self._pointer() == before:  # otherwise a writer removed it meanwhile: what is new is read instead
                    raise

    def _pointer(self) -> bytes:
        try:
            return (self._folder / POINTER).read_bytes()
        except OSError:
            return b""

    def _read(self) -> tuple[Path, dict[str, Any]] | None:
        try:
            name = (self._folder / POINTER).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as fault:
            raise Damaged(f"the pointer cannot be read: {fault}") from None
        generation = self._folder / name
        if not name or generation.parent != self._folder or not generation.is_dir():
            raise Damaged(f"the pointer names {name!r}, which is not a generation")
        try:
            sealed = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
            manifest, seal = sealed["manifest"], sealed["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise Damaged(f"the manifest cannot be read: {fault}") from None
        if _digest_text(_canonical(manifest)) != seal:
            raise Damaged("the manifest's checksum is wrong")
        for file, digest in manifest["files"].items():
            try:
                if _digest_file(generation / file) != digest:
                    raise Damaged(f"the checksum of {file} is wrong")
            except OSError as fault:
                raise Damaged(f"{file} cannot be read: {fault.strerror}") from None
        return generation, manifest

    def write(self, fill: Callable[[Path], dict[str, Any]]) -> Path:
        """Publish a new generation: ``fill`` writes files into the given folder and returns what to remember of them.

        One writer at a time; readers are never disturbed. Older generations are removed afterwards. Raises
        IndexingError when the disk refuses; what was published before stays.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / "lock", timeout=120):
                return self._write_locked(fill)
        except Timeout:
            raise IndexingError(
                f"Another process has been writing {self._folder} for two minutes. Try again."
            ) from None
        except OSError as fault:
            raise IndexingError(
                f"The index cannot be written to {self._folder}: {fault.strerror or fault}. Free space there or set "
                "ASSISTANT_HOME to a folder that can be written."
            ) from None

    def _write_locked(self, fill: Callable[[Path], dict[str, Any]]) -> Path:
        generation = self._folder / f"g-{uuid.uuid4().hex}"
        generation.mkdir()
        try:
            manifest = dict(fill(generation))
            files = sorted(path for path in generation.iterdir() if path.is_file())
            manifest["files"] = {path.name: _digest_file(path) for path in files}
            sealed = {"manifest": manifest, "sha256": _digest_text(_canonical(manifest))}
            (generation / MANIFEST).write_text(json.dumps(sealed), encoding="utf-8")
            for path in [*files, generation / MANIFEST]:
                sync(path)
            sync(generation)
            with replacing(self._folder / POINTER, self._folder / f"{POINTER}.{generation.name}") as aside:
                aside.write_text(generation.name, encoding="ascii")
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        sync(self._folder)  # a fault here comes too late to take the generation back: the pointer names it
        self._remove_others(generation)
        return generation

    def _remove_others(self, current: Path) -> None:
        """Older generations and what killed writers left. A reader that has one open keeps its files on POSIX."""
        for path in self._folder.iterdir():
            if path.name.startswith("g-") and path != current:
                shutil.rmtree(path, ignore_errors=True)
            elif path.name.startswith(f"{POINTER}."):
                path.unlink(missing_ok=True)


def _canonical(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, sort_keys=True)


def _digest_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
