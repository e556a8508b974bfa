"""The model hub as seen from here: whether it may be used, whether it answers, and what of it this host has already.

Imports nothing of huggingface_hub (0.3 s), because every start of the page asks.
"""

from __future__ import annotations

import json
import os
import threading
import urllib.error
import urllib.request
from pathlib import Path

PROBE_SECONDS = 3.0
COMPLETE = "complete.json"  # lies in a downloaded folder once every file in it was checked
_TRUE = {"1", "on", "yes", "true"}  # what huggingface_hub itself takes for true


def hub_is_off() -> bool:
    """Whether the environment forbids to use the hub."""
    return any(os.environ.get(name, "").lower() in _TRUE for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))


def hub_address() -> str:
    """The address of the hub or of the mirror that the environment names."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def hub_answers(seconds: float = PROBE_SECONDS) -> bool:
    """Whether the hub answers, known after these seconds at the latest.

    In a thread of its own: a resolver without a network can hold its caller for a minute, whatever the timeout.
    """
    if hub_is_off():
        return False
    answers: list[bool] = []
    probe = threading.Thread(target=lambda: answers.append(_probe(seconds)), name="hub-probe", daemon=True)
    probe.start()
    probe.join(seconds)
    return bool(answers and answers[0])


def _probe(seconds: float) -> bool:
    address = hub_address()
    if not address.startswith(("http://", "https://")):
        return False
    try:
        request = urllib.request.Request(f"{address}/api/models/openai-community/gpt2", method="HEAD")  # noqa: S310
        with urllib.request.urlopen(request, timeout=seconds):  # noqa: S310 - checked above
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500  # it is there, whatever it thinks of this model
    except (OSError, ValueError):
        return False


def download_folder(home: Path, hub_id: str) -> Path:
    """Where the checkpoint with this hub id is downloaded to."""
    return home / "downloads" / hub_id.replace("/", "--")


def local_checkpoint(home: Path, hub_id: str) -> Path | None:
    """The whole checkpoint with this hub id, downloaded by this app or by another program; None when it is not here."""
    folder = download_folder(home, hub_id)
    return folder if (folder / COMPLETE).is_file() else _cached_snapshot(hub_id)


def bytes_in(folder: Path) -> int:
    """Bytes of the files in a folder; 0 when there is none."""
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())


def has_weights(folder: Path) -> bool:
    """Whether a folder holds config, tokenizer and every file of safetensors weights."""
    if not (folder / "config.json").is_file():
        return False
    if not (folder / "tokenizer.json").is_file() and not (folder / "merges.txt").is_file():
        return False
    if (folder / "model.safetensors").is_file():
        return True
    try:
        index = json.loads((folder / "model.safetensors.index.json").read_text(encoding="utf-8"))
        return all((folder / shard).is_file() for shard in set(index["weight_map"].values()))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def _cached_snapshot(hub_id: str) -> Path | None:
    """The newest snapshot in Hugging Face's shared cache.

    Its layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
    """
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    cache = Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()
    model = cache / f"models--{hub_id.replace('/', '--')}"
    try:
        snapshot = model / "snapshots" / (model / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return snapshot if has_weights(snapshot) else None
