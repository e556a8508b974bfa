"""A real Chromium on the page, and the few things that every visitor does."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ANSWER_MS = 180_000  # machines that run tests may be slow; speed is measured by commands, not here
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
MARKS = [pytest.mark.browser, pytest.mark.slow]
if CHROMIUM is None and os.environ.get("ASSISTANT_REQUIRE_BROWSER") != "1":
    MARKS.append(pytest.mark.skip(reason="no Chromium found; install one (Debian: apt install chromium)"))


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def visit(browser: Any, address: str, width: int = 1200, height: int = 900, scheme: str = "light") -> Iterator[Any]:
    """A visitor of their own: nothing is shared with another."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(ANSWER_MS)
    page.goto(address)
    yield page
    context.close()


def await_idle(page: Any) -> None:
    """Wait until questions are taken: nothing is being answered."""
    page.get_by_test_id("stChatInput").locator("textarea").wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stChatInput] textarea').disabled")


def ask(page: Any, question: str) -> None:
    """Type a question and send it."""
    await_idle(page)
    box = page.get_by_test_id("stChatInput").locator("textarea")
    box.fill(question)
    box.press("Enter")


def answer(page: Any, number: int = 1) -> Any:
    """The bubble of an answer, once it is finished; the first is 1."""
    bubble = page.get_by_test_id("stChatMessage").nth(2 * number - 1)
    bubble.get_by_role("button", name="Copy").wait_for()
    return bubble


def sources(bubble: Any) -> Any:
    """The buttons of an answer's sources; Streamlit keeps a hidden second copy of a button that has a hint."""
    return bubble.locator("[class*='_source_'] button").locator("visible=true")


def check(page) -> None:
    """No violation of the guidelines on the page as it is now."""
    page.wait_for_function(
        "document.getAnimations().every(each => each.playState != 'running' || "
        "each.effect.getTiming().iterations == Infinity)"
    )
    from axe_playwright_python.sync_playwright import Axe  # here, so that tests without a browser do without it

    found = []
    for _ in range(6):  # code is coloured and made focusable a moment after it is drawn
        found = Axe().run(page, options=AXE).response["violations"]
        if not found:
            return
        page.wait_for_timeout(1000)
    assert not found, "\n".join(
        f"{each['id']} {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"][:3]
    )


def width(page) -> int:
    """Pixels that the page takes across, scrolled or not."""
    return page.evaluate("document.scrollingElement.scrollWidth")
