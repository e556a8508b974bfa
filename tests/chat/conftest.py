"""A chat with everything that a chat can hold."""

import pytest
from fakes import hit

from assistant.chat.conversation import Chat
from assistant.core.records import Answer, CheckedSentence, LeadSentence
from assistant.inference.decoding import Decoding

HIT = hit("Dropout drops units.", 1, "Dropout", "What is dropout?", 0.7)


@pytest.fixture
def chat():
    """Two versions of a first question, the later one edited and followed by a stopped one."""
    chat = Chat("My chat")
    first = chat.ask("What is dropout?", Decoding(), 3)
    first.state, first.query, first.sources, first.text = "done", "what is dropout", (HIT,), "It drops. It sings."
    first.lead = (LeadSentence("Dropout drops units.", 1),)
    first.sentences = (CheckedSentence("It drops.", 1, 0.9, gap=""), CheckedSentence("It sings.", None, 0.1, True))
    first.answer = Answer("What is dropout?", first.text, False, (HIT,), "m", "e", "focused", first.lead)
    chat.ask_instead(first, "edited", Decoding(), 2).state = "done"
    chat.ask("follow-up", Decoding(), 2).state = "writing"
    return chat
