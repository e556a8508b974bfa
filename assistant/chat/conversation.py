"""A conversation: questions with their answers, where every question may have several versions, and none is lost.

An exchange knows which one it follows. Those that follow the same one are versions of one another: a question that
was edited, or the same question answered again. For each place one version is shown; the others stay reachable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import uuid4

from assistant.core.errors import AssistantError
from assistant.core.records import Answer, CheckedSentence, Hit, LeadSentence, Told, Turn
from assistant.core.text import readable
from assistant.grounding.lead import lead_text
from assistant.inference.decoding import Decoding

LONGEST_CHAT = 300  # exchanges, all versions counted; each takes about 15 KB
TITLE_CHARACTERS = 42

State = Literal["asked", "writing", "done"]


@dataclass
class Draft:
    """What is there of an answer before it is complete: it survives a Stop."""

    lead: tuple[LeadSentence, ...] = ()
    sources: tuple[Hit, ...] = ()
    text: str = ""  # what the model wrote
    sentences: tuple[CheckedSentence, ...] = ()  # the part of the text that was compared with the notes
    told: Told = field(default_factory=Told)


@dataclass
class Exchange:
    """One question and its answer: a draft while it is written, and what is left of it after a Stop."""

    number: int  # its place in the chat's list
    after: int | None  # number of the exchange that it follows; None for the first
    question: str
    decoding: Decoding
    snippets: int
    state: State = "asked"  # "writing" without an answer: it was stopped
    query: str = ""  # what was searched for
    draft: Draft = field(default_factory=Draft)  # empty once there is an answer
    answer: Answer | None = None
    problem: str = ""  # why there is no answer, in one line
    as_typed: bool = False  # no word of the question is taken for misspelt

    @property
    def _said(self) -> Draft | Answer:
        return self.draft if self.answer is None else self.answer

    @property
    def lead(self) -> tuple[LeadSentence, ...]:
        """The sentences of the notes."""
        return self._said.lead

    @property
    def sources(self) -> tuple[Hit, ...]:
        """The passages that lead and sentences rest on."""
        return self._said.sources

    @property
    def text(self) -> str:
        """What the model wrote, or the words of an answer without one."""
        return self._said.text

    @property
    def sentences(self) -> tuple[CheckedSentence, ...]:
        """The part of the text that was compared with the notes."""
        return self._said.sentences

    @property
    def told(self) -> Told:
        """How the question was taken."""
        return self._said.told

    @property
    def is_reply(self) -> bool:
        """Whether the program itself spoke, not the notes: to a greeting, or about itself."""
        return self.answer is not None and self.answer.finish == "reply"

    def finish(self, answer: Answer) -> None:
        """The answer takes the draft's place."""
        self.answer, self.draft = answer, Draft()

    @property
    def spoken(self) -> str:
        """The answer as the next turn should remember it."""
        return self.text or lead_text(self.lead, lambda _: "")

    def as_turn(self) -> Turn:
        """What the next question remembers of it; what was shown before a Stop can be asked about, too."""
        if self.answer is not None:
            turn = turn_of(self.answer)
            return replace(turn, question=self.question, searched_for=turn.searched_for or self.query)
        return _remembered(self.question, self.spoken, self.draft, self.query, bool(self.lead))


@dataclass
class Chat:
    """A conversation with all versions of its exchanges."""

    name: str = ""  # given by the visitor; otherwise the first question names it
    exchanges: list[Exchange] = field(default_factory=list)
    shown: dict[int | None, int] = field(default_factory=dict)  # what follows an exchange -> the version shown
    uid: str = field(default_factory=lambda: uuid4().hex, compare=False)  # where a browser keeps it

    @property
    def title(self) -> str:
        """What the list of chats shows: the name, or the first question to the notes."""
        if self.name or not self.shown:
            return self.name or "New chat"
        path = self.path()
        named_after = next((exchange for exchange in path if not exchange.is_reply), path[0])
        question = " ".join((named_after.question.partition("```")[0].strip() or named_after.question).split())
        if len(question) <= TITLE_CHARACTERS:
            return question
        return question[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + " …"

    def path(self) -> tuple[Exchange, ...]:
        """The exchanges that are shown, first to last."""
        return tuple(self._walk())

    def _walk(self) -> Iterator[Exchange]:
        number: int | None = None
        while number in self.shown:
            number = self.shown[number]
            yield self.exchanges[number]

    def before(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """The exchanges that led to this one, first to last."""
        found = []
        number = exchange.after
        while number is not None:
            found.append(self.exchanges[number])
            number = self.exchanges[number].after
        return tuple(reversed(found))

    def history(self, exchange: Exchange) -> list[Turn]:
        """The turns before an exchange as the retriever and the prompt builder want them."""
        return [earlier.as_turn() for earlier in self.before(exchange)]

    def versions(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """The versions of an exchange, itself included, oldest first."""
        return tuple(other for other in self.exchanges if other.after == exchange.after)

    def ask(self, question: str, decoding: Decoding, snippets: int) -> Exchange:
        """A new question at the end. Raises AssistantError when the chat is full."""
        path = self.path()
        return self._add(path[-1].number if path else None, question, decoding, snippets)

    def ask_instead(
        self, exchange: Exchange, question: str, decoding: Decoding, snippets: int, *, as_typed: bool = False
    ) -> Exchange:
        """Another version of an exchange: the same question again, or an edited one.

        The version before and all that follows it stay reachable. Raises AssistantError when the chat is full.
        """
        return self._add(exchange.after, question, decoding, snippets, as_typed)

    def show(self, exchange: Exchange) -> None:
        """Show this version, and what followed it."""
        self.shown[exchange.after] = exchange.number

    def _add(
        self, after: int | None, question: str, decoding: Decoding, snippets: int, as_typed: bool = False
    ) -> Exchange:
        if len(self.exchanges) >= LONGEST_CHAT:
            raise AssistantError(
                f"A chat may hold {LONGEST_CHAT} questions and answers, versions included, and this one does. "
                "Start a new chat; this one stays in the list."
            )
        for waiting in self.exchanges:
            if waiting.state == "asked":  # it was stopped before it began
                waiting.state = "writing"
        exchange = Exchange(len(self.exchanges), after, readable(question), decoding, snippets, as_typed=as_typed)
        self.exchanges.append(exchange)
        self.show(exchange)
        return exchange


def turn_of(answer: Answer) -> Turn:
    """An answer as the next question remembers it."""
    is_answered = not answer.abstained and answer.finish != "reply"
    spoken = answer.text or lead_text(answer.lead)
    return _remembered(answer.question, spoken, answer, answer.told.searched_for, is_answered)


def _remembered(question: str, spoken: str, said: Draft | Answer, searched_for: str, is_answered: bool) -> Turn:
    """``said`` holds the sentences that were shown and the passages that they are from."""
    quoted = {sentence.source for sentence in said.lead}
    return Turn(
        question,
        spoken,
        searched_for,
        tuple(hit.passage.section for hit in said.sources if hit.rank in quoted),
        tuple(sentence.text for sentence in said.lead),
        is_answered,
    )
