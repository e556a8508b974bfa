"""A conversation keeps every version of every exchange, and shows one path through them."""

import pytest

from assistant.chat.conversation import LONGEST_CHAT, TITLE_CHARACTERS, Chat, Exchange
from assistant.core.errors import AssistantError
from assistant.core.records import Answer, LeadSentence, Turn
from assistant.inference.decoding import Decoding

DECODING = Decoding()


def ask(chat: Chat, question: str) -> Exchange:
    exchange = chat.ask(question, DECODING, 3)
    exchange.draft.text, exchange.state = f"answer to {question}", "done"
    return exchange


def questions(chat: Chat) -> list[str]:
    return [exchange.question for exchange in chat.path()]


def test_questions_follow_one_another():
    chat = Chat()
    first, second = ask(chat, "a"), ask(chat, "b")
    assert questions(chat) == ["a", "b"]
    assert chat.history(second) == [Turn("a", "answer to a", answered=False)] and chat.history(first) == []


def test_an_answer_without_a_models_words_is_remembered_by_the_notes_sentences():
    exchange = Chat().ask("a", DECODING, 3)
    exchange.draft.lead = (LeadSentence("One.", 1), LeadSentence("Two.", 2))
    assert exchange.spoken == "One. Two."


def test_a_turn_is_remembered_with_what_was_searched_quoted_and_shown(chat):
    first, *_, stopped = chat.exchanges
    assert first.as_turn() == Turn(
        "What is dropout?",
        "It drops. It sings.",
        searched_for="what is dropout",
        sections=(f"{first.sources[0].passage.note}#What is dropout?",),
        said=("Dropout drops units.",),
        answered=True,
    )
    assert stopped.as_turn().answered  # what was shown of it can be asked about


def test_a_refusal_is_remembered_as_unanswered():
    exchange = Chat().ask("best pizza?", DECODING, 3)
    exchange.finish(Answer("best pizza?", "Not covered.", True, (), "", "notes", "focused"))
    assert not exchange.as_turn().answered


def test_asking_again_shows_the_new_version_and_keeps_the_old_one():
    chat = Chat()
    ask(chat, "a")
    second = ask(chat, "b")
    again = chat.ask_instead(second, "b", DECODING, 3)
    assert chat.versions(second) == chat.versions(again) == (second, again)
    assert [exchange.number for exchange in chat.path()] == [0, again.number]


def test_an_edited_question_goes_on_from_there_and_what_followed_comes_back_with_its_version():
    chat = Chat()
    first = ask(chat, "a")
    ask(chat, "b")
    chat.ask_instead(first, "edited", DECODING, 3)
    assert questions(chat) == ["edited"]
    ask(chat, "c")
    assert questions(chat) == ["edited", "c"]
    chat.show(first)
    assert questions(chat) == ["a", "b"]


def test_the_history_of_a_version_is_that_of_its_own_branch():
    chat = Chat()
    first = ask(chat, "a")
    ask(chat, "b")
    chat.ask_instead(first, "edited", DECODING, 3)
    assert [turn.question for turn in chat.history(ask(chat, "c"))] == ["edited"]


def test_a_question_that_was_stopped_before_it_began_is_not_answered_later():
    chat = Chat()
    stopped = chat.ask("a", DECODING, 3)
    chat.ask("b", DECODING, 3)
    assert stopped.state == "writing" and chat.exchanges[1].state == "asked"


def test_the_title_is_the_first_question_cut_at_a_word_until_the_visitor_names_the_chat():
    chat = Chat()
    assert chat.title == "New chat"
    ask(chat, "What is the difference between batch\nnormalization and layer normalization?")
    assert chat.title == "What is the difference between batch …"
    assert len(chat.title) <= TITLE_CHARACTERS + 2
    chat.name = "Norms"
    assert chat.title == "Norms"


def test_neither_a_greeting_nor_code_names_a_chat_that_has_a_question():
    chat = Chat()
    greeted = ask(chat, "hi")
    greeted.finish(Answer("hi", "Hello!", False, (), "m", "e", "p", finish="reply"))
    assert chat.title == "hi"
    ask(chat, "Why does this fail?\n```python\nx = 1\n```")
    assert chat.title == "Why does this fail?"


def test_bytes_that_are_no_utf8_do_not_reach_the_page():
    assert Chat().ask("a\ud800b", DECODING, 3).question == "a?b"


def test_a_full_chat_says_what_to_do():
    chat = Chat()
    for number in range(LONGEST_CHAT):
        ask(chat, str(number))
    with pytest.raises(AssistantError, match="Start a new chat"):
        chat.ask("one more", DECODING, 3)
    assert len(chat.path()) == LONGEST_CHAT
