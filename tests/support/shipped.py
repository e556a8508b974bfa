"""The notes that the tests of the shipped notes read; TESTED_KNOWLEDGE names another folder to be held to the same."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.core.settings import REPOSITORY

KNOWLEDGE = Path(os.environ.get("TESTED_KNOWLEDGE") or REPOSITORY / "knowledge")
