"""A chat leaves as Markdown or JSON, and JSON comes back whole or is refused with a reason."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.chat import transcript
from assistant.chat.conversation import Chat
from assistant.chat.transcript import (
    LONGEST_TEXT,
    chat_from_json,
    chat_to_json,
    chat_to_markdown,
    exchange_to_markdown,
    file_name,
    strength,
    unchecked,
    unfinished,
)
from assistant.core.errors import AssistantError
from assistant.core.records import CheckedSentence, Told
from assistant.inference.decoding import Decoding
from assistant.ui.shared.safe import safe_markdown

DATA = Path(__file__).with_name("data")


def test_a_chat_comes_back_from_json_as_it_was(chat):
    assert chat_from_json(chat_to_json(chat).encode()) == chat


def test_markdown_holds_the_answer_its_sources_and_sets_apart_what_the_notes_do_not_say(chat):
    text = exchange_to_markdown(chat.exchanges[0], safe_markdown)
    assert text.splitlines()[0] == "Dropout drops units. [1]"
    assert "supported by the notes:\n\nIt drops. [1]" in text
    assert "not in the notes:\n\n> It sings. (the notes say otherwise)" in text
    assert text.endswith("Sources:\n\n- [1] Dropout › What is dropout? (dropout.md, line 1, strong)")


def test_markdown_of_a_chat_holds_the_versions_that_are_shown(chat):
    text = chat_to_markdown(chat, safe_markdown)
    assert text.startswith("# My chat\n") and "## edited" in text and "## follow-up" in text
    assert "## What is dropout?" not in text and "Stopped before its end" in text


def test_a_question_of_several_lines_is_written_below_its_first_as_it_was_typed(chat):
    chat.exchanges[1].question = "why?\n```\n![x](http://evil.example/x.png)\n```"
    text = chat_to_markdown(chat, safe_markdown)
    assert "## why?\n\n````text\nwhy?\n```\n![x](http://evil.example/x.png)\n```\n````\n" in text


def test_how_a_question_was_read_is_written_and_a_link_to_a_page_of_the_chat_is_not(chat):
    exchange, answer = chat.exchanges[0], chat.exchanges[0].answer
    exchange.answer = replace(answer, told=Told(corrected=(("droput", "dropout"),)))
    assert exchange_to_markdown(exchange, safe_markdown).startswith("(Read as: dropout in place of droput.)\n\n")
    exchange.answer = replace(answer, finish="reply", text="Open [Notes](notes).")
    assert exchange_to_markdown(exchange, safe_markdown) == "Open Notes."


def test_markdown_of_a_chat_fetches_nothing(chat):
    chat.show(chat.exchanges[0])
    chat.exchanges[0].answer = None
    chat.exchanges[0].draft.text = "![x](http://evil.example/x.png)"
    assert "![" not in chat_to_markdown(chat, safe_markdown)


def test_file_names_hold_nothing_but_letters_digits_and_dashes():
    assert file_name(Chat("../../etc/passwd Ünï?"), "md") == "etc-passwd-n.md"
    assert file_name(Chat("???"), "json") == "chat.json"


def changed(chat, change):
    data = json.loads(chat_to_json(chat))
    change(data)
    return json.dumps(data).encode()


def exchange(place, **values):
    return lambda data: data["exchanges"][place].update(values)


def answer(**values):
    return lambda data: data["exchanges"][0]["answer"].update(values)


def test_a_draft_beside_an_answer_is_let_go(chat):
    """Nothing draws it, so nothing should carry it along."""
    content = changed(chat, exchange(0, draft={"text": "something else"}))
    assert chat_from_json(content).exchanges[0] == chat.exchanges[0]


def test_a_file_of_version_1_is_read_as_it_was_meant(chat):
    """It kept lead, sources, text and sentences beside the answer as well as in it."""
    assert chat_from_json((DATA / "chat-version-1.json").read_bytes()) == chat


@pytest.mark.parametrize(
    "change, says",
    [
        (lambda data: data.update(format="other"), "format"),
        (lambda data: data.update(version=3), "version"),
        (lambda data: data.update(extra=1), "extra"),
        (exchange(0, extra=1), "extra"),
        (answer(text=None), "text"),
        (lambda data: data["exchanges"][2]["draft"].update(text=None), "text"),
        (exchange(0, question="  "), "no question"),
        (exchange(0, number=7), "wrong number"),
        (exchange(0, after=0), "follows a later one"),
        (exchange(2, after=5), "follows a later one"),
        (answer(sources=[]), "cites a source"),
        (lambda data: data["exchanges"][2]["draft"].update(sources=[]), "cites a source"),
        (lambda data: data["exchanges"][0]["decoding"].update(num_beams=99), "num_beams"),
        (lambda data: data["exchanges"][0]["decoding"].update(temperature=float("nan")), "temperature"),
        (lambda data: data["exchanges"][0]["answer"]["sources"][0].update(score=float("inf")), "score"),
        (lambda data: data.update(shown=[0]), "which version is shown"),
        (lambda data: data.update(shown=[0, 99]), "which version is shown"),
        (lambda data: data.update(shown=[0, 1, 2]), "two versions"),
        (lambda data: data.update(exchanges=[], shown=[]), "no question"),
        (exchange(0, question="x" * (LONGEST_TEXT + 1)), "longer than any"),
        (answer(text="x" * (LONGEST_TEXT + 1)), "longer than any"),
        (lambda data: data["exchanges"][2]["draft"].update(text="x" * (LONGEST_TEXT + 1)), "longer than any"),
        (lambda data: answer(sentences=data["exchanges"][0]["answer"]["sentences"] * 1_001)(data), "longer"),
        (lambda data: answer(nearest=data["exchanges"][0]["answer"]["sources"] * 2)(data), "cites"),
    ],
)
def test_a_file_that_is_no_sound_chat_is_refused_with_the_reason(chat, change, says):
    with pytest.raises(AssistantError, match=says):
        chat_from_json(changed(chat, change))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"format": 1}'])
def test_a_file_of_another_kind_is_refused(content):
    with pytest.raises(AssistantError, match="not a chat that was exported here"):
        chat_from_json(content)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(transcript, "LARGEST_BYTES", 100)
    with pytest.raises(AssistantError, match="at most 100 bytes"):
        chat_from_json(b"x" * 101)


def test_a_file_with_too_many_exchanges_is_refused(chat, monkeypatch):
    monkeypatch.setattr(transcript, "LONGEST_CHAT", 2)
    with pytest.raises(AssistantError, match="may hold 2 exchanges"):
        chat_from_json(chat_to_json(chat).encode())


def test_a_file_cannot_make_the_page_ask_something(chat):
    assert chat_from_json(changed(chat, exchange(2, state="asked"))).exchanges[2].state == "writing"


@given(st.text())
def test_any_question_survives_the_way_out_and_in(question):
    chat = Chat()
    chat.ask("x" + question, Decoding(), 3).state = "done"
    assert chat_from_json(chat_to_json(chat).encode()) == chat


@pytest.mark.parametrize(
    "score, word", [(1.0, "strong"), (0.55, "strong"), (0.549, "fair"), (0.4, "fair"), (0.399, "weak"), (-1.0, "weak")]
)
def test_a_similarity_is_told_in_a_word(score, word):
    assert strength(score) == word


def sentence(text, gap=" "):
    return CheckedSentence(text, 1, 0.9, gap=gap)


def test_what_follows_the_checked_sentences_is_unchecked():
    text = "One is. One is. Tidied away. Two"
    assert unchecked(text, []) == text
    assert unchecked(text, [sentence("One is.")]) == " One is. Tidied away. Two"
    assert unchecked(text, [sentence("One is."), sentence("One is.")]) == " Tidied away. Two"
    assert unchecked(text, [sentence("One is."), sentence("Tidied, away."), sentence("One is.")]) == " Tidied away. Two"


def test_only_a_stopped_answer_or_one_that_nobody_compared_is_unfinished(chat):
    first, _, stopped = chat.exchanges
    stopped.draft.text, stopped.draft.sentences = "It drops. Half a", (sentence("It drops."),)
    assert unfinished(stopped) == "Half a"
    first.answer = replace(first.answer, text="It drops. It sings. Then more.")
    assert unfinished(first) == ""
    first.answer = replace(first.answer, sentences=())
    assert unfinished(first) == "It drops. It sings. Then more."


@pytest.mark.parametrize("length, fits", [(100_000, True), (100_001, False)])
def test_a_question_may_be_as_long_as_a_hundred_thousand_characters(chat, length, fits):
    content = changed(chat, exchange(0, question="x" * length))
    with contextlib.nullcontext() if fits else pytest.raises(AssistantError, match="longer than any"):
        assert chat_from_json(content).exchanges[0].question == "x" * length
