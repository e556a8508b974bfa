"""Ratings are kept as JSON lines on the host's disk, whole and without a word of who gave them."""

import json
import threading
from dataclasses import replace

import pytest
from fakes import hit
from filelock import FileLock

from assistant.chat import feedback
from assistant.chat.feedback import Feedback, feedback_of
from assistant.core.errors import AssistantError
from assistant.core.records import Answer, LeadSentence
from assistant.core.settings import read_settings

ANSWER = Answer(
    "What is dropout?",
    "It drops units.",
    False,
    (hit("Text.", title="Dropout"),),
    "m",
    "openvino",
    "focused",
    (LeadSentence("Dropout drops.", 1),),
)


def lines(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_rating_holds_the_question_the_answer_and_its_sources_and_nothing_else(tmp_path):
    file = tmp_path / "new" / "feedback.jsonl"
    Feedback(file).append("id1", ANSWER, "down", "wrong\nrate")
    (record,) = lines(file)
    assert record.pop("time").endswith("+00:00")
    assert record == {
        "answer_id": "id1",
        "rating": "down",
        "word": "wrong\nrate",
        "question": "What is dropout?",
        "answer": "It drops units.",
        "lead": ["Dropout drops."],
        "sources": ["dropout.md:1"],
        "model": "m",
        "engine": "openvino",
        "preset": "focused",
    }


def test_a_rating_of_a_chat_from_a_file_takes_no_more_room_than_another(tmp_path):
    """Three clicks could fill the file for everybody."""
    far = replace(hit("Text."), passage=replace(hit("Text.").passage, note="n" * 7_000_000))
    forged = replace(
        ANSWER,
        question="q" * 7_000_000,
        text="a" * 7_000_000,
        lead=(LeadSentence("l" * 7_000_000, 1),) * 50,
        sources=(far,) * 50,
    )
    Feedback(tmp_path / "feedback.jsonl").append("id1", forged, "down")
    assert (tmp_path / "feedback.jsonl").stat().st_size < 300_000


def test_many_writers_lose_no_line_and_mix_none(tmp_path):
    file = tmp_path / "feedback.jsonl"
    threads = [
        threading.Thread(target=lambda at=at: [Feedback(file).append(f"{at}-{n}", ANSWER, "up") for n in range(5)])
        for at in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({record["answer_id"] for record in lines(file)}) == 20


def test_a_full_file_takes_no_more_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(feedback, "LARGEST_BYTES", 700)
    log = Feedback(tmp_path / "feedback.jsonl")
    log.append("1", ANSWER, "up")
    with pytest.raises(AssistantError, match="below 700 bytes"):
        log.append("2", ANSWER, "up", "x" * 600)
    assert len(lines(log.file)) == 1


def test_a_folder_that_cannot_be_written_is_explained_in_a_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(AssistantError, match=r"could not be kept on this host: \w.* directory\.$|exists\.$"):
        Feedback(tmp_path / "file" / "feedback.jsonl").append("1", ANSWER, "up")


def test_the_setting_says_where_or_off(tmp_path):
    assert feedback_of(read_settings(feedback="off")) is None
    assert feedback_of(read_settings(feedback=str(tmp_path / "x.jsonl"))).file == tmp_path / "x.jsonl"
    assert feedback_of(read_settings(home=tmp_path)).file == tmp_path / "feedback.jsonl"


def test_a_rating_is_cut_at_fixed_lengths(tmp_path):
    far = replace(hit("Text."), passage=replace(hit("Text.").passage, note="n" * 600))
    answer = replace(
        ANSWER,
        question="q" * 10_001,
        text="a" * 10_001,
        lead=(LeadSentence("l" * 10_001, 1),) * 21,
        sources=(far,) * 21,
    )
    log = Feedback(tmp_path / "feedback.jsonl")
    log.append("1", answer, "up", "w" * 501)
    (record,) = lines(log.file)
    assert [len(record[name]) for name in ("word", "question", "answer")] == [500, 10_000, 10_000]
    assert [len(text) for text in record["lead"]] == [10_000] * 20
    assert record["sources"] == ["n" * 500 + ":1"] * 20


def test_letters_of_all_languages_are_kept_as_they_are(tmp_path):
    log = Feedback(tmp_path / "feedback.jsonl")
    log.append("1", ANSWER, "up", "schön, 好")
    assert '"schön, 好"' in log.file.read_text(encoding="utf-8")


def test_a_file_takes_ratings_up_to_its_last_byte(tmp_path, monkeypatch):
    log = Feedback(tmp_path / "feedback.jsonl")
    log.append("1", ANSWER, "up")
    size = log.file.stat().st_size
    monkeypatch.setattr(feedback, "LARGEST_BYTES", 2 * size)
    log.append("2", ANSWER, "up")
    monkeypatch.setattr(feedback, "LARGEST_BYTES", 3 * size - 1)
    with pytest.raises(AssistantError, match="must stay below"):
        log.append("3", ANSWER, "up")


def test_a_file_that_another_process_holds_is_given_up_after_a_while(tmp_path, monkeypatch):
    monkeypatch.setattr(feedback, "LOCK_SECONDS", 0.02)
    log = Feedback(tmp_path / "feedback.jsonl")
    with FileLock(f"{log.file}.lock"), pytest.raises(AssistantError, match=r"this host: another process holds it\.$"):
        log.append("1", ANSWER, "up")


def test_a_rating_waits_five_seconds_for_its_turn(tmp_path, monkeypatch):
    asked = []

    def lock(file, timeout):
        asked.append(timeout)
        return FileLock(file)

    monkeypatch.setattr(feedback, "FileLock", lock)
    Feedback(tmp_path / "feedback.jsonl").append("1", ANSWER, "up")
    assert asked == [5.0]
