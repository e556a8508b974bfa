"""The files of a model as the hub lists them: which are needed, how long they are, and what they must hash to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from assistant.core.errors import ModelError, Postponed
from assistant.inference.gpt2.checkpoint import SMALL_FILES
from assistant.inference.models import embedded
from assistant.inference.models.hub import hub_address

WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
REQUEST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a checkpoint as the hub lists it."""

    name: str
    size: int
    sha256: str  # of the content, for large files; otherwise empty
    blob: str  # git's own SHA-1 of the content, for small files

    def part(self, folder: Path) -> Path:
        """Where it lies while it is incomplete; a changed file on the hub gets another place."""
        return folder / f".{self.name}.{(self.sha256 or self.blob)[:16]}.part"


def list_files(hub_id: str) -> tuple[str, tuple[RemoteFile, ...]]:
    """The commit at the hub now, and the files of it that are needed. Raises ModelError when they are not all there."""
    if hub_id == embedded.HUB:  # known beforehand; the hub is not asked what it should be
        return embedded.COMMIT, (RemoteFile(embedded.FILE, embedded.SIZE, embedded.SHA256, ""),)
    # It takes 0.3 s to import, and only downloads need it.
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError

    try:
        info = HfApi(endpoint=hub_address()).model_info(hub_id, files_metadata=True, timeout=REQUEST_SECONDS)
        siblings = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    except HFValidationError:
        raise ModelError(f"{hub_id!r} is no id of the model hub. Name one such as openai-community/gpt2-xl.") from None
    except (ValueError, KeyError, TypeError) as fault:  # a captive portal's page, say, instead of the hub's answer
        raise Postponed(f"{hub_address()} does not answer as the model hub does ({type(fault).__name__}).") from None
    whole, index = WEIGHTS
    names = [name for name in SMALL_FILES if name in siblings]
    if whole in siblings:
        names.append(whole)
    elif index in siblings:
        # Shards are named by a fixed pattern beside their index, which itself is checked by whoever reads it.
        names += [
            index,
            *(n for n in siblings if n.startswith("model-") and n.endswith(".safetensors") and "/" not in n),
        ]
    tokenizer = "tokenizer.json" in siblings or {"vocab.json", "merges.txt"} <= set(siblings)
    if "config.json" not in names or not tokenizer or not any(name in siblings for name in WEIGHTS):
        raise ModelError(
            f"{hub_id} must hold config.json, a tokenizer and safetensors weights, got: "
            f"{', '.join(sorted(siblings)[:8]) or 'nothing'}. Choose another model."
        )
    files = []
    for name in names:
        sibling = siblings[name]
        sha256 = sibling.lfs.sha256 if sibling.lfs else ""
        if sibling.size is None or not (sha256 or sibling.blob_id):
            raise ModelError(f"The hub at {hub_address()} does not tell size and hash of {name}. Use another mirror.")
        files.append(RemoteFile(name, sibling.size, sha256, sibling.blob_id or ""))
    return info.sha or "main", tuple(files)


def is_intact(path: Path, file: RemoteFile) -> bool:
    """Whether the content has the size and hash that the hub lists."""
    if path.stat().st_size != file.size:
        return False
    if file.sha256:
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
    # Git's name for a small file: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    content_hash = hashlib.sha1(f"blob {file.size}\0".encode() + path.read_bytes(), usedforsecurity=False)
    return content_hash.hexdigest() == file.blob
