"""Hostile notes, questions and model outputs in a real Chromium: no script runs, and nothing is asked of anyone."""

import http.server
import os
import shutil
import threading

import pytest
from hostile import hostile_texts
from page_server import REPOSITORY, page_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
if CHROMIUM is None and os.environ.get("ASSISTANT_REQUIRE_BROWSER") != "1":
    pytestmark.append(pytest.mark.skip(reason="no Chromium found; install one (Debian: apt install chromium)"))

PARTS = 4  # pages, so that each is drawn in a moment
PATIENCE_MS = 180_000
DRAWN_BY_DATA = "[data-testid=stMarkdownContainer]"


@pytest.fixture(scope="module")
def canary():
    """A server on this machine that notes who asks it for anything; gives its address and the list."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory, canary):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANARY", canary[0])
        with page_server(
            tmp_path_factory.mktemp("hostile"), REPOSITORY, script="tests/support/hostile_page.py"
        ) as server:
            yield server


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


def test_the_texts_are_two_hundred_and_all_different():
    assert len(set(hostile_texts("http://127.0.0.1:1"))) == 200


@pytest.mark.parametrize("part", range(PARTS))
def test_no_script_runs_no_request_leaves_and_nothing_but_text_is_drawn(server, browser, canary, part):
    address, asked = canary
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    requests, dialogs = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{server.address}/?part={part}&parts={PARTS}")
    page.get_by_text("all of it is drawn").wait_for()
    page.wait_for_timeout(1000)  # what loads later must have had its chance

    assert asked == [] and dialogs == []
    own = (server.address, server.address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in requests if not url.startswith(own)] == []
    assert page.evaluate("window.hit") is None
    active = "script, iframe, object, embed, video, audio, img, link, style, base, meta, form, input, details"
    assert page.locator(f"{DRAWN_BY_DATA} :is({active})").count() == 0
    handlers = f"""[...document.querySelectorAll('{DRAWN_BY_DATA} *')].flatMap(
        element => element.getAttributeNames().filter(name => name.startsWith('on')))"""
    assert page.evaluate(handlers) == []
    links = page.evaluate(f"[...document.querySelectorAll('{DRAWN_BY_DATA} a[href]')].map(link => link.href)")
    assert [link for link in links if not link.startswith(("http://", "https://"))] == []
    page.evaluate(f"fetch('{address}/alive', {{mode: 'no-cors'}})")
    page.wait_for_timeout(200)
    assert asked == ["/alive"], "the canary would have sung"
    asked.clear()
    assert "Traceback" not in server.said()
    page.close()
