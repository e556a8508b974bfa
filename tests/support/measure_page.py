"""Measures the page: PYTHONPATH=. python tests/support/measure_page.py

Prints, as medians and 95th percentiles in milliseconds, how long the server takes for a rerun without generation in
chats of 1 and 50 turns, and how long a browser waits from its first request until a question can be typed, while the
notes and the model may still load. Not a test: its figures depend on the machine and on what else runs there.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from browsing import await_idle, chromium
from fakes import DROPOUT, ScriptedGenerator, write_notes
from page import open_page
from page_server import REPOSITORY, page_of_topics

from assistant.ui.chat import page as chat_page

RERUNS = 30
WORDS = "Dropout sets random units to zero during training. A baker from Naples invented it to sell more pizza."


def rerun_times(turns: int, folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of the page's script for each of some reruns of a chat with so many turns: passed, and computed."""
    page = open_page(write_notes(folder / "notes", dropout=DROPOUT), folder, ScriptedGenerator(WORDS))
    for number in range(turns):
        page.ask(f"Dropout sets random units to zero during training, {number}")
    times: list[float] = []
    computed: list[float] = []
    drawn = chat_page.draw_chat_page

    def timed(*given: object) -> None:
        began, worked = time.perf_counter(), time.thread_time()
        drawn(*given)  # type: ignore[arg-type]
        times.append(1000 * (time.perf_counter() - began))
        computed.append(1000 * (time.thread_time() - worked))

    chat_page.draw_chat_page = timed  # type: ignore[assignment]
    try:
        for _ in range(RERUNS):
            page.run()
    finally:
        chat_page.draw_chat_page = drawn
    return times, computed


def first_question_seconds(address: str) -> float:
    """From the first request of a browser until a question can be typed."""
    with chromium() as browser:
        page = browser.new_page()
        began = time.perf_counter()
        page.goto(address)
        await_idle(page)
        return time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    for turns in (1, 50):
        with tempfile.TemporaryDirectory() as folder:
            times, computed = rerun_times(turns, Path(folder))
        late = quantiles(times, n=20)[-1]
        print(
            f"rerun, {turns:2} turns: {median(times):.0f} ms, 95th percentile {late:.0f} ms, "
            f"of processor time {median(computed):.0f} ms"
        )
    topics = tuple(
        sorted(each.name for each in (REPOSITORY / "knowledge").iterdir() if each.is_dir() and each.name[0] != ".")
    )
    with tempfile.TemporaryDirectory() as folder, page_of_topics(Path(folder), *topics, model="none") as address:
        print(f"question box after the first request to a new server: {first_question_seconds(address):.1f} s")
        print(f"question box for the next visitor: {first_question_seconds(address):.1f} s")


if __name__ == "__main__":
    sys.exit(main())
