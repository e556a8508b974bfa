"""Figures as a visitor has them: as wide as a phone, larger at a click, under an answer; notes lead to one another."""

import pytest
from browsing import MARKS, answer, ask, check, visit, width
from fakes import write_notes
from page_server import page_server

pytestmark = MARKS
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="640" height="320" viewBox="0 0 640 320">
<rect width="640" height="320" fill="#fbfbf8"/><circle cx="320" cy="160" r="90" fill="#4477aa"/></svg>"""
ALT = "A blue unit of a layer that dropout may set to zero"
NOTE = f"""---
title: Dropout
topics: [regularization]
reviewed: 2026-11-29
---

## What is dropout in a neural network?

Dropout is a regularization method that sets each unit's output to zero at random at every training step.

![{ALT}](../figures/unit.svg "Dropout may set this unit to zero.")

Dropout is often compared with [weight decay](weight-decay.md).

## See also

- [Weight decay](weight-decay.md)
"""
DECAY = "# Weight decay\n\n## What is weight decay?\n\nWeight decay shrinks all weights of a network at every step."


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    knowledge = write_notes(folder / "notes", regularization__dropout=NOTE, regularization__weight_decay=DECAY)
    (knowledge / "regularization/weight_decay.md").rename(knowledge / "regularization/weight-decay.md")
    (knowledge / "figures").mkdir()
    (knowledge / "figures/unit.svg").write_text(SVG)
    with page_server(folder, knowledge, model="none") as server:
        yield server.address
    assert "Traceback" not in server.said()


@pytest.mark.parametrize("scheme, wide", [("light", 1200), ("dark", 390)])
def test_a_figure_is_as_wide_as_the_note_and_larger_at_a_click(browser, address, scheme, wide):
    with visit(browser, f"{address}/notes?note=regularization/dropout.md", width=wide, scheme=scheme) as page:
        figure = page.get_by_role("img", name=ALT)
        figure.wait_for()
        page.get_by_text("Dropout may set this unit to zero.").wait_for()
        shown, column = (
            figure.bounding_box()["width"],
            page.get_by_test_id("stMainBlockContainer").bounding_box()["width"],
        )
        assert shown >= min(640, column - 80) and width(page) <= wide
        check(page)
        figure.hover()
        page.get_by_role("button", name="Fullscreen").click()
        page.wait_for_timeout(500)
        assert figure.bounding_box()["width"] >= shown and width(page) <= wide


def test_notes_lead_to_one_another(browser, address):
    with visit(browser, f"{address}/notes?note=regularization/dropout.md", width=390) as page:
        link = page.get_by_role("link", name="weight decay")
        link.wait_for()
        assert link.evaluate("link => link.href") == f"{address}/notes?note=regularization%2Fweight-decay.md"
        page.get_by_role("button", name="Weight decay").click()
        page.get_by_text("Weight decay shrinks all weights").wait_for()


def test_an_answer_shows_the_figure_of_its_section(browser, address):
    with visit(browser, address, width=390) as page:
        ask(page, "What is dropout in a neural network?")
        bubble = answer(page)
        bubble.get_by_role("img", name=ALT).wait_for()
        assert width(page) <= 390
        check(page)
