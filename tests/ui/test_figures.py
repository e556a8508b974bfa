"""Figures and links between notes on the page: where they stand, and never from what a visitor gave."""

from dataclasses import replace
from functools import partial

import page
import pytest
from fakes import ADAM, write_notes
from page import COVERED
from streamlit.testing.v1 import AppTest

from assistant.chat.transcript import chat_from_json, chat_to_json
from assistant.core.records import Figure
from assistant.retrieval.notes.figure_files import read_figure
from assistant.retrieval.notes.library import read_library

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
NOTE = """---
title: Dropout
---

## What is dropout?

Dropout sets random units to zero during training. Dropout prevents units from relying on one another.

![Two layers, some units crossed out](figures/dropout.svg "Dropout in *training*.")

Dropout is told apart from [Adam](adam.md), [nothing](gone.md) and [the outside](../out.md).

## See also

- [Adam, the optimizer](adam.md)
- [Gone](gone.md)
"""


@pytest.fixture
def knowledge(tmp_path):
    folder = write_notes(tmp_path / "knowledge", dropout=NOTE, adam=ADAM)
    (folder / "figures").mkdir()
    (folder / "figures" / "dropout.svg").write_text(SVG)
    return folder


def read_note(folder: str, path: str) -> None:
    from pathlib import Path

    import streamlit as st

    from assistant.retrieval.notes.library import read_library
    from assistant.ui.notes.note_view import draw_asked_note

    if not st.query_params.get("note"):
        st.query_params["note"] = path
    draw_asked_note(read_library(Path(folder)))


def reader(knowledge, path: str) -> AppTest:
    app = AppTest.from_function(read_note, kwargs={"folder": str(knowledge), "path": path}).run(timeout=30)
    assert not app.exception
    return app


def images(block) -> list:
    return [(image.alt, image.caption) for element in block.image for image in element.proto.imgs]


def test_a_note_shows_its_figure_where_it_stands_with_words_for_who_cannot_see_it(knowledge):
    app = reader(knowledge, "dropout.md")
    assert images(app.main) == [("Two layers, some units crossed out", "Dropout in *training*.")]
    kinds = [element.type for element in app.main]
    before = next(at for at, each in enumerate(app.main) if "sets random units" in str(getattr(each, "value", "")))
    assert kinds[before : before + 3] == ["markdown", "image", "markdown"]
    assert app.main.image[0].proto.imgs[0].url.startswith("data:image/svg+xml;base64,")


def test_see_also_opens_the_notes_that_are_here(knowledge):
    app = reader(knowledge, "dropout.md")
    labels = [button.label for button in app.main.button]
    assert "Adam, the optimizer" in labels and "Gone" not in labels
    app.button(key="see_also_adam.md").click().run(timeout=30)
    assert app.query_params["note"] in ("adam.md", ["adam.md"])
    assert app.main.header[0].value == "Adam"


def test_links_in_the_text_open_the_reader_and_others_lead_nowhere(knowledge):
    text = "\n".join(each.value for each in reader(knowledge, "dropout.md").main.markdown)
    assert "[Adam](notes?note=adam.md)" in text
    assert "[nothing]" in text and "[nothing](" not in text and "[the outside](" not in text


def test_what_visitors_add_shows_no_figure(knowledge):
    write_notes(knowledge, uploads__mine=NOTE.replace("](figures/", "](../figures/"))
    app = reader(knowledge, "uploads/mine.md")
    assert images(app.main) == []
    assert any("[Two layers, some units crossed out]" in each.value for each in app.main.markdown)


def test_an_answer_shows_the_figure_of_the_section_that_it_quotes_first_and_so_does_its_source(knowledge, tmp_path):
    opened = page.open_page(knowledge, tmp_path).ask(COVERED)
    assert images(opened.app.main) == [("Two layers, some units crossed out", "Dropout in *training*.")]
    opened.chips[0].click()
    opened.run()
    assert len(images(opened.app._tree[2])) == 1


def test_a_chat_file_cannot_name_a_figure_of_its_own(knowledge, tmp_path):
    """A section shows the figures that it has among the notes, also when it was kept before it had any."""
    (knowledge / "figures" / "secret.png").write_bytes(PNG)
    opened = page.open_page(knowledge, tmp_path).ask(COVERED)
    chats = opened.app.session_state["chats"]
    chat = chat_from_json(chat_to_json(chats.chat).encode())
    answer = chat.exchanges[0].answer
    forged = Figure("figures/secret.png", "forged", "forged")
    for named in ((forged,), ()):
        sources = tuple(replace(hit, passage=replace(hit.passage, figures=named)) for hit in answer.sources)
        chats.chat.exchanges[0].finish(replace(answer, sources=sources))
        opened.run()
        assert [alt for alt, _ in images(opened.app.main)] == ["Two layers, some units crossed out"]
    gone = tuple(replace(hit, passage=replace(hit.passage, text="Other.", figures=(forged,))) for hit in answer.sources)
    chats.chat.exchanges[0].finish(replace(answer, sources=gone))
    opened.run()
    assert images(opened.app.main) == []


@pytest.mark.parametrize("content", [None, b"no picture", b"/etc/passwd.svg"])
def test_a_figure_that_is_not_there_or_is_none_is_told_in_words(knowledge, content):
    file = knowledge / "figures" / "dropout.svg"
    file.unlink() if content is None else file.write_bytes(content)
    app = reader(knowledge, "dropout.md")
    assert images(app.main) == []
    assert "Figure: Dropout in \\*training\\*." in [each.value for each in app.main.caption]


def test_files_outside_the_folder_and_links_to_them_are_not_read(knowledge, tmp_path):
    (tmp_path / "out.svg").write_text(SVG)
    (knowledge / "link.svg").symlink_to(tmp_path / "out.svg")
    (knowledge / "picture.png").write_bytes(PNG)
    read = partial(read_figure, knowledge)
    assert read("figures/dropout.svg") == SVG and read("picture.png") == PNG
    for path in ("../out.svg", "link.svg", str(tmp_path / "out.svg"), "dropout.md", "figures", "a\0.svg", ""):
        assert read(path) is None
    assert read_library(knowledge).folder == knowledge
