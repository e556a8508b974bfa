"""What one visitor's session holds: the turns of the chat. Never shared with anyone else."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from assistant.records import Answer, Hit, LeadSentence, Turn


@dataclass
class ChatTurn:
    """One question and its answer, filled while it is written: what is there survives a Stop."""

    question: str
    lead: tuple[LeadSentence, ...] = ()
    sources: tuple[Hit, ...] = ()
    text: str = ""
    answer: Answer | None = None  # None while it is written, and when it was stopped
    problem: str = ""


@dataclass
class Chat:
    """The turns of one conversation."""

    turns: list[ChatTurn] = field(default_factory=list)

    def history(self) -> list[Turn]:
        """The earlier turns as the retriever and the prompt builder want them."""
        return [Turn(turn.question, turn.text or _spoken(turn)) for turn in self.turns]


def _spoken(turn: ChatTurn) -> str:
    return " ".join(sentence.text for sentence in turn.lead)


def current_chat() -> Chat:
    """The chat of this session."""
    if "chat" not in st.session_state:
        st.session_state.chat = Chat()
    chat: Chat = st.session_state.chat
    return chat


def new_chat() -> None:
    """Forget the chat of this session."""
    st.session_state.chat = Chat()
