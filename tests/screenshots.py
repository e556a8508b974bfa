"""Makes the README's pictures from a running page: python tests/screenshots.py http://localhost:8501

Not a test: run it by hand after the page has changed.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

OUT = Path(__file__).resolve().parent.parent / ".github"
QUESTION = "What is dropout and what happens at test time?"


def main(address: str) -> None:
    """Ask one question, take the picture of its answer, and of the map of the notes with the question drawn in."""
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1180, "height": 1020})
        page.goto(address)
        box = page.get_by_test_id("stChatInput").locator("textarea")
        box.wait_for(timeout=60_000)
        box.fill(QUESTION)
        box.press("Enter")
        page.get_by_text("Ask next").wait_for(timeout=180_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=OUT / "chat.png")
        page.get_by_role("link", name="Notes").click()
        page.get_by_text("Map", exact=True).click(timeout=60_000)
        page.get_by_text("The star is your last question").wait_for(timeout=60_000)
        page.wait_for_timeout(4000)
        page.screenshot(path=OUT / "map.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
