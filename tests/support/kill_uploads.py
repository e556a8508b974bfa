"""Kills a process that adds uploads, again and again, and checks each time that what it acknowledged is there, whole.

``python tests/support/kill_uploads.py KILLS FOLDER`` ends with status 1 at the first upload that was acknowledged and
is gone or changed, or that is listed and not whole. It is a process of its own because it forks, which a test run with
threads must not.
"""

import hashlib
import itertools
import json
import os
import random
import select
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script's path begins with its own folder

from assistant.retrieval.notes.library import UPLOADS
from assistant.uploads.convert import convert
from assistant.uploads.folder_uploads import FolderUploads
from assistant.uploads.stored import Arrival, Upload

LONGEST_SECONDS = 0.02  # from the first acknowledged upload to the kill; one takes a few milliseconds
PATIENCE = 120.0  # seconds for the first one
MANY = 30  # uploads; then the folder is emptied, because all are read after each kill
AHEAD = 6  # files that a child reads before it adds the first: kills are to hit the adding
LINES = 80  # of a file, some 4 KB; in a fence, because that is quickly read


def content(number: int) -> str:
    """A file whose every line says which it is."""
    lines = "\n".join(f"Line {at} of upload {number} goes on to its end." for at in range(LINES))
    return f"# Upload {number}\n\n```text\n{lines}\n```\n"


def arrival(number: int) -> Arrival:
    """The file, understood and not kept yet."""
    return convert(content(number).encode(), f"{number}.md")


def uploads(folder: Path) -> FolderUploads:
    """As a page has them that has just started."""
    return FolderUploads(folder, lambda progress: None)


def add_for_ever(folder: Path, number: int, acknowledge: int) -> None:
    """The life of the child: a key is told when its upload was added, and not before."""
    kept, ahead = uploads(folder), [arrival(at) for at in range(number, number + AHEAD)]
    for at in itertools.count(number):
        key = kept.add(ahead.pop(0) if ahead else arrival(at)).key
        os.write(acknowledge, f"{at} {key}\n".encode())


def acknowledged_by(folder: Path, number: int, seconds: float) -> dict[str, int]:
    """Let a child add uploads, kill it some time after its first; keys and numbers of what it acknowledged."""
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            add_for_ever(folder, number, tells)
        except Exception:
            traceback.print_exc()
        finally:  # the child must not go on as a second parent
            os._exit(1)
    os.close(tells)
    try:
        if not select.select([told], [], [], PATIENCE)[0]:
            sys.exit(f"nothing was acknowledged from {number} on within {PATIENCE:.0f} s")
        time.sleep(seconds)
    finally:
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    if status != signal.SIGKILL:
        sys.exit(f"the process that adds from {number} on ended by itself")
    with os.fdopen(told, "rb") as pipe:
        lines = pipe.read().decode().splitlines()
    return {key: int(at) for at, key in (line.split() for line in lines)}


def check(folder: Path, acknowledged: dict[str, int]) -> int:
    """Every acknowledged upload is listed, everything listed is whole; how many were written and not acknowledged."""
    listed = {upload.key: upload for upload in uploads(folder).list()}
    for key, number in acknowledged.items():
        if key not in listed or not is_whole(listed[key], number):
            sys.exit(f"upload {number} was acknowledged as {key} and is {'changed' if key in listed else 'gone'}")
    for key, upload in listed.items():
        if not is_whole(upload, int(upload.title.rpartition(" ")[2])):
            sys.exit(f"{key} is listed and is not whole")
    shown = {name for name in os.listdir(folder / UPLOADS) if not name.startswith(".")}
    if shown != listed.keys():
        sys.exit(f"files that are no uploads: {sorted(shown ^ listed.keys())}")
    return len(listed) - len(acknowledged)


def is_whole(upload: Upload, number: int) -> bool:
    """Whether it says what was added, to the last line."""
    said = content(number)
    return upload.text.endswith(f"---\n\n{said}") and upload.origin.sha256 == hashlib.sha256(said.encode()).hexdigest()


def main() -> None:
    """Kill so many times."""
    kills, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(exist_ok=True)
    chance = random.Random(0)
    kept: dict[str, int] = {}
    seen = {"kills": kills, "acknowledged": 0, "in_mid_add": 0}
    cut_off = 0
    for number in range(1, kills + 1):
        added = acknowledged_by(folder, number * 1000, chance.uniform(0, LONGEST_SECONDS))
        kept |= added
        seen["acknowledged"] += len(added)
        left = check(folder, kept) + sum(name.startswith(".") for name in os.listdir(folder / UPLOADS))
        seen["in_mid_add"] += left > cut_off
        cut_off = left
        if len(kept) > MANY:
            shutil.rmtree(folder / UPLOADS)
            kept, cut_off = {}, 0
    print(json.dumps(seen))


main()
