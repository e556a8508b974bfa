"""A chat as a file: Markdown to read, and JSON that can be taken in again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.chat.conversation import LONGEST_CHAT, TITLE_CHARACTERS, Chat, Exchange
from assistant.core.errors import AssistantError
from assistant.core.records import CheckedSentence, Hit
from assistant.grounding.lead import beyond_lead, lead_text
from assistant.understanding.messages.about_assistant import NOTES

LARGEST_BYTES = 8_000_000
LONGEST_NAME = 80  # characters of a chat's name
LONGEST_TEXT = 100_000  # characters of a question or an answer: far more than is asked or written here
MOST_PARTS = 2_000  # sentences of an answer
SURE = 0.55  # cosine from which a source is called strong
LIKELY = 0.40  # and fair; below, it is weak

_OWN_LINK = re.compile(rf"\[([^\]\n]*)\]\({re.escape(NOTES)}\)")

Clean = Callable[[str], str]  # makes Markdown from data safe to draw


class _File(BaseModel):
    """What the JSON file holds."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    format: Literal["deep-learning-notes chat"] = "deep-learning-notes chat"
    version: Literal[2] = 2
    name: str
    exchanges: list[Exchange]
    shown: list[int]  # of each place in the conversation, the version that is shown

    @model_validator(mode="before")
    @classmethod
    def _read_version_1(cls, file: Any) -> Any:
        if not isinstance(file, dict) or file.get("version", 1) != 1:
            return file
        exchanges = file.get("exchanges")
        renewed = [renewed_exchange(each) for each in exchanges] if isinstance(exchanges, list) else exchanges
        return {**file, "version": 2, "exchanges": renewed}


def renewed_exchange(record: Any) -> Any:
    """An exchange as version 1 kept it, in the form of version 2: what stood beside its answer too is told once."""
    if not isinstance(record, dict):
        return record
    parts = ("lead", "sources", "text", "sentences")
    rest = {name: value for name, value in record.items() if name not in parts}
    said = {name: record[name] for name in parts if name in record}
    answer = rest.get("answer")
    return {**rest, "answer": {**answer, **said}} if isinstance(answer, dict) else {**rest, "draft": said}


def without_own_links(reply: str) -> str:
    """A reply of the program with the names of its pages in place of links, which lead nowhere outside the chat."""
    return _OWN_LINK.sub(r"\1", reply)


def strength(score: float) -> str:
    """A similarity in a word."""
    return "strong" if score >= SURE else "fair" if score >= LIKELY else "weak"


def unchecked(text: str, sentences: Sequence[CheckedSentence]) -> str:
    """The end of a text that is not among its checked sentences yet."""
    at = 0
    for sentence in sentences:
        found = text.find(sentence.text, at)
        if found < 0:  # it was tidied before it was compared; what was written of it stays settled
            continue
        at = found + len(sentence.text)
    return text[at:]


def chat_to_json(chat: Chat) -> str:
    """Everything that is in a chat, all versions included."""
    return _File(name=chat.name, exchanges=chat.exchanges, shown=list(chat.shown.values())).model_dump_json(indent=1)


def chat_from_json(content: bytes) -> Chat:
    """The chat of a JSON file. Raises AssistantError that says what is wrong with it."""
    if len(content) > LARGEST_BYTES:
        raise AssistantError(f"A chat file may have at most {LARGEST_BYTES:,} bytes, this one has {len(content):,}.")
    try:
        file = _File.model_validate_json(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = " › ".join(str(part) for part in first["loc"]) or "the file"
        raise AssistantError(
            f"This is not a chat that was exported here: {where}: {first['msg']}. Choose a JSON file made with Export."
        ) from None
    return checked_chat(file.name, file.exchanges, file.shown)


def checked_chat(name: str, exchanges: list[Exchange], shown: Sequence[int]) -> Chat:
    """A chat from outside, ``shown`` as in the file. Raises AssistantError when its parts do not fit together."""
    _check(exchanges, shown)
    for exchange in exchanges:
        if exchange.state == "asked":  # nothing is asked just because a file says so
            exchange.state = "writing"
        if exchange.answer is not None:
            exchange.finish(exchange.answer)  # whatever draft a file has beside it
    return Chat(" ".join(name.split())[:LONGEST_NAME], exchanges, {exchanges[at].after: at for at in shown})


def _check(exchanges: Sequence[Exchange], shown: Sequence[int]) -> None:
    """What types alone cannot say."""
    if not exchanges:
        raise AssistantError("This chat file holds no question. Export a chat that has one.")
    if len(exchanges) > LONGEST_CHAT:
        raise AssistantError(f"A chat may hold {LONGEST_CHAT} exchanges, this file has {len(exchanges)}.")
    for place, exchange in enumerate(exchanges):
        follows = exchange.after is None or 0 <= exchange.after < place
        if exchange.number != place or not follows:
            raise AssistantError(f"Exchange {place} of this chat file has a wrong number or follows a later one.")
        if not exchange.question.strip():
            raise AssistantError(f"Exchange {place} of this chat file has no question.")
        if not _has_usual_size(exchange):
            raise AssistantError(f"Exchange {place} of this chat file is longer than any that was written here.")
        exchange.decoding.checked()
        ranks = {hit.rank for hit in exchange.sources}
        cited = {each.source for each in exchange.lead} | {each.source for each in exchange.sentences} - {None}
        nearest = exchange.answer.nearest if exchange.answer else ()
        is_told_apart = all(len({hit.rank for hit in hits}) == len(hits) for hits in (exchange.sources, nearest))
        if not is_told_apart or not cited <= ranks:
            raise AssistantError(f"Exchange {place} of this chat file cites a source that it does not hold.")
    places = [exchanges[number].after for number in shown if 0 <= number < len(exchanges)]
    if len(places) != len(shown) or set(places) != {exchange.after for exchange in exchanges}:
        raise AssistantError("This chat file does not say for every question which version is shown.")
    if len(set(places)) != len(places):
        raise AssistantError("This chat file shows two versions of one question.")


def _has_usual_size(exchange: Exchange) -> bool:
    """Whether an exchange takes no longer to draw than one that was written here."""
    answer = exchange.answer
    texts = [exchange.question, exchange.text, *((answer.question,) if answer else ())]
    parts = [exchange.sentences, exchange.lead]
    return all(len(text) <= LONGEST_TEXT for text in texts) and all(len(each) <= MOST_PARTS for each in parts)


def chat_to_markdown(chat: Chat, clean: Clean) -> str:
    """The exchanges that are shown, as a document."""
    parts = [f"# {clean(chat.title)}", f"Deep-learning notes, {date.today().isoformat()}"]
    for exchange in chat.path():
        parts += [*_asked(exchange.question, clean), exchange_to_markdown(exchange, clean)]
    return "\n\n".join(parts) + "\n"


def _asked(question: str, clean: Clean) -> Iterator[str]:
    """The question as a heading; one of several lines follows its first as it was typed."""
    first, *more = question.strip().splitlines()
    yield f"## {clean(' '.join(first.split()))}"
    if more:
        longest = max(map(len, re.findall(r"`+", question)), default=0)
        fence = "`" * max(3, longest + 1)
        yield f"{fence}text\n{question.strip()}\n{fence}"


def exchange_to_markdown(exchange: Exchange, clean: Clean) -> str:
    """An answer with its sources, to be pasted anywhere."""
    return "\n\n".join(part for part in _parts(exchange, clean) if part)


def _parts(exchange: Exchange, clean: Clean) -> Iterator[str]:
    answer = exchange.answer
    if exchange.told.corrected:
        spelt = ", ".join(f"{meant} in place of {typed}" for typed, meant in exchange.told.corrected)
        yield clean(f"(Read as: {spelt}.)")
    if answer is not None and answer.abstained:
        yield clean(answer.text)
        yield _listed("Nearest notes:", answer.nearest, clean)
        return
    if answer is not None and exchange.is_reply:
        yield clean(without_own_links(answer.text))
        return
    yield clean(exchange.told.remark)
    yield lead_text(exchange.lead, lambda source: f" [{source}]", clean)
    if answer is None or answer.finish != "notes":
        yield from _written(exchange, clean)
    if answer is None:
        yield f"({exchange.problem or 'Stopped before its end.'})"
    yield _listed("Sources:", exchange.sources, clean)


def _written(exchange: Exchange, clean: Clean) -> Iterator[str]:
    """What the model added; what the notes do not say is set apart."""
    supported = beyond_lead((each for each in exchange.sentences if each.is_supported), exchange.lead)
    if supported:
        yield "The model adds, supported by the notes:"
        yield clean("".join(f"{each.gap}{each.text} [{each.source}]" for each in supported).strip())
    rest = [sentence for sentence in exchange.sentences if not sentence.is_supported]
    if rest:
        yield "Written by the model and not in the notes:"
        marks = (" (the notes say otherwise)" if each.contradicted else "" for each in rest)
        yield "\n>\n".join(
            f"> {clean(' '.join(each.text.split()))}{mark}" for each, mark in zip(rest, marks, strict=True)
        )
    open_end = unfinished(exchange)
    if open_end:
        yield "The model adds in its own words, which may be wrong:"
        yield clean(open_end)


def unfinished(exchange: Exchange) -> str:
    """What the model wrote and nobody compared with the notes: the end of a stopped answer."""
    if exchange.sentences and exchange.answer is not None:
        return ""
    return unchecked(exchange.text, exchange.sentences).strip()


def _listed(title: str, hits: tuple[Hit, ...], clean: Clean) -> str:
    if not hits:
        return ""
    lines = [
        f"- [{hit.rank}] {clean(hit.passage.name)} ({clean(hit.passage.note)}, line {hit.passage.line}, "
        f"{strength(hit.score)})"
        for hit in hits
    ]
    return "\n".join([title, "", *lines])


def file_name(chat: Chat, suffix: str) -> str:
    """A name for the exported file that every system takes."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in chat.title.lower()).split()
    return f"{'-'.join(words)[:TITLE_CHARACTERS].strip('-') or 'chat'}.{suffix}"
