"""Runs a loop of kills: it forks, which a test run with threads must not, so it is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def run_kills(script: str, folder: Path) -> dict[str, int]:
    """What a script of this folder saw in a hundred kills, or in ``SOAK_KILLS``; it must end well."""
    loop = subprocess.run(
        [sys.executable, Path(__file__).with_name(script), os.environ.get("SOAK_KILLS", "100"), folder],
        cwd=REPOSITORY, capture_output=True, text=True,
    )  # fmt: skip
    assert loop.returncode == 0, loop.stderr
    seen: dict[str, int] = json.loads(loop.stdout)
    return seen
