"""The notes page as a visitor has it: files added and asked about, a note, the map, on a desk and on a dark phone."""

import io
import zipfile

import pytest
from browsing import MARKS, answer, ask, await_idle, check, sources, visit, width
from page_server import page_of_topics
from upload_samples import WORD, drawn, pdf

pytestmark = MARKS
PLAN = pdf([drawn("The Borealis project trains with AdamW for forty epochs.")], "Borealis plan")
FILES = [
    {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PLAN},
    {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 junk"},
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with page_of_topics(tmp_path_factory.mktemp("notes"), "regularization", model="none") as address:
        yield address


def open_view(page, view):
    page.get_by_text("Answers are made from these alone").wait_for()
    page.get_by_role("radio", name=view, exact=True).click()


def test_files_are_added_asked_about_taken_home_and_deleted(browser, address):
    """Two at once, one of them broken: each has its own result; the good one answers, and goes when it is deleted."""
    with visit(browser, f"{address}/notes") as page:
        open_view(page, "Add files")
        page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(FILES)
        page.get_by_text("was not added. It is damaged").wait_for()
        page.get_by_text("can be asked about", exact=False).wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download all as a zip").click()
        with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
            assert [name.startswith("borealis-plan-") for name in archive.namelist()] == [True]
        page.get_by_role("link", name="Chat").click()
        await_idle(page)
        ask(page, "For how many epochs does the Borealis project train?")
        bubble = answer(page)
        assert "forty epochs" in bubble.inner_text() and "Borealis plan" in sources(bubble).first.inner_text()
        page.get_by_role("link", name="Notes").click()
        open_view(page, "Add files")
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Delete it").click()
        page.get_by_role("heading", name="Added files").wait_for(state="detached")


def test_a_file_attached_to_a_question_answers_it(browser, address):
    """The file is read before the question is answered, and its result stands below."""
    with visit(browser, address) as page:
        files = page.get_by_test_id("stChatInput").locator("input[type=file]")
        files.set_input_files([{"name": "lab.docx", "mimeType": "application/octet-stream", "buffer": WORD}])
        page.get_by_test_id("stChatInput").get_by_text("lab.docx").wait_for()
        ask(page, "Which batch does Zephyr train with?")
        page.get_by_text("“Lab report”, 2 sections, 2 passages").first.wait_for()
        bubble = answer(page)
        assert "batch of 512" in bubble.inner_text()
        assert "Lab report" in sources(bubble).first.inner_text()


@pytest.mark.parametrize("scheme, wide", [("light", 1200), ("dark", 390)])
def test_each_view_is_usable_on_a_desk_and_on_a_dark_phone(browser, address, scheme, wide):
    """Nothing sticks out sideways, and axe finds nothing wrong."""
    awaited = {"Topics": "Regularization", "Map": "Each point is a passage", "Add files": "Files that you add here"}
    with visit(browser, f"{address}/notes", width=wide, scheme=scheme) as page:
        for view, text in awaited.items():
            open_view(page, view)
            page.get_by_text(text).first.wait_for()
            page.wait_for_timeout(1500)
            assert width(page) <= wide
            check(page)


def test_an_address_leads_to_a_section_of_a_note(browser, address):
    where = "notes?note=regularization/dropout.md&section=does-dropout-slow-down-training"
    with visit(browser, f"{address}/{where}", width=390) as page:
        page.get_by_text("The section of the link").wait_for()
        page.get_by_text("Srivastava").first.wait_for()
        assert width(page) <= 390
        check(page)
        page.get_by_role("button", name="All notes").click()
        page.get_by_text("Answers are made from these alone").wait_for()
