"""The page, driven without a browser: question, answer with sources, follow-up, abstention, failures in words."""

import time
from functools import partial
from types import SimpleNamespace

import page
import pytest
from fakes import ScriptedGenerator, StartingGenerator, count_words
from page import COVERED, PATIENCE, UNCOVERED, draw
from streamlit.testing.v1 import AppTest

from assistant.app.loading import Loading
from assistant.chat.remarks import NOT_COVERED
from assistant.core.errors import EngineError, ModelError
from assistant.core.settings import REPOSITORY, read_settings
from assistant.inference.decoding import PRESETS
from assistant.inference.manager.process import EngineStatus
from assistant.inference.manager.status import UpgradeStatus
from assistant.inference.manager.switching import SwitchingGenerator
from assistant.ui.panel.model_box import LATER_SECONDS, SOON_SECONDS, look_at_model


@pytest.fixture
def open_page(knowledge, tmp_path):
    return partial(page.open_page, knowledge, tmp_path)


def test_an_answer_shows_the_notes_sentences_the_models_words_and_numbered_sources(open_page):
    page = open_page(ScriptedGenerator("Units are ", "dropped at random.")).ask(COVERED)
    assert "Dropout prevents units from relying on one another. :blue-badge[1]" in page.text
    assert page.text.count("Units are dropped at random.") == 1
    labels = [chip.label for chip in page.chips]
    assert labels[0] == ":blue-badge[1] Dropout › What is dropout? · strong" and len(labels) == 3
    assert [message.name for message in page.app.chat_message] == ["user", "assistant"]


def test_a_question_beyond_the_notes_is_declined_with_the_nearest_passages(open_page):
    page = open_page(ScriptedGenerator("Margherita.")).ask(UNCOVERED)
    assert NOT_COVERED in page.text and "Margherita" not in page.text
    assert len(page.chips) == 3 and page.generator.prompts == []


def test_a_follow_up_is_asked_with_the_turn_before_and_both_stay_on_the_page(open_page):
    page = open_page(ScriptedGenerator("First words.")).ask(COVERED).ask("Why so?")
    assert len(page.app.chat_message) == 4
    assert f"Question: {COVERED}\nAnswer: First words." in page.generator.prompts[1]
    assert page.text.count("First words.") == 2


def test_a_new_chat_forgets_the_turns(open_page):
    """With a question that was not asked before: the answer to one that was is remembered, and no prompt is sent."""
    page = open_page(ScriptedGenerator("First words.")).ask(COVERED)
    page.click("new_chat")
    assert len(page.app.chat_message) == 0
    page.ask("Why does dropout set units to zero?")
    assert "Why does dropout set units to zero?" in page.generator.prompts[1]
    assert "First words." not in page.generator.prompts[1]


def test_without_a_model_the_notes_answer_and_the_side_panel_says_why(open_page):
    page = open_page().ask(COVERED)
    assert page.text.count("Dropout sets random units to zero during training.") == 1
    assert any("because of a test" in caption.value for caption in page.app.sidebar.caption)


@pytest.mark.parametrize(
    "generator, shown",
    [
        (ScriptedGenerator(EngineError("It ran out of memory.")), []),
        (ScriptedGenerator("Half an", EngineError("It ran out of memory.")), ["Half an"]),
    ],
    ids=["at the start", "in the middle"],
)
def test_a_model_that_fails_is_explained_in_a_line_and_its_words_are_kept(open_page, generator, shown):
    page = open_page(generator).ask(COVERED)
    for words in ["It ran out of memory.", "Dropout sets random units", *shown]:
        assert words in page.text
    assert not page.app.exception and not page.app.error


def test_a_defect_costs_one_answer_and_not_the_page(open_page, caplog):
    """Its words are for the log; the next question is answered."""
    page = open_page(ScriptedGenerator("Half an", RuntimeError("private words"))).ask(COVERED)
    assert "Half an" in page.text and "could not be finished" in page.text and "RuntimeError" in page.text
    assert "private words" not in page.text and "private words" in caplog.text
    assert page.run().text.count("could not be finished") == 1
    assert "Stopped" not in page.text
    assert page.ask("Why does dropout set units to zero?").text.count("could not be finished") == 2


def test_a_question_asked_too_early_is_answered_from_the_notes_and_offered_again_once_the_model_is_ready(
    open_page,
):
    page = open_page(StartingGenerator("Units are dropped.")).ask(COVERED)
    assert "From the notes alone. The model is still loading." in page.text and "Starting." in page.panel
    assert "When the model is ready, this answer can be asked for again here." in page.text
    page.generator.status = EngineStatus("ready")
    page.run()
    assert "Starting." not in page.panel and "From the notes alone" in page.text
    page.click("chat1_0_offer")
    assert "Units are dropped." in page.text and "2/2" in page.text and "From the notes alone" not in page.text


def test_a_model_that_stops_while_it_writes_is_said_in_the_side_panel_too(open_page):
    page = open_page(generator := StartingGenerator("Half an", EngineError("It ran out of memory.")))
    generator.status = EngineStatus("ready")
    page.run().ask(COVERED)
    assert "It did not answer; looking again." in page.panel and not page.offers
    generator.status = EngineStatus("restarting", "It was killed.")
    assert "It stopped and is being started again." in page.run().panel and "It was killed." in page.panel


class _Servers(ScriptedGenerator):
    """Model servers elsewhere: what an ``Endpoints`` is to the page."""

    def __init__(self, problem: str = "", *script: str | Exception) -> None:
        super().__init__(*script)
        self.problem, self.reason, self.looks = problem, "a setting names them", 0

    def count_tokens(self, texts):
        if self.problem:
            raise EngineError(self.problem)
        return count_words(texts)

    def look(self) -> None:
        self.looks += 1


def test_a_server_elsewhere_that_does_not_answer_is_said_and_its_answer_offered_once_it_is_back(open_page):
    page = open_page(servers := _Servers("No model server answers.", "Units are dropped.")).ask(COVERED)
    assert "scripted: a setting names them." in page.panel and "No model server answers. Until one does" in page.panel
    assert "When the model is ready, this answer can be asked for again here." in page.text and not page.offers
    servers.problem = ""
    page.run()
    assert "No model server answers." not in page.panel and "From the notes alone" in page.text
    page.click("chat1_0_offer")
    assert "Units are dropped." in page.text and "From the notes alone" not in page.text and servers.looks == 0


def test_a_server_elsewhere_that_hangs_up_in_an_answer_is_looked_at(open_page):
    page = open_page(servers := _Servers("", "Half an", EngineError("It hung up."))).ask(COVERED)
    assert "It did not answer; looking again." in page.panel and servers.looks == 1
    servers.problem = "No model server answers."
    assert "No model server answers." in page.run().panel and not page.offers


def _living(state: str, detail: str = "") -> StartingGenerator:
    generator = StartingGenerator()
    generator.status = EngineStatus(state, detail)
    return generator


@pytest.mark.parametrize(
    "generator, upgrade, seconds",
    [
        (None, None, 0.0),
        (ScriptedGenerator(), None, 0.0),  # it has no life that could be looked at
        (_Servers(), None, 0.0),
        (_Servers("No model server answers."), None, LATER_SECONDS),
        (_living("ready"), None, 0.0),
        (_living("ready"), "done", 0.0),
        (_living("ready"), "downloading", SOON_SECONDS),
        (_living("ready"), "waiting", LATER_SECONDS),
        (_living("starting"), None, SOON_SECONDS),
        (_living("restarting"), None, SOON_SECONDS),
        (_living("failed"), None, LATER_SECONDS),
        (SwitchingGenerator(None, "xl"), None, LATER_SECONDS),
        (SwitchingGenerator(None, "xl"), "failed", LATER_SECONDS),
        (SwitchingGenerator(None, "xl"), "downloading", SOON_SECONDS),
    ],
)
def test_a_model_is_looked_at_again_wherever_it_may_come_back_or_get_better_by_itself(generator, upgrade, seconds):
    """Also in the seconds in which nothing runs, since one engine is being ended and the next not yet started."""
    better = SimpleNamespace(status=UpgradeStatus("xl", upgrade)) if upgrade else None
    status = look_at_model(SimpleNamespace(generator=generator, upgrade=better, reason=""))
    assert status.look_again == seconds and status.is_under_way == (seconds == SOON_SECONDS)


def test_a_question_that_is_too_long_is_answered_by_a_message(open_page):
    page = open_page(ScriptedGenerator("x"), limit=100).ask("x " * 200)
    assert "at most 100 characters" in page.text and page.generator.prompts == []


def test_a_starter_question_is_answered_like_a_typed_one(open_page):
    page = open_page(ScriptedGenerator("x"))
    page.pills[0].set_value("Adam or SGD?")
    page.run()
    assert [message.name for message in page.app.chat_message] == ["user", "assistant"]
    assert "Adam or SGD?" not in [option for pills in page.pills for option in pills.options]


def test_the_side_panel_sets_how_the_model_decodes_and_how_many_passages_it_reads(open_page):
    page = open_page(ScriptedGenerator("x"))
    page.app.sidebar.selectbox(key="preset").set_value("seed").run(timeout=PATIENCE)
    page.app.sidebar.slider(key="snippets").set_value(1).run(timeout=PATIENCE)
    page.ask(COVERED)
    assert page.generator.decodings[0] == PRESETS["seed"].decoding and len(page.chips) == 1


def test_images_and_directives_from_the_model_are_not_drawn(open_page):
    page = open_page(ScriptedGenerator("![x](http://evil.example/x.png) :red[forged] [y](javascript:z)")).ask(COVERED)
    assert "![" not in page.text and "javascript" not in page.text
    assert "\\:red[forged]" in page.text


def test_markdown_in_a_question_is_shown_as_typed(open_page):
    page = open_page(ScriptedGenerator("x")).ask("**bold** dropout :red[x]")
    assert "\\*\\*bold\\*\\* dropout \\:red\\[x\\]" in page.text


def test_skipped_files_are_listed_with_their_reason(open_page, knowledge):
    (knowledge / "bad.md").write_bytes(b"\0")
    page = open_page()
    panel = next(panel for panel in page.app.sidebar.expander if panel.label == "1 file could not be used")
    assert "binary" in panel.caption[0].value


def test_while_loading_fails_the_page_says_why_and_tries_again(monkeypatch):
    monkeypatch.setattr("assistant.app.loading.BACKOFF_SECONDS", (60.0,))
    settings = read_settings()

    def assemble(_, report):
        raise ModelError("The embedder is missing.")

    loading = Loading(settings, assemble)
    while not loading.progress.problem:
        time.sleep(0.01)
    app = AppTest.from_function(draw, kwargs={"loading": loading, "settings": settings}).run(timeout=PATIENCE)
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["The embedder is missing."]


@pytest.mark.parametrize("name, value", [("ASSISTANT_SNIPPETS", "99"), ("ASSISTANT_PRESET", "unknown")])
def test_a_bad_setting_is_a_message_on_the_page_and_not_a_trace(monkeypatch, name, value):
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("ASSISTANT_MODEL", "none")
    monkeypatch.setattr("assistant.app.loading.Loading", lambda settings: Loading(settings, lambda *_: time.sleep(60)))
    app = AppTest.from_file(str(REPOSITORY / "streamlit_app.py")).run(timeout=PATIENCE)
    st.cache_resource.clear()
    assert not app.exception
    assert len(app.error) == 1 and value in app.error[0].value
