"""What happens while a question is answered, in the order in which it happens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.core.errors import EngineError
from assistant.core.records import Answer, CheckedSentence, LeadSentence, Piece, Prompt, Retrieval, Told


@dataclass(frozen=True, slots=True)
class Found:
    """Retrieval is done; the sentences of the notes can be shown."""

    retrieval: Retrieval
    lead: tuple[LeadSentence, ...]
    seconds: float
    told: Told = field(default_factory=Told)


@dataclass(frozen=True, slots=True)
class Prompted:
    """The prompt is built; the model is about to read it."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Wrote:
    """The model sent a piece."""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Waited:
    """Nothing came for a moment. Who draws an answer can stop it here, too."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that the model wrote is complete and was compared with the notes."""

    sentence: CheckedSentence


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete."""

    answer: Answer


Event = Found | Prompted | Wrote | Waited | Checked | Finished


def answer_of(events: Iterable[Event]) -> Answer:
    """The answer that the events end with. Raises EngineError when there is none."""
    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise EngineError("The answer ended without a result. Ask again.")
