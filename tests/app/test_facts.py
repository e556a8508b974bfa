"""What the assistant tells of itself is what this process has."""

from fakes import ADAM, DROPOUT, write_notes

from assistant.app.facts import assistant_facts
from assistant.core.records import ModelInfo
from assistant.core.settings import read_settings
from assistant.retrieval.notes.library import read_library
from assistant.understanding.messages.about_assistant import Topic


def test_notes_are_counted_by_folder_and_what_visitors_added_is_no_topic(tmp_path):
    for folder in ("language-models", "language-models/more", "vision", "uploads"):
        write_notes(tmp_path / folder, dropout=DROPOUT)
    library = read_library(write_notes(tmp_path, adam=ADAM))
    facts = assistant_facts(read_settings(), None, library, "off")
    assert facts.notes == 5 and facts.sections == len(library.passages) and facts.private_notes == 0
    assert facts.topics == (Topic("Language models", 2), Topic("Vision", 1))


def test_the_model_and_where_it_runs_are_told(tmp_path):
    library = read_library(write_notes(tmp_path, adam=ADAM))
    info = ModelInfo("llama", "remote", 4096, detail="A chat model.")
    settings = read_settings(
        endpoint="http://user:key@gpu-box:8000/v1, http://other/v1", feedback="off", question_limit=99
    )
    facts = assistant_facts(settings, info, library, "session")
    assert (facts.model, facts.model_detail, facts.endpoint) == ("llama", "A chat model.", "gpu-box, other")
    assert (facts.uploads, facts.keeps_ratings, facts.logs_questions, facts.longest_question) == (
        "session",
        False,
        False,
        99,
    )
    assert assistant_facts(read_settings(), None, library, "folder").model == ""
