"""Questions about the assistant itself, answered from what the program knows of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.understanding.messages.intents import Intent, intent_of

MIB = 2**20
NOTES = "notes"  # address of the page Notes, relative to the chat
_MARKS = re.compile(r"([\\`*_{}\[\]<>$#|~:])")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the notes."""

    name: str
    notes: int


@dataclass(frozen=True, slots=True)
class AssistantFacts:
    """What the program knows of itself and may tell."""

    version: str
    model: str  # its name; empty when the notes answer alone
    model_detail: str  # what it is, in one plain sentence
    endpoint: str  # host on which the model runs; empty when that is the page's own
    notes: int
    sections: int
    topics: tuple[Topic, ...]
    private_notes: int  # that this visitor added and nobody else sees
    uploads: Literal["folder", "session", "off"]  # seen by everyone; by the visitor alone; not possible
    file_kinds: tuple[str, ...]  # that can be added, in words
    largest_upload: int  # bytes
    longest_question: int  # characters
    chats_in_browser: bool  # and nowhere else
    logs_questions: bool
    keeps_ratings: bool


def unknown_facts() -> AssistantFacts:
    """What can be told without a host: for callers that put only an assistant together."""
    return AssistantFacts("", "", "", "", 0, 0, (), 0, "off", (), 0, 0, False, False, False)


def reply_about(message: str, facts: AssistantFacts) -> str:
    """One to four sentences of Markdown on what a message asks about the assistant; on what it can do, if unsure."""
    return _REPLIES[intent_of(message) or Intent.ABILITIES](facts)


def _abilities(facts: AssistantFacts) -> str:
    own = "" if facts.uploads == "off" else f", and [add files of your own]({NOTES})"
    return (
        f"I answer questions about deep learning from {_held(facts)}, and show for each sentence where it stands. "
        f"You can paste an error or a training log, ask on after an answer{own}. "
        "What the notes do not hold I leave unanswered; I do not search the internet, run code or draw."
    )


def _identity(facts: AssistantFacts) -> str:
    adds = f" {_plain(facts.model)} adds words of its own behind them." if facts.model else ""
    return (
        f"I am a program, version {facts.version}, that answers questions about deep learning from {_held(facts)}. "
        f"The sentences that come first are the notes' own.{adds}"
    )


def _maker(facts: AssistantFacts) -> str:
    return (
        f"I am an open-source program under the MIT license, version {facts.version}, and its authors wrote the notes. "
        "Who hosts this page I do not know; ask whoever gave you its address."
    )


def _model(facts: AssistantFacts) -> str:
    if not facts.model:
        return "No language model writes here: answers are made of the notes' own sentences alone."
    where = f"on the server {_plain(facts.endpoint)}" if facts.endpoint else "on the same host as this page"
    detail = f" {_plain(facts.model_detail)}" if facts.model_detail else ""
    return (
        f"The model that writes here is {_plain(facts.model)}; it runs {where}.{detail} "
        "The notes' own sentences come before its words, and what no note supports is folded away."
    )


def _languages(_: AssistantFacts) -> str:
    return (
        "I understand and answer English only, because the notes are in English. "
        "To a question in another language I show the nearest notes."
    )


def _files(facts: AssistantFacts) -> str:
    if facts.uploads == "off":
        return "Files cannot be added here: whoever hosts this page has turned that off."
    own = facts.private_notes
    added = f" At present {_count(own, 'file')} of yours can be asked about." if own else ""
    return (
        f"Open [Notes]({NOTES}) and choose **Add files**, or attach a file to your question: "
        f"{_listed(facts.file_kinds)}, at most {facts.largest_upload // MIB} MB each. {_seen_by(facts)}{added}"
    )


def _privacy(facts: AssistantFacts) -> str:
    chats = (
        "Your chats are kept by your browser alone, and I remember nothing of one chat in another."
        if facts.chats_in_browser
        else "Your chats are gone when you close this page."
    )
    log = (
        "The log of this host holds the words of questions and answers."
        if facts.logs_questions
        else "The log of this host holds no word of what you ask."
    )
    goes = (
        f"Your question and the passages found for it are sent to the model's server, {_plain(facts.endpoint)}."
        if facts.model and facts.endpoint
        else "Nothing is sent to other servers, and no model is trained on it."
    )
    rated = " An answer that you rate is kept with its question, without your name." if facts.keeps_ratings else ""
    return f"{chats} {log} {goes}{rated}"


def _chats(_: AssistantFacts) -> str:
    return (
        "The button in the question box stops an answer. In the side panel, **This chat** renames, exports, imports "
        "and deletes a chat, and **New chat** begins another. Under an answer, **Edit** changes its question and "
        "**Again** answers it anew."
    )


def _corrections(facts: AssistantFacts) -> str:
    if not facts.keeps_ratings:
        return f"Ratings are turned off here. You can read every note with its references under [Notes]({NOTES})."
    return (
        "Use the thumbs under an answer and write beside them what is wrong: whoever runs this page can read it. "
        f"Every note is there to read with its references under [Notes]({NOTES})."
    )


def _checking(_: AssistantFacts) -> str:
    return (
        "The sentences that come first are the notes' own; the number behind them names their source, which opens "
        "below. Each sentence that a model adds is compared with the passages: what none of them supports is shaded "
        "gray and folded away under *Not in the notes*, what one contradicts is marked red. A program does that and "
        "can be wrong, so look into the source where it matters."
    )


def _count_notes(facts: AssistantFacts) -> str:
    return f"I have {_held(facts)}, on {_count(len(facts.topics), 'topic')}. [Read them]({NOTES})."


def _topics(facts: AssistantFacts) -> str:
    if not facts.topics:
        return f"There are no topics yet. [Add files]({NOTES}), or put notes into the knowledge folder."
    topics = ", ".join(f"{_plain(topic.name)} ({topic.notes})" for topic in facts.topics)
    return f"My notes are about deep learning, by topic with the number of notes: {topics}. [Read them]({NOTES})."


def _sources(facts: AssistantFacts) -> str:
    return (
        f"My answers come from {_held(facts)}, each note with its references and the date of its last review; "
        "I do not search the internet and know nothing newer. A source under an answer opens the passage, and all "
        f"notes are there to read under [Notes]({NOTES})."
    )


def _cost(facts: AssistantFacts) -> str:
    return (
        "You need no account and pay nothing, and there is no limit on how many questions you ask; one may have at "
        f"most {facts.longest_question:,} characters. The program is open source (MIT license), works in the browser "
        "of a phone, too, and runs on an ordinary computer."
    )


_REPLIES: dict[Intent, Callable[[AssistantFacts], str]] = {
    Intent.ABILITIES: _abilities,
    Intent.IDENTITY: _identity,
    Intent.MAKER: _maker,
    Intent.MODEL: _model,
    Intent.LANGUAGES: _languages,
    Intent.FILES: _files,
    Intent.PRIVACY: _privacy,
    Intent.CHATS: _chats,
    Intent.CORRECTIONS: _corrections,
    Intent.CHECKING: _checking,
    Intent.COUNT: _count_notes,
    Intent.TOPICS: _topics,
    Intent.SOURCES: _sources,
    Intent.COST: _cost,
}


def _held(facts: AssistantFacts) -> str:
    own = f" and {_count(facts.private_notes, 'file')} of your own" if facts.private_notes else ""
    return f"{_count(facts.notes, 'note')} with {_count(facts.sections, 'section')}{own}"


def _seen_by(facts: AssistantFacts) -> str:
    if facts.uploads == "folder":
        return "It becomes a note for everyone who uses this page, until it is deleted there."
    return "You alone see it, and it is gone when you close or reload this page."


def _listed(names: tuple[str, ...]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _plain(text: str) -> str:
    """A name from outside with no mark of Markdown at work in it."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
