"""Chats that the browser keeps: there again after a reload and in another tab, gone when they should be."""

import json

import pytest
from browsing import MARKS, answer, ask, await_idle, visit
from fakes import ScriptedEngine
from page_server import page_of_topics, page_server, shipped_notes
from serving import served

from assistant.inference.serving.server import create_app

pytestmark = MARKS

FIRST, SECOND = "What is dropout in a neural network?", "What is weight decay?"
STORED = "Object.keys(localStorage).filter(key => key.startsWith('deep-learning-notes/'))"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    engine = ScriptedEngine(["It ", "drops ", "units."])
    with (
        served(create_app(engine, "")) as model,
        page_of_topics(tmp_path_factory.mktemp("kept"), "regularization", endpoint=f"{model}/v1") as address,
    ):
        yield address


@pytest.fixture
def page(browser, address):
    with visit(browser, address) as page:
        yield page


def await_kept(page, records):
    page.wait_for_function(f"{STORED}.length === {records}")


def listed(page):
    """The chats in the side panel, top to bottom."""
    return page.get_by_role("radiogroup", name="Chats").get_by_role("radio")


def reload(page):
    page.reload()
    await_idle(page)


def test_a_chat_is_there_again_after_a_reload_and_goes_on(page):
    ask(page, FIRST)
    answer(page)
    await_kept(page, 2)
    page.reload()
    assert "random" in answer(page).inner_text()
    assert listed(page).count() == 1
    ask(page, "And at test time?")
    answer(page, 2)
    await_kept(page, 3)
    page.reload()
    answer(page, 2)
    assert page.get_by_test_id("stChatMessage").count() == 4


def test_a_question_whose_answer_is_being_written_survives_a_reload(browser, tmp_path):
    engine = ScriptedEngine(["It ", "drops ", "units."])
    engine.go.clear()
    with (
        served(create_app(engine, "")) as model,
        page_of_topics(tmp_path, "regularization", endpoint=f"{model}/v1") as address,
        visit(browser, address) as page,
    ):
        ask(page, FIRST)
        await_kept(page, 2)
        page.reload()
        page.get_by_text(FIRST).last.wait_for()
        assert listed(page).count() == 1
        engine.go.set()
        await_idle(page)
        page.get_by_role("button", name="Again").first.wait_for()


def test_a_chat_that_made_room_for_others_and_goes_on_is_kept_whole(page):
    """Its beginning is sent again: without it the rest could never be read."""
    ask(page, FIRST)
    answer(page)
    await_kept(page, 2)
    reload(page)  # what came from the browser is not sent to it again by itself
    answer(page)
    page.evaluate(f"{STORED}.forEach(key => localStorage.removeItem(key))")
    ask(page, "And at test time?")
    answer(page, 2)
    await_kept(page, 3)
    page.reload()
    assert "random" in answer(page).inner_text() and "at test time" in answer(page, 2).inner_text()
    assert page.get_by_test_id("stChatMessage").count() == 4
    assert listed(page).count() == 1


def test_another_tab_begins_anew_and_lists_the_chat(page):
    ask(page, FIRST)
    answer(page)
    await_kept(page, 2)
    other = page.context.new_page()
    other.goto(page.url)
    await_idle(other)
    listed(other).nth(1).wait_for()
    assert other.get_by_test_id("stChatMessage").count() == 0
    other.get_by_text(FIRST, exact=False).first.click()
    answer(other)


def test_a_deleted_chat_does_not_come_back(page):
    ask(page, FIRST)
    answer(page)
    page.get_by_role("button", name="New chat").click()
    listed(page).nth(1).wait_for()  # Streamlit forgets a click that another follows before it was taken
    ask(page, SECOND)
    answer(page)
    await_kept(page, 4)
    page.get_by_role("button", name="This chat").click()
    page.get_by_role("menuitem", name="Delete").or_(page.get_by_text("Delete", exact=True)).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await_kept(page, 2)
    reload(page)
    page.get_by_text(FIRST, exact=False).first.wait_for()
    assert page.get_by_text(SECOND).count() == 0


def test_nothing_is_kept_when_the_visitor_does_not_want_it(page):
    ask(page, FIRST)
    answer(page)
    await_kept(page, 2)
    page.get_by_text("Keep chats in this browser").click()
    page.wait_for_function("localStorage.getItem('deep-learning-notes/off') !== null")
    assert page.evaluate(STORED) == ["deep-learning-notes/off"]
    answer(page)  # it stays on the page
    reload(page)
    page.wait_for_function("!document.querySelector('input[aria-label=\"Keep chats in this browser\"]').checked")
    assert page.get_by_test_id("stChatMessage").count() == 0
    ask(page, SECOND)
    answer(page)
    assert page.evaluate(STORED) == ["deep-learning-notes/off"]
    page.get_by_text("Keep chats in this browser").click()
    await_kept(page, 2)
    page.reload()
    answer(page)


def test_what_somebody_else_put_there_is_no_page_and_costs_nothing_but_itself(page):
    ask(page, FIRST)
    answer(page)
    await_kept(page, 2)
    hostile = {"name": "<img src=x onerror='window.hit=1'>", "shown": [0], "at": 1}
    page.evaluate(
        """head => {
            const [body] = Object.keys(localStorage).filter(key => key.endsWith('/0'));
            const place = 'deep-learning-notes/' + 'a'.repeat(32);
            localStorage.setItem(place, head);
            localStorage.setItem(place + '/0', localStorage.getItem(body));
            localStorage.setItem('deep-learning-notes/' + 'b'.repeat(32), 'no record');
        }""",
        json.dumps(hostile),
    )
    page.reload()
    answer(page)
    page.get_by_text("1 chat that this browser had kept cannot be read", exact=False).wait_for()
    page.get_by_text("<img src=x", exact=False).first.click()
    answer(page)
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("keeps", [True, False])
def test_a_question_after_the_server_was_started_again_goes_on_in_its_chat(browser, tmp_path, keeps):
    """The page that the browser still shows belongs to a session that is gone."""
    knowledge = shipped_notes(tmp_path / "notes", "regularization")
    with page_server(tmp_path, knowledge, model="none") as server, visit(browser, server.address) as page:
        ask(page, FIRST)
        answer(page)
        await_kept(page, 2)
        if not keeps:
            page.get_by_text("Keep chats in this browser").click()
            await_kept(page, 1)
        server.process.terminate()
        page.wait_for_function("document.querySelector('[data-testid=stChatInput] textarea').disabled")
        server.process.wait()
        with page_server(tmp_path, knowledge, model="none", port=server.port):
            ask(page, "And which rate of dropout is usual?")
            turn = 2 if keeps else 1
            page.get_by_test_id("stChatMessage").nth(2 * turn - 2).get_by_text("And which rate").wait_for()
            answer(page, turn)
            assert page.get_by_test_id("stChatMessage").count() == (4 if keeps else 2)


def test_a_browser_that_keeps_nothing_has_a_page_all_the_same(browser, address):
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked'); }})")
    page = context.new_page()
    page.goto(address)
    ask(page, FIRST)
    assert "random" in answer(page).inner_text()
    context.close()


def test_an_old_chat_makes_room_for_a_new_one(page):
    ask(page, FIRST)
    answer(page)
    await_kept(page, 2)
    page.evaluate(
        """() => {
            const place = 'deep-learning-notes/' + 'c'.repeat(32);
            localStorage.setItem(place, JSON.stringify({name: 'old', shown: [0], at: 1}));
            localStorage.setItem(place + '/0', 'x'.repeat(1299000));
        }"""
    )
    ask(page, "And at test time?")
    answer(page, 2)
    page.wait_for_function(f"!({STORED}).some(key => key.includes('ccc'))")
    await_kept(page, 3)
    assert not any("ccc" in key for key in page.evaluate(STORED))
