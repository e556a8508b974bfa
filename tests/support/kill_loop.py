"""Kills a process that writes the index, again and again, and checks each time that what is left is whole.

``python tests/support/kill_loop.py KILLS FOLDER`` ends with status 1 at the first index that is damaged, mixed or out
of step with its notes. It is a process of its own because it forks, which a test run with threads must not.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # FAISS's threads do not survive a fork
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script's path begins with its own folder

from fakes import WordEmbedder

from assistant.retrieval.index.passage_index import refresh
from assistant.retrieval.notes.library import Library
from assistant.retrieval.notes.parsing import parse_note

LONGEST_SECONDS = 0.01  # from the beginning of a write to the kill; one write takes a few milliseconds


def library(number: int) -> Library:
    """Notes that differ with each number, in all parts of the index."""
    texts = {f"{name}.md": f"# {name}\n\nNumber {number} of {name}.\n" for name in ("adam", "dropout", str(number % 3))}
    return Library(tuple(parse_note(path, text.encode()) for path, text in sorted(texts.items())), ())


def write_for_ever(folder: Path, number: int) -> None:
    """The life of the child."""
    while True:
        number += 1
        if refresh(folder, library(number), WordEmbedder()).unsaved:
            os._exit(1)


def generations(folder: Path) -> int:
    """How many there are; more than one means that a write is under way or was cut off."""
    return sum(name.startswith("g-") for name in os.listdir(folder))


def check(folder: Path, number: int) -> None:
    """A new writer finds no damage, and its index is that of its notes."""
    made = refresh(folder, library(number), WordEmbedder())
    if made.repaired or made.unsaved:
        sys.exit(f"after kill {number}: {made.repaired or made.unsaved}")
    again = refresh(folder, library(number), WordEmbedder())
    for row, passage in enumerate(again.index.passages):
        if f"Number {number} of" not in passage.text:
            sys.exit(f"after kill {number}: {passage.text!r} is of another state")
        if abs(again.index.vector(row) - WordEmbedder().encode([passage])[0]).max() > 1e-6:
            sys.exit(f"after kill {number}: the vector of {passage.note} is of another state")


def kill_in_mid_write(child: int, folder: Path, seconds: float) -> None:
    """Kill the child these seconds after it has begun a write; a child that ends before is a fault."""
    while generations(folder) < 2:
        if os.waitpid(child, os.WNOHANG)[0]:
            sys.exit("a writer ended by itself before it wrote")
        time.sleep(0.0002)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    if os.waitpid(child, 0)[1] != signal.SIGKILL:
        sys.exit("a writer ended by itself")


def main() -> None:
    """Kill so many times."""
    kills, folder = int(sys.argv[1]), Path(sys.argv[2])
    chance = random.Random(0)
    refresh(folder, library(0), WordEmbedder())
    in_mid_write = 0
    for number in range(1, kills + 1):
        child = os.fork()
        if child == 0:
            try:
                write_for_ever(folder, number * 1000)
            except Exception:
                traceback.print_exc()
            finally:  # the child must not go on as a second parent
                os._exit(1)
        kill_in_mid_write(child, folder, chance.uniform(0, LONGEST_SECONDS))
        in_mid_write += generations(folder) > 1
        check(folder, number)
    print(json.dumps({"kills": kills, "in_mid_write": in_mid_write}))


main()
