"""The model that ASSISTANT_MODEL names: a known name, a folder, a GGUF file or a hub id."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.core.errors import ModelError
from assistant.core.host import Host
from assistant.core.records import ModelInfo
from assistant.core.settings import Settings
from assistant.inference.gpt2.shape import GPT2Shape
from assistant.inference.models import embedded
from assistant.inference.models.catalog import (
    Candidate,
    Plan,
    config_of,
    finished,
    fits,
    misfit,
    obtainable,
    prefers_torch,
    stamps_of,
    window_of,
)
from assistant.inference.models.hub import download_folder, local_checkpoint
from assistant.inference.models.shapes import memory_for, shape_called


def named_candidate(settings: Settings, candidates: Sequence[Candidate], host: Host, hub: bool | None) -> Candidate:
    """The named model, usable or with a plan. Raises ModelError when it can neither be used nor got."""
    found = _find(settings, candidates, host, hub)
    if not found.usable and found.plan is None:
        with_checkpoint = "; with its checkpoint run: python -m assistant convert FOLDER"
        advice = with_checkpoint if shape_called(settings.model) and found.reason.startswith("not here") else ""
        raise ModelError(f"{found.info.name} cannot be used: {found.reason}{advice}")
    return found


def _find(settings: Settings, candidates: Sequence[Candidate], host: Host, hub: bool | None) -> Candidate:
    name = settings.model
    shape = shape_called(name)
    known = embedded.NAME if name == "embedded" else shape.name if shape else name
    same = [candidate for candidate in candidates if candidate.info.name == known]
    if same:  # twice on a GPU, for PyTorch and for the CPU: what is here already, then what can be got
        return sorted(same, key=lambda candidate: (not candidate.usable, candidate.plan is None))[0]
    path = Path(name).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        info = ModelInfo(path.stem, "openvino", embedded.WINDOW, detail=f"Read from {path.name}.")
        return fits(Candidate(info, str(path), path.stat().st_size * 2, True, "named"), host)
    if path.is_dir():
        return _folder(path, path.name, settings, host)
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise ModelError(f"ASSISTANT_MODEL must name a model folder, a GGUF file or a hub id; {name} does not exist.")
    if (checkpoint := local_checkpoint(settings.home, name)) is not None:
        return _folder(checkpoint, name, settings, host)
    target = download_folder(settings.home, name)
    converted = None if prefers_torch(settings, host) else _own_folder(settings, target, name)
    if converted and (converted / "openvino_model.xml").is_file():  # its checkpoint was deleted to save space
        info = ModelInfo(name, "openvino", 1024, detail="Converted to 8 bits from the model hub's checkpoint.")
        return fits(finished(Candidate(info, name, 0, True, ""), converted), host)
    info = ModelInfo(name, "torch", 1024, detail="Downloaded from the model hub.")
    return obtainable(Candidate(info, name, 0, False, "", Plan(target, name, converted)), settings, host, hub)


def _folder(path: Path, name: str, settings: Settings, host: Host) -> Candidate:
    """A folder in OpenVINO's or in Hugging Face's layout; a GPT-2 in the latter is converted first on a CPU."""
    if (path / "openvino_model.xml").is_file():
        if settings.engine == "torch":
            raise ModelError(f"{path} holds a converted model, which PyTorch cannot read. Unset ASSISTANT_ENGINE.")
        info = ModelInfo(name, "openvino", window_of(path), detail="From a local folder.")
        return Candidate(info, str(path), 0, True, "named")
    if not (path / "config.json").is_file():
        raise ModelError(f"{path} must be a model folder: it has neither config.json nor openvino_model.xml.")
    info = ModelInfo(name, "torch", window_of(path), detail="From a local folder.")
    as_it_is = Candidate(info, str(path), 0, True, "named")
    config = config_of(path)
    kind = config.get("model_type")
    if prefers_torch(settings, host):
        return as_it_is
    if kind != "gpt2":
        if settings.engine == "openvino":
            raise ModelError(f"{path} must be a GPT-2 for the engine openvino, it is {kind}. Unset ASSISTANT_ENGINE.")
        return as_it_is
    converted = _own_folder(settings, path, name)
    info = replace(info, engine="openvino", detail=f"Converted to 8 bits from {name}.")
    candidate = Candidate(info, str(path), 0, False, "", Plan(path, "", converted, 0, _conversion_disk(path)))
    if (converted / "openvino_model.xml").is_file():
        return fits(finished(candidate, converted), host)
    parameters = GPT2Shape.from_config(config).parameters
    if problem := misfit(memory_for(parameters), host):
        raise ModelError(f"{name} {problem}. Choose a smaller model.")
    return obtainable(replace(candidate, memory=memory_for(parameters)), settings, host, None)


def _own_folder(settings: Settings, checkpoint: Path, name: str) -> Path:
    """Where the conversion of a checkpoint goes that is none of the four sizes' own.

    A fine-tune that is trained further gets a new folder: the name holds the files' sizes and times.
    """
    stamps = [] if checkpoint.parent == settings.home / "downloads" else stamps_of(checkpoint)
    digest = hashlib.sha256(repr((str(checkpoint.absolute()), stamps)).encode()).hexdigest()[:8]
    return settings.home / "models" / f"{name.replace('/', '--')}-{digest}-int8"


def _conversion_disk(checkpoint: Path) -> int:
    """Bytes that a conversion to int8 needs at most: twice a byte for each two bytes of the checkpoint."""
    return sum(file.stat().st_size for file in checkpoint.glob("*.safetensors")) + 50_000_000
