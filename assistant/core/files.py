"""Files and folders that appear under their names whole or not at all: filled aside, flushed, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.core.errors import ModelError


def check_new(out: Path) -> None:
    """Raise ModelError unless ``out`` does not exist or is an empty folder: nothing of the user's is overwritten."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ModelError(f"the output folder must be new or empty, got {out}; remove it or name another")


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """The folder for this process alone. Raises ModelError when another has it.

    The lock's file lies beside the folder: inside, it would be published with it.
    """
    file = folder.with_name(f"{folder.name}.lock")
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ModelError(
            f"one process at a time may write to {folder}, got a second; wait for the first to end"
        ) from None
    try:
        yield
    finally:
        # While it is held: whoever waits for this file notices that it is gone and takes the next one.
        with contextlib.suppress(OSError):  # Windows removes no file that is open; one that is left locks nothing
            file.unlink()
        lock.release()


@contextlib.contextmanager
def atomic_directory(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` that this process alone fills; it becomes ``out`` at the end, or is gone after a fault.

    Raises ModelError when another process fills it at the same time.
    """
    aside = out.with_name(f".{out.name}.partial")
    aside.mkdir(parents=True, exist_ok=True)
    with exclusive(aside):
        try:
            # The lock is ours, so what lies here is from a process that was killed.
            for stale in aside.iterdir():
                stale.unlink()
            yield aside
            _publish(aside, out)
        except BaseException:  # Ctrl-C too; not after the rename, when the name may be another process's already
            shutil.rmtree(aside, ignore_errors=True)
            raise


def atomic_write(file: Path, content: bytes) -> None:
    """Replace a file's content: whole or not at all, and on the disk when this returns. Raises OSError.

    A killed writer leaves a hidden file beside it.
    """
    with replacing(file, file.with_name(f".new-{secrets.token_hex(8)}")) as aside:
        aside.write_bytes(content)
    sync(file.parent)


@contextlib.contextmanager
def replacing(file: Path, aside: Path) -> Iterator[Path]:
    """What the block writes to ``aside`` takes the file's place once it is on the disk; it is gone after a fault.

    The new name is on the disk after a ``sync`` of the folder, which is the caller's: a fault in that comes too late to
    take anything back.
    """
    try:
        yield aside
        sync(aside)
        os.replace(aside, file)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    if os.name != "posix":  # a folder cannot be opened elsewhere
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _publish(aside: Path, out: Path) -> None:
    """Rename once all bytes are on the disk: a power cut cannot leave a model with holes under its name."""
    for path in [*aside.iterdir(), aside]:
        sync(path)
    if out.is_dir():
        out.rmdir()  # empty: some systems do not rename over a folder
    aside.rename(out)
