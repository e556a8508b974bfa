"""The notes page as a visitor has it: files added and asked about, a note, the map, on a desk and on a dark phone."""

# ruff: noqa: F811 - fixtures are imported

import io
import zipfile

import pytest
from test_browser import ANSWER_MS, address, ask, browser, page, pytestmark  # noqa: F401 - fixtures and marks
from upload_samples import PDF, WORD

FILES = [
    {"name": "normalization.pdf", "mimeType": "application/pdf", "buffer": PDF},
    {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 junk"},
]


def open_notes(page, view):
    page.get_by_text("Answers are made from these alone").wait_for()
    page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).click()


def test_files_are_added_asked_about_taken_home_and_deleted(page, address):
    """Two at once, one of them broken: each has its own result; the good one answers, and goes when it is deleted."""
    page.goto(f"{address}/notes")
    open_notes(page, "Add files")
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(FILES)
    page.get_by_text("was not added. It is damaged").wait_for()
    page.get_by_text("can be asked about", exact=False).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all as a zip").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert [name[:24] for name in archive.namelist()] == ["normalization-compared-" + archive.namelist()[0][23]]
    page.get_by_role("link", name="Chat").click()
    ask(page, "Which normalization needs no batch?")
    bubble = page.get_by_test_id("stChatMessage").nth(1)
    bubble.get_by_text("Normalization compared", exact=False).first.wait_for()
    page.get_by_role("link", name="Notes").click()
    open_notes(page, "Add files")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_text("Added files").wait_for(state="detached")


def test_a_file_attached_to_a_question_answers_it(page):
    """The file is read before the question is answered, and its result stands below."""
    files = page.get_by_test_id("stChatInput").locator("input[type=file]")
    files.set_input_files([{"name": "lab.docx", "mimeType": "application/octet-stream", "buffer": WORD}])
    page.get_by_test_id("stChatInput").get_by_text("lab.docx").wait_for()
    ask(page, "Which batch does Zephyr train with?")
    page.get_by_text("Lab report", exact=False).first.wait_for()
    page.get_by_text("“Lab report”, 2 sections, 2 passages").wait_for()


@pytest.mark.parametrize("view", ["Topics", "Map", "Add files"])
def test_the_notes_are_usable_on_a_dark_phone(browser, address, view):
    """At 390 pixels nothing sticks out sideways."""
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    phone = context.new_page()
    phone.set_default_timeout(ANSWER_MS)
    phone.goto(f"{address}/notes")
    open_notes(phone, view)
    awaited = {"Topics": "Regularization", "Map": "Each point is a passage", "Add files": "Files that you add here"}
    phone.get_by_text(awaited[view]).first.wait_for()
    phone.wait_for_timeout(1500)
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 390
    context.close()


def test_an_address_leads_to_a_section_of_a_note(page, address):
    page.goto(f"{address}/notes?note=regularization/dropout.md&section=does-dropout-slow-down-training")
    page.get_by_text("The section of the link").wait_for()
    page.get_by_text("Srivastava").first.wait_for()
    page.get_by_role("button", name="All notes").click()
    page.get_by_text("Answers are made from these alone").wait_for()
