"""The log holds one line a question: figures and sources, and words only where they are wanted."""

import json
import logging

import pytest
from fakes import ScriptedGenerator, WordEmbedder, retriever_of

from assistant.chat.assistant import Assistant
from assistant.chat.events import Wrote
from assistant.chat.journal import Journal
from assistant.core.errors import AssistantError, EngineError
from assistant.inference.decoding import decoding_for
from assistant.retrieval.note_store import NoteStore

COVERED = "Dropout sets random units to zero during training"
FOCUSED = decoding_for("focused")


@pytest.fixture
def ask(knowledge, tmp_path, caplog, monkeypatch):
    """Ask and get the line that was logged; `leave` closes the answer at its first word."""
    store, embedder = NoteStore(knowledge, tmp_path / "index", WordEmbedder()), WordEmbedder()
    monkeypatch.setattr(logging.getLogger("assistant"), "propagate", True)
    caplog.set_level(logging.INFO, logger="assistant")

    def asked(generator, question=COVERED, with_text=False, leave=False):
        caplog.clear()
        assistant = Assistant(retriever_of(embedder), generator, follow=Journal(with_text).follow)
        events = assistant.ask(question, store.catalog(), FOCUSED)
        for event in events:
            if leave and isinstance(event, Wrote):
                events.close()
                break
        (record,) = [record for record in caplog.records if record.name == "assistant.chat.journal"]
        return json.loads(record.getMessage())

    return asked


def test_a_line_tells_what_an_answer_cost_and_where_it_came_from_but_not_its_words(ask):
    line = ask(ScriptedGenerator("Units are ", "dropped."))
    assert (line["event"], line["finish"], line["covered"], line["model"]) == ("answer", "stop", True, "scripted")
    assert line["sources"][0] == "dropout.md" and line["answer_tokens"] == 2 and line["prompt_tokens"] > 0
    assert line["seconds"] >= line["seconds_to_retrieve"] >= 0
    assert "Units" not in json.dumps(line) and "random" not in json.dumps(line)


def test_the_words_are_written_where_they_are_asked_for(ask):
    line = ask(ScriptedGenerator("Units are ", "dropped."), with_text=True)
    assert (line["question"], line["answer"]) == (COVERED, "Units are dropped.")


def test_an_answer_that_the_reader_leaves_is_logged_as_stopped(ask):
    generator = ScriptedGenerator("Units ", "are ", "dropped.")
    line = ask(generator, leave=True)
    assert (line["finish"], line["answer_tokens"], generator.closed) == ("stopped", 1, 1)


@pytest.mark.parametrize(
    "question, generator, finish",
    [
        ("Best pizza in Naples", ScriptedGenerator("x"), "not covered"),
        (COVERED, None, "notes"),
        (COVERED, ScriptedGenerator("a", EngineError("It broke.")), "failed"),
    ],
)
def test_every_end_has_a_name(ask, question, generator, finish):
    line = ask(generator, question)
    assert line["finish"] == finish and ("It broke." in line["problem"]) == (finish == "failed")


def test_a_question_that_is_refused_is_logged_without_its_words(ask, caplog):
    with pytest.raises(AssistantError):
        ask(ScriptedGenerator("x"), "secret " * 1000)
    assert "secret" not in caplog.text and '"refused"' in caplog.text
