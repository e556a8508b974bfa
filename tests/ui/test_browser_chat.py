"""Every flow of the chat in a real browser, over a real retriever and an engine whose words are known."""

import json
import re
import threading

import pytest
from browsing import MARKS, answer, ask, await_idle, check, sources, visit, width
from fakes import ScriptedEngine
from page_server import page_of_topics
from serving import served

from assistant.core.records import ModelInfo
from assistant.inference.serving.server import create_app

pytestmark = MARKS

QUESTION = "What is dropout in a neural network?"
TRUE = "Dropout is a regularization method that sets each unit's output to zero at random."
FALSE = "A baker from Naples invented it in 1889 to sell more pizza."


class Turnstile(threading.Event):
    """Lets the engine's words pass up to its limit, and all of them once it is set."""

    def __init__(self, engine: "Speaker") -> None:
        super().__init__()
        self._engine = engine

    def wait(self, timeout: float | None = None) -> bool:
        """Whether the next word may pass."""
        return self._engine.sent < self._engine.limit or super().wait(timeout)


class Speaker(ScriptedEngine):
    """Says one sentence that the notes do not hold and one that they do."""

    def __init__(self) -> None:
        super().__init__([f"{word} " for word in f"{FALSE} {TRUE}".split()])
        self.info = ModelInfo("speaker", "openvino", 1024, detail="A fake.")
        self.limit = 10**9  # words since the start, after which it waits
        self.go = Turnstile(self)


@pytest.fixture(scope="module")
def engine():
    return Speaker()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("chat")


@pytest.fixture(scope="module")
def address(place, engine):
    with (
        served(create_app(engine, "")) as model,
        page_of_topics(place, "regularization", endpoint=f"{model}/v1", feedback=str(place / "ratings")) as address,
    ):
        yield address


def test_supported_sentences_stand_with_their_source_and_the_others_one_click_away(page):
    ask(page, QUESTION)
    bubble = answer(page)
    assert bubble.get_by_text("sets each unit's output to zero at random.", exact=False).count() >= 1
    fold = bubble.get_by_text("Not in the notes (1)")
    assert not bubble.get_by_text(FALSE).is_visible()
    fold.click()
    bubble.get_by_text(FALSE).wait_for()
    bubble.get_by_text("no passage says this").wait_for()


def test_a_source_opens_in_its_note_with_formulas_and_code_and_stays_open(page):
    ask(page, QUESTION)
    sources(answer(page)).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("regularization/dropout.md", exact=False).wait_for()
    dialog.get_by_text("References of this note").click()
    dialog.get_by_role("link", name="Dropout: A Simple Way", exact=False).wait_for()
    dialog.locator(".katex").first.wait_for()
    dialog.locator("pre").first.wait_for()
    await_idle(page)
    assert dialog.is_visible(), "the end of the answer's run closed the source"
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")


def test_a_suggestion_is_asked_with_a_click_and_goes(page):
    ask(page, QUESTION)
    answer(page)
    await_idle(page)
    pill = page.locator("[class*='_next'] button").first
    question = pill.inner_text()
    pill.click()
    answer(page, 2)
    assert page.get_by_test_id("stChatMessage").nth(2).inner_text().strip().endswith(question)
    assert page.locator("[class*='st-key-chat1_0_next']").count() == 0


def test_again_with_another_preset_and_back_to_the_first_version(page):
    ask(page, QUESTION)
    answer(page).get_by_role("button", name="Again").click()
    page.get_by_text("Seed recipe", exact=True).last.click()
    page.get_by_text("2/2").wait_for()
    await_idle(page)
    assert "Settings: Seed recipe." in details(page)
    page.locator("[class*='_version_-1'] button").click()
    page.get_by_text("1/2").wait_for()
    assert "Settings: Focused." in details(page)
    assert page.get_by_test_id("stChatMessage").count() == 2, "a version is no further turn"


def test_an_edited_question_goes_on_from_there_and_the_earlier_turns_come_back(page):
    ask(page, QUESTION)
    answer(page)
    ask(page, "Which dropout rate should I use?")
    answer(page, 2)
    await_idle(page)
    answer(page).get_by_role("button", name="Edit").click()
    box = page.get_by_role("dialog").get_by_label("Question")
    box.fill("Why does dropout prevent overfitting?")
    page.get_by_role("dialog").get_by_role("button", name="Ask").click()
    page.get_by_text("2/2").wait_for()
    await_idle(page)
    page.get_by_test_id("stChatMessage").nth(2).wait_for(state="detached")
    assert questions(page) == ["Why does dropout prevent overfitting?"]
    page.locator("[class*='_version_-1'] button").click()
    answer(page, 2)
    assert questions(page) == [QUESTION, "Which dropout rate should I use?"]


def test_an_answer_can_be_copied_with_its_sources(page):
    ask(page, QUESTION)
    answer(page).get_by_role("button", name="Copy").click()
    shown = page.get_by_role("dialog").get_by_test_id("stCode")
    shown.wait_for()
    assert "[1]" in shown.inner_text() and "regularization/dropout.md, line" in shown.inner_text()


def test_a_rating_and_a_word_are_kept_on_the_host(page, place):
    ask(page, QUESTION)
    bubble = answer(page)
    bubble.locator("[class*='_thumbs'] button").nth(1).click()
    bubble.get_by_label("What was good or wrong?", exact=False).fill("a pizza in every answer")
    page.keyboard.press("Enter")
    bubble.get_by_text("your rating and your words").wait_for()
    last = json.loads((place / "ratings").read_text().splitlines()[-1])
    assert (last["rating"], last["word"], last["question"]) == ("down", "a pizza in every answer", QUESTION)


def test_chats_are_renamed_exported_deleted_and_taken_in_again(page, tmp_path):
    ask(page, QUESTION)
    answer(page)
    await_idle(page)
    menu(page, "Rename")
    page.get_by_role("dialog").get_by_label("Name").fill("All about dropout")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    panel = page.get_by_test_id("stSidebar")
    panel.get_by_text("All about dropout").wait_for()
    menu(page, "Export")
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="JSON").click()
    file = tmp_path / "chat.json"
    download.value.save_as(file)
    assert download.value.suggested_filename == "all-about-dropout.json"
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Markdown").click()
    assert download.value.path().read_text().startswith("# All about dropout")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    menu(page, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    panel.get_by_text("All about dropout").wait_for(state="detached")
    page.get_by_test_id("stChatMessage").first.wait_for(state="detached")
    menu(page, "Import")
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(
        {"name": "bad.json", "mimeType": "application/json", "buffer": b"{}"}
    )
    page.get_by_role("dialog").get_by_text("not a chat that was exported here").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    menu(page, "Import")
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(str(file))
    panel.get_by_text("All about dropout").wait_for()
    sources(answer(page)).first.wait_for()
    panel.get_by_role("button", name="New chat").click()
    page.get_by_text("Adam or SGD?").wait_for()
    panel.get_by_text("All about dropout").click()
    answer(page)


def test_stop_keeps_what_was_written_and_ends_the_work(page, engine):
    engine.cancelled.clear()
    engine.limit = engine.sent + 9
    try:
        ask(page, f"{QUESTION} And why?")  # an answer that was given before would come at once
        bubble = page.get_by_test_id("stChatMessage").nth(1)
        bubble.get_by_text("▌", exact=False).wait_for()
        while engine.sent < engine.limit:
            page.wait_for_timeout(50)
        page.get_by_test_id("stChatInputStopButton").click()
        for _ in range(len(engine.words) - 10):  # a word at a time, and not the last one: it must not just end
            engine.limit += 1
            if engine.cancelled.wait(1):
                break
        assert engine.cancelled.is_set()
        bubble.get_by_text("Stopped. What was written so far is kept.").wait_for()  # by itself
    finally:
        engine.limit = 10**9
    ask(page, "Which dropout rate should I use?")
    answer(page, 2)
    first = answer(page)
    assert "Stopped. What was written so far is kept." in first.inner_text()
    assert "A baker from Naples" in first.inner_text() and "more pizza" not in first.inner_text()


def test_parameters_that_make_no_sense_together_are_explained_and_can_be_reset(page):
    await_idle(page)
    panel = page.get_by_test_id("stSidebar")
    panel.get_by_text("Every parameter").click()
    beams = panel.get_by_label("No repeated n-gram", exact=True).locator("visible=true")
    told = panel.get_by_text("Until then answers use the last settings that work", exact=False)
    for _ in range(5):  # a page that is drawn anew at that moment forgets what is typed
        beams.fill("2")
        beams.press("Enter")
        page.wait_for_timeout(3000)
        if told.count():
            break
    told.wait_for()
    panel.get_by_role("button", name="Reset to preset").click()
    panel.get_by_text("Until then answers use", exact=False).wait_for(state="detached")
    assert beams.input_value() == "0"


def test_the_host_box_tells_what_is_used_and_what_is_kept(page):
    await_idle(page)
    panel = page.get_by_test_id("stSidebar")
    panel.get_by_text("About this host").click()
    panel.get_by_text("GB, page and engine together", exact=False).wait_for()
    panel.get_by_text("Notes that are added:", exact=False).wait_for()
    used, allowed = re.search(r"Memory: ([\d.]+) of ([\d.]+) GB, page and engine together", panel.inner_text()).groups()
    assert 0 < float(used) < float(allowed)
    assert "Engine: openvino, window of 1,024 tokens" in panel.inner_text()
    assert "Chats: in your browser alone" in panel.inner_text()


def test_details_draw_the_window_and_hold_the_exact_prompt(page):
    ask(page, QUESTION)
    answer(page).get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first.wait_for()
    dialog.get_by_text("The exact prompt").click()
    prompt = dialog.get_by_test_id("stCode")
    prompt.wait_for()
    assert f"Question: {QUESTION}" in prompt.inner_text() and "sets each unit's output to zero" in prompt.inner_text()
    rows = [row.split("\t") for row in dialog.locator("tbody").inner_text().splitlines() if "\t" in row]
    assert {"instructions", "source 1", "question", "answer", "free"} <= {row[0] for row in rows}
    assert sum(int(row[2].replace(",", "")) for row in rows) == 1024, "the parts fill the window"


def test_what_the_notes_do_not_cover_leads_to_the_nearest_notes_and_to_adding_some(page):
    ask(page, "How long do I boil eggs?")
    bubble = answer(page)
    bubble.get_by_text("Looked for: How long do I boil eggs?").wait_for()
    assert sources(bubble).count() == 3
    bubble.get_by_role("link", name="Add notes that cover it").click()
    page.get_by_role("heading", name="Notes").wait_for()


def test_everything_can_be_reached_by_keyboard(page):
    await_idle(page)
    tab_to(page, "document.activeElement.matches('[data-testid=stChatInput] textarea')")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    answer(page)
    await_idle(page)
    tab_to(page, "!!document.activeElement.closest('[class*=_source_1]')")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_text("regularization/", exact=False).first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    for name in ("Copy", "Again", "Edit", "Details"):
        tab_to(page, f"document.activeElement.innerText.includes('{name}')")
    tab_to(page, "!!document.activeElement.closest('[class*=_next]')")
    asked = page.evaluate("document.activeElement.innerText").strip()
    page.keyboard.press("Enter")
    answer(page, 2)
    assert questions(page) == [QUESTION, asked]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(browser, address, scheme):
    """WCAG 2.1 A and AA, contrast included: the page at the start, with an answer, and both large dialogs."""
    with visit(browser, address, scheme=scheme) as page:
        await_idle(page)
        panel = page.get_by_test_id("stSidebar")
        panel.get_by_text("Every parameter").click()
        panel.get_by_text("About this host").click()
        panel.get_by_text("page and engine together", exact=False).wait_for()
        check(page)
        ask(page, QUESTION)
        bubble = answer(page)
        await_idle(page)
        bubble.get_by_text("Not in the notes (1)").click()
        bubble.get_by_text(FALSE).wait_for()
        check(page)
        sources(bubble).first.click()
        page.get_by_role("dialog").get_by_text("References of this note").click()
        page.get_by_role("dialog").locator("pre").first.wait_for()
        check(page)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        bubble.get_by_role("button", name="Details").click()
        page.get_by_role("dialog").get_by_text("The exact prompt").wait_for()
        check(page)


def test_nothing_sticks_out_sideways_at_390_pixels(browser, address):
    with visit(browser, address, width=390, height=844, scheme="dark") as page:
        await_idle(page)
        assert width(page) <= 390
        ask(page, QUESTION)
        bubble = answer(page)
        await_idle(page)
        assert width(page) <= 390
        for name in ("Copy", "Edit", "Details"):
            bubble.get_by_role("button", name=name).click()
            page.get_by_role("dialog").wait_for()
            assert width(page) <= 390
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
        sources(bubble).first.click()
        page.get_by_role("dialog").locator("pre").first.wait_for()
        assert width(page) <= 390


def questions(page) -> list[str]:
    """The questions on the page, as they are read."""
    bubbles = page.get_by_test_id("stChatMessage").filter(has=page.get_by_test_id("stChatMessageAvatarCustom"))
    return [text.splitlines()[-1] for text in bubbles.all_inner_texts()[::2]]


def details(page) -> str:
    """What the dialog says about how the answer was made; it is closed again."""
    page.get_by_role("button", name="Details").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Settings:", exact=False).wait_for()
    said = dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    return said


def menu(page, option: str) -> None:
    """Choose what to do with the open chat."""
    page.get_by_test_id("stSidebar").get_by_role("button", name="This chat").click()
    page.get_by_text(option, exact=option != "Import").last.click()
    page.get_by_role("dialog").wait_for()


def tab_to(page, reached: str) -> None:
    """Press Tab until a condition on the focused element holds."""
    for _ in range(80):
        if page.evaluate(reached):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach: {reached}")
