"""What a chat is about by now, rebuilt from its turns: subjects in their order, the last question, the words shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.core.records import Turn
from assistant.understanding.following.resolved import Resolved
from assistant.understanding.following.subject import subject_of
from assistant.understanding.following.words import named_in

READ_CHARACTERS = 4_000  # of what a turn showed, for its words


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject that was spoken of, and the standalone question that was asked on it last."""

    subject: str
    question: str


@dataclass(frozen=True, slots=True)
class ChatState:
    """The state after some turns; the empty one is that of a new chat."""

    topics: tuple[Topic, ...] = ()  # in the order in which they came up; the last one is the present one
    beside: str = ""  # what the present subject was compared with last
    known: frozenset[str] = frozenset()  # stems of the words that the last answer and its sections held
    asked: frozenset[str] = frozenset()  # what was searched, in small letters without marks

    @property
    def subject(self) -> str:
        """What the chat is about now; empty while it is about nothing."""
        return self.topics[-1].subject if self.topics else ""

    @property
    def question(self) -> str:
        """The last standalone question."""
        return self.topics[-1].question if self.topics else ""

    def at(self, topic: Topic) -> ChatState:
        """The same chat, back at an earlier topic."""
        return ChatState((*self.topics, topic), "", frozenset(), self.asked)

    def was_asked(self, question: str) -> bool:
        """Whether just this was searched before."""
        return _plain(question) in self.asked

    def after(self, turn: Turn, resolved: Resolved) -> ChatState:
        """The state once a turn is answered; ``resolved`` is what its question was taken for."""
        question = turn.searched_for or resolved.question
        subject = resolved.subject
        if resolved.intent == "new":
            subject = subject_of(question, turn.sections[0] if turn.sections else "")
        if not subject:
            return self
        topics = self.topics[:-1] if subject == self.subject else self.topics
        shown = " ".join((*turn.sections, *turn.said))[:READ_CHARACTERS] or turn.answer[:READ_CHARACTERS]
        return ChatState(
            (*topics, Topic(subject, question)),
            resolved.beside,
            named_in(f"{shown} {question}".replace("#", " ")),
            self.asked | {_plain(question)},
        )


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.lower()))
