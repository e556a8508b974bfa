"""How fast this machine reads memory with all its cores: the limit of every token that a model generates."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

BYTES = 2**31  # read at once by all cores, at most BYTES_A_CORE by each: more than caches hold, less than hosts have
BYTES_A_CORE = 2**28
REPEATS = 7


def read_bandwidth(
    cores: int,
    bytes_a_core: int = BYTES_A_CORE,
    repeats: int = REPEATS,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Bytes a second, the best of several reads: what slows one down is other work, never the memory."""
    # The maximum of 32-bit integers: numpy's loop for it is vectorised, releases the interpreter lock and read fastest
    # of sum, dot and max here; torch's reductions reached half of it.
    size = min(bytes_a_core, BYTES // cores)
    blocks = [np.ones(size // 4, np.int32) for _ in range(cores)]
    return max(_read_once(blocks, clock) for _ in range(repeats))


def _read_once(blocks: list[np.ndarray], clock: Callable[[], float]) -> float:
    threads = [threading.Thread(target=block.max) for block in blocks]
    began = clock()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(block.nbytes for block in blocks) / (clock() - began)


def gpu_read_bandwidth() -> float:
    """Bytes a second that the first GPU reads, the best of several."""
    import torch

    block = torch.ones(2**30, dtype=torch.bfloat16, device="cuda")
    best = 0.0
    for _ in range(REPEATS):
        torch.cuda.synchronize()
        began = time.perf_counter()
        block.sum()
        torch.cuda.synchronize()
        best = max(best, block.nbytes / (time.perf_counter() - began))
    return best
