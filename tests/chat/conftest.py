"""A chat with everything that a chat can hold."""

import pytest
from fakes import hit

from assistant.chat.conversation import Chat, Draft
from assistant.core.records import Answer, CheckedSentence, LeadSentence
from assistant.inference.decoding import Decoding

HIT = hit("Dropout drops units.", 1, "Dropout", "What is dropout?", 0.7)


@pytest.fixture
def chat():
    """Two versions of a first question, the later one edited and followed by a stopped one."""
    chat = Chat("My chat")
    first = chat.ask("What is dropout?", Decoding(), 3)
    first.state, first.query = "done", "what is dropout"
    lead = (LeadSentence("Dropout drops units.", 1),)
    said = (CheckedSentence("It drops.", 1, 0.9, gap=""), CheckedSentence("It sings.", None, 0.1, True))
    text = "It drops. It sings."
    first.finish(Answer("What is dropout?", text, False, (HIT,), "m", "e", "focused", lead, said))
    chat.ask_instead(first, "edited", Decoding(), 2).state = "done"
    stopped = chat.ask("follow-up", Decoding(), 2)
    stopped.state, stopped.draft = "writing", Draft(lead, (HIT,), "Half a sen")
    return chat
