"""Makes the README's pictures: PYTHONPATH=. python tests/support/screenshots.py

Starts a page over the shipped notes with the embedded model, asks as a visitor would, and writes to ``.github``. Not a
test: run it by hand after the page has changed, and look at what it made.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from browsing import answer, ask, await_idle, chromium, sources, visit
from page_server import REPOSITORY, page_of_topics
from PIL import Image

OUT = REPOSITORY / ".github"
QUESTION = "What is dropout and what happens at test time?"
COLOURS = 256  # as many as a page of text needs; the files become a third as large
SETTLED_MS = 1500  # for charts to be drawn and for what moves to come to rest


def shoot(page: Any, name: str) -> None:
    """One picture of what is in view."""
    page.mouse.move(0, 0)  # no hint of whatever lies under the pointer
    page.wait_for_timeout(SETTLED_MS)
    path = OUT / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def await_model(page: Any) -> None:
    """Until the side panel says of no model that it starts."""
    panel = page.get_by_test_id("stSidebar")
    panel.get_by_text("SmolLM2", exact=False).first.wait_for()
    panel.get_by_text("Starting.", exact=False).wait_for(state="detached")


def close(page: Any) -> None:
    """Close the open dialog."""
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def on_a_desk(browser: Any, address: str) -> None:
    """The chat, a source in its note, the context map, the list of notes, and their map with the question in it."""
    with visit(browser, address, 1180, 1000) as page:
        await_model(page)
        ask(page, QUESTION)
        bubble = answer(page)
        await_idle(page)
        shoot(page, "chat")
        sources(bubble).first.click()
        page.get_by_role("dialog").get_by_text("References of this note").wait_for()
        shoot(page, "source")
        close(page)
        bubble.get_by_role("button", name="Details").click()
        page.get_by_role("dialog").get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for()
        shoot(page, "context")
        close(page)
        page.get_by_role("link", name="Notes").click()
        page.get_by_text("Answers are made from these alone").wait_for()
        page.get_by_text("Regularization ·", exact=False).click()
        page.get_by_text("Label smoothing", exact=False).first.wait_for()
        shoot(page, "notes")
        page.set_viewport_size({"width": 1180, "height": 1190})
        page.get_by_role("radio", name="Map", exact=True).click()
        page.get_by_text("The star is your last question").wait_for()
        page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for()
        shoot(page, "map")


def elsewhere(browser: Any, address: str) -> None:
    """The same answer on a phone and in the dark."""
    for name, width, height, scheme in (("phone", 390, 844, "light"), ("dark", 1180, 1000, "dark")):
        with visit(browser, address, width, height, scheme) as page:
            ask(page, QUESTION)
            answer(page)
            await_idle(page)
            page.wait_for_timeout(SETTLED_MS)  # the page follows its end until it rests
            page.mouse.move(width / 2, height / 2)
            page.mouse.wheel(0, -5000)
            shoot(page, name)


def main() -> None:
    """All pictures."""
    OUT.mkdir(exist_ok=True)
    topics = tuple(
        sorted(each.name for each in (REPOSITORY / "knowledge").iterdir() if each.is_dir() and each.name[0] != ".")
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        page_of_topics(Path(folder), *topics, model="embedded", uploads="session") as address,
        chromium() as browser,
    ):
        on_a_desk(browser, address)
        elsewhere(browser, address)
    for picture in sorted(OUT.glob("*.png")):
        print(f"{picture.relative_to(REPOSITORY)}: {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    sys.exit(main())
