"""An engine process without a model: its argument says what goes wrong in its first life; the second one works.

``python tests/support/child_engine.py FAULT FOLDER``; the folder remembers that there was a first life.
With "always FAULT" every later one fails, too, until the folder holds a file ``mended``.
"""

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script's path begins with its own folder

from fakes import ScriptedEngine

from assistant.core.processes import end_with_parent
from assistant.inference.engine import Counters
from assistant.inference.serving.child import FAILED, KEY_VARIABLE, serve


class Faulty(ScriptedEngine):
    """Answers, and shows counters in which something is wrong."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self._fault = fault

    def counters(self) -> Counters:
        """Sound, stuck, broken, or nothing for a long time."""
        counters = super().counters()
        if self._fault == "deaf":
            time.sleep(60)
        if self._fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._fault in ("hangs", "computes"):
            return replace(counters, running=1, idle_seconds=100.0)
        return replace(counters, problem="The engine stopped: out of blocks." if self._fault == "breaks" else "")


def _compute() -> None:
    """A long prompt: a core is busy and no token comes."""
    while True:
        sum(range(10_000))


def main() -> None:
    """Fail or serve."""
    fault, mark = sys.argv[1].removeprefix("always "), Path(sys.argv[2]) / "lived"
    is_mended = mark.with_name("mended").exists()
    if is_mended or (mark.exists() and not sys.argv[1].startswith("always ")):
        fault = ""
    mark.touch()
    end_with_parent()
    if fault == "ends":
        sys.exit(3)
    if fault == "killed while it loads":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "never ready":
        time.sleep(60)
    if fault == "refuses":
        print(f"{FAILED} The weights are damaged.", flush=True)
        sys.exit(1)
    if fault == "computes":
        threading.Thread(target=_compute, daemon=True).start()
    serve(Faulty(fault), "127.0.0.1", 0, os.environ[KEY_VARIABLE])


main()
