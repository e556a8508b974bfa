"""One checkpoint from the model hub into a folder: resumed where it broke off, every size and hash checked.

``huggingface_hub.hf_hub_download`` is not used: since its 2.x it throws a file that broke off away, 6 GB of it too
(https://github.com/huggingface/huggingface_hub/pull/4228). Its ``http_get`` underneath does resume.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import filelock
import httpx2

from assistant.core.errors import ModelError, Postponed
from assistant.core.files import atomic_write, sync
from assistant.inference.models.hub import COMPLETE, hub_address, hub_is_off
from assistant.inference.models.hub_files import RemoteFile, is_intact, list_files
from assistant.inference.models.shapes import GB

Progress = Callable[[int, int], None]

SPARE_DISK = 100_000_000  # stays free whatever happens


def fetch_checkpoint(hub_id: str, folder: Path, reserve: int = 0, progress: Progress | None = None) -> Path:
    """Download config, safetensors and tokenizer of a model; returns ``folder`` with every file checked.

    ``reserve`` bytes must stay free beside the download, for what is made of it. ``progress`` gets the bytes done and
    in total. What arrived stays when it fails, and the next call goes on from there. Raises ModelError when the model
    cannot be used, and its kind Postponed when trying again later can help.
    """
    if hub_is_off():
        raise ModelError("The model hub may not be used: HF_HUB_OFFLINE is set. Unset it to download models.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / ".lock", timeout=0):
            return _fetch(hub_id, folder, reserve, progress or (lambda done, total: None))
    except filelock.Timeout:
        raise Postponed(f"Another process is downloading {hub_id} to {folder} already. Wait for it.") from None
    except (OSError, httpx2.HTTPError) as fault:
        raise _explained(fault, hub_id, folder) from fault


def _fetch(hub_id: str, folder: Path, reserve: int, progress: Progress) -> Path:
    commit, files = list_files(hub_id)
    total = sum(file.size for file in files)
    done = {file.name: _size_here(file, folder) for file in files}
    _check_disk(hub_id, folder, total - sum(done.values()), reserve)
    # Small files first: a wrong config shows after a second and not after the weights.
    for file in sorted(files, key=lambda file: file.size):

        def count(size: int, name: str = file.name) -> None:
            done[name] = size
            progress(min(sum(done.values()), total), total)

        count(done[file.name])
        if not (folder / file.name).is_file():
            _fetch_file(hub_id, commit, file, folder, count)
            if file.name == "config.json":
                _check_config(folder / file.name, hub_id)
    record = {"hub": hub_id, "commit": commit, "files": {file.name: file.size for file in files}}
    sync(folder)  # every file's name is on the disk before the mark says so
    atomic_write(folder / COMPLETE, (json.dumps(record, indent=2) + "\n").encode())
    return folder


def _size_here(file: RemoteFile, folder: Path) -> int:
    """Bytes of a file that are here, whole or in part. What another commit or a failing disk left is removed."""
    path, part = folder / file.name, file.part(folder)
    if path.is_file() and is_intact(path, file):
        return file.size
    (folder / COMPLETE).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    for stale in folder.glob(f".{file.name}.*.part"):
        if stale != part:
            stale.unlink()
    if part.is_file() and part.stat().st_size > file.size:
        part.unlink()
    return part.stat().st_size if part.is_file() else 0


def _check_disk(hub_id: str, folder: Path, missing: int, reserve: int) -> None:
    free = shutil.disk_usage(folder).free
    if missing + reserve + SPARE_DISK > free:
        raise Postponed(
            f"{hub_id} needs {(missing + reserve + SPARE_DISK) / GB:.1f} GB of disk at {folder} "
            f"({missing / GB:.1f} GB to download, {reserve / GB:.1f} GB to convert), "
            f"{free / GB:.1f} GB are free. Make room or choose a smaller model."
        )


def _check_config(path: Path, hub_id: str) -> None:
    try:
        kind = json.loads(path.read_text(encoding="utf-8"))["model_type"]
    except (ValueError, KeyError, TypeError):
        kind = None
    if not isinstance(kind, str):
        raise ModelError(f"config.json of {hub_id} must name its model_type. Choose another model.")


class _Counted(io.FileIO):
    """A file that tells its length as it grows: ``http_get`` shows progress on a terminal only."""

    count: Callable[[int], None]

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        view = memoryview(data)
        while view:  # unbuffered files may take less than they are given
            view = view[super().write(view) or 0 :]
        self.count(self.tell())
        return len(data)


def _fetch_file(hub_id: str, commit: str, file: RemoteFile, folder: Path, count: Callable[[int], None]) -> None:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    part = file.part(folder)
    with _Counted(part, "ab") as target:
        target.count = count
        here = target.seek(0, io.SEEK_END)
        url = hf_hub_url(hub_id, file.name, revision=commit, endpoint=hub_address())
        http_get(url, target, resume_size=here, headers=build_hf_headers(), expected_size=file.size)
    if not is_intact(part, file):
        part.unlink()  # or the next try would build upon it
        raise ModelError(f"{file.name} of {hub_id} arrived damaged: its hash is not the hub's. It is fetched again.")
    sync(part)  # a power cut must not leave a whole name over half a file
    part.rename(folder / file.name)


def _explained(fault: Exception, hub_id: str, folder: Path) -> ModelError:
    """What a failed download means to the reader."""
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    if isinstance(fault, GatedRepoError):
        return ModelError(f"{hub_id} wants a permission: ask for it on the hub and set HF_TOKEN.")
    if isinstance(fault, RepositoryNotFoundError):
        return ModelError(f"The model hub has no {hub_id}, or not for everybody. Check the id, or set HF_TOKEN.")
    if isinstance(fault, HfHubHTTPError):
        status = fault.response.status_code if fault.response is not None else "no status"
        return Postponed(f"The model hub refused a file of {hub_id} (status {status}). Trying again later can help.")
    if isinstance(fault, OSError) and fault.errno is not None and not isinstance(fault, ConnectionError):
        return Postponed(
            f"{hub_id} cannot be written to {folder}: {fault.strerror}. Check the disk and the permissions."
        )
    reason = (str(fault).strip() or type(fault).__name__).splitlines()[0]
    return Postponed(f"The connection to the model hub at {hub_address()} broke ({reason}).")
