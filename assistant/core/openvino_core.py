"""OpenVINO's core, one for the whole process, and what it says when it fails.

Each new core gives the thread that makes it a signal stack and unmaps that when the core is freed, also when the
thread has come to use it again (src/plugins/intel_cpu/src/sigstack_manager.cpp: two cores freed in the order in which
they were made are enough). The next signal, a Ctrl-C for one, would then end the process with a segmentation fault.
"""

from __future__ import annotations

from functools import cache

import openvino as ov


@cache
def core() -> ov.Core:
    """The core, which is never freed."""
    return ov.Core()


def last_line(fault: Exception) -> str:
    """What a fault of OpenVINO says, without the lines that say where in its code."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    return lines[-1] if lines else type(fault).__name__
