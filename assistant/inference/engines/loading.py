"""The engine that was chosen, loaded."""

from __future__ import annotations

from pathlib import Path

from assistant.core.records import ModelInfo
from assistant.inference.engine import Engine


def load_engine(
    engine: str,
    source: str,
    info: ModelInfo,
    *,
    running: int,
    waiting: int,
    cache_bytes: int,
    threads: int,
    models: Path | None = None,
) -> Engine:
    """The engine that was chosen, loaded. Raises ModelError when it cannot be."""
    if engine == "torch":
        from assistant.inference.engines.torch_engine import TorchEngine

        return TorchEngine(source, info, waiting=waiting, threads=threads)
    from assistant.inference.engines.openvino_engine import OpenVinoEngine

    return OpenVinoEngine(
        Path(source),
        info,
        running=running,
        waiting=waiting,
        cache_bytes=cache_bytes,
        threads=threads,
        models=models,
    )
