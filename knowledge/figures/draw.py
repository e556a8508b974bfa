"""Draw the figures of the notes: `python knowledge/figures/draw.py [name ...]` draws all, or the named ones.

Every run gives the same bytes: seeds are fixed, and no date is written.
"""

import importlib
import os
import random
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # one thread sums in one order, so that the bytes stay the same

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from style import FIGURES  # noqa: E402

LIMIT = 60_000


def main(names: list[str]) -> int:
    """Draw the named figures, or all; the exit status is 1 where a name is unknown or a file too large."""
    torch.set_num_threads(1)
    for module in sorted(HERE.glob("*.py")):
        if module.stem not in ("draw", "style"):
            importlib.import_module(module.stem)
    unknown = [name for name in names if name not in FIGURES]
    if unknown:
        print(f"No such figure: {', '.join(unknown)}. There are: {', '.join(sorted(FIGURES))}")
        return 1
    status = 0
    for name in names or sorted(FIGURES):
        random.seed(0)
        np.random.seed(0)  # for what still reads the old state
        torch.manual_seed(0)
        start = time.perf_counter()
        svg = FIGURES[name]()
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
        size = len(svg.encode())
        print(f"{name}: {size / 1000:.1f} KB, {time.perf_counter() - start:.1f} s")
        if size > LIMIT:
            print(f"{name} is larger than {LIMIT / 1000:.0f} KB")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
