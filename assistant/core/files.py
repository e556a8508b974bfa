"""A folder that appears under its name whole or not at all: filled aside, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from assistant.core.errors import ModelError


def check_new(out: Path) -> None:
    """Raise ModelError unless ``out`` does not exist or is an empty folder: nothing of the user's is overwritten."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ModelError(f"the output folder must be new or empty, got {out}; remove it or name another")


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


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """The folder for this process alone. Raises ModelError when another has it."""
    try:
        import fcntl
    except ImportError:  # Windows: two processes at one place are then the user's to avoid
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(
                f"one process at a time may write to {folder}, got a second; wait for the first to end"
            ) from None
        yield
    finally:
        os.close(handle)


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
