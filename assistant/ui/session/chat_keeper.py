"""Keeps the chats in the visitor's own browser, so that they outlive a reload, a lost connection and this process.

The host keeps nothing. What the browser gives back to a new session is checked as an imported chat is.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import streamlit as st

from assistant.chat.browser_records import chat_record, exchange_record, read_records
from assistant.chat.conversation import Chat, Exchange
from assistant.ui.session.state import Chats, say_once, session_chats

TIMES_SENT = 5  # drawings that bring a record along: a busy browser misses what the next drawing replaces
_KEY, _TOGGLE, _STATE = "chat_keeper", "keep_chats", "chat_keeper_state"  # in the session


@dataclass
class _Sent:
    """What this session told its browser."""

    session: str = field(default_factory=lambda: uuid4().hex)  # known to this browser alone, and used for nothing else
    is_answered: bool = False  # the browser has said what it had kept
    keeps: bool = True
    choices: int = 0  # how often the visitor changed that
    chats: dict[str, object] = field(default_factory=dict)  # by uid: the state of a chat when it was sent
    exchanges: set[str] = field(default_factory=set)  # keys of their records
    records: dict[str, tuple[str, int]] = field(default_factory=dict)  # what is sent, and how many times more


def draw_keeping() -> None:
    """The switch in the side panel."""
    sent = _sent()
    if st.session_state.get(_TOGGLE) != sent.keeps:  # setting what it is already could undo a click under way
        st.session_state[_TOGGLE] = sent.keeps
    st.toggle(
        "Keep chats in this browser",
        key=_TOGGLE,
        on_change=_choose,
        help="They are there again after a reload, in this browser alone; the host keeps none. "
        "Turning this off removes what is kept.",
    )


def are_chats_back() -> bool:
    """Whether the browser has given back what it had kept. It may have had nothing, and then says so if asked to."""
    return _sent().is_answered


def keep_chats(*, waits: bool) -> None:
    """Give the browser what has changed, and take from it what it has kept. Call it when the page has been drawn.

    With ``waits`` it answers also when it has kept nothing.
    """
    sent, chats = _sent(), session_chats()
    _component()(
        key=_KEY,
        data={
            "session": sent.session,
            "choice": {"number": sent.choices, "keeps": sent.keeps},
            "open": chats.chat.uid,
            "gone": list(chats.deleted),
            "waits": waits,
            "records": _to_send(sent, chats) if sent.keeps else {},
            "asks": True,
        },
        on_found_change=_take_back,
        on_missing_change=_send_again,
        height=1,
    )


def keep_question(chat: Chat, exchange: Exchange) -> None:
    """Give the browser a question whose answer is about to be written: a reload meanwhile must not lose it."""
    sent, chats = _sent(), session_chats()
    if not sent.keeps:
        return
    _component()(
        key=f"{_KEY}_question",
        data={
            "session": sent.session,
            "choice": {"number": sent.choices, "keeps": True},
            "open": chats.chat.uid,
            "gone": [],
            "waits": False,
            "records": {
                chat.uid: chat_record(chat, time.time()),
                f"{chat.uid}/{exchange.number}": exchange_record(exchange),
            },
            "asks": False,  # an answer of the browser would end the run that writes
        },
        height=1,
    )


@cache
def _component() -> Any:
    js = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    return st.components.v2.component("chat_keeper", js=js)


def _sent() -> _Sent:
    if _STATE not in st.session_state:
        st.session_state[_STATE] = _Sent()
    sent: _Sent = st.session_state[_STATE]
    return sent


def _choose() -> None:
    sent = _sent()
    sent.keeps = st.session_state[_TOGGLE]
    sent.choices += 1
    sent.chats.clear()
    sent.exchanges.clear()
    sent.records.clear()


def _to_send(sent: _Sent, chats: Chats) -> dict[str, str]:
    """The records that the browser may not have yet."""
    sent.records = {key: (record, times - 1) for key, (record, times) in sent.records.items() if times > 1}
    sent.records |= {key: (record, TIMES_SENT) for key, record in _changed(sent, chats)}
    here = {chat.uid for chat in chats.all.values()}  # a deleted one is not sent again
    return {key: record for key, (record, _) in sent.records.items() if key.partition("/")[0] in here}


def _changed(sent: _Sent, chats: Chats) -> Iterator[tuple[str, str]]:
    """The keys and records of what is new since the last drawing."""
    for chat in chats.all.values():
        written = [exchange for exchange in chat.exchanges if exchange.state != "asked"]
        state = _state(chat)
        if written and sent.chats.get(chat.uid) != state:
            sent.chats[chat.uid] = state
            yield chat.uid, chat_record(chat, time.time())
        for exchange in written:
            key = f"{chat.uid}/{exchange.number}"
            if key not in sent.exchanges:
                sent.exchanges.add(key)
                yield key, exchange_record(exchange)


def _state(chat: Chat) -> object:
    """Another one when a chat has changed: answers that are written stay as they are."""
    return chat.name, tuple(chat.shown.values()), sum(exchange.state != "asked" for exchange in chat.exchanges)


def _send_again() -> None:
    """Send whole what the browser has let go for want of room, or in another tab, and which goes on here."""
    sent, missing = _sent(), st.session_state[_KEY].get("missing")
    for uid in missing if isinstance(missing, list) else ():
        sent.chats.pop(str(uid), None)
        sent.exchanges = {key for key in sent.exchanges if key.partition("/")[0] != uid}


def _take_back() -> None:
    """What the browser had kept, into this session."""
    sent, found = _sent(), st.session_state[_KEY].get("found")
    was_answered, sent.is_answered = sent.is_answered, True
    if was_answered or not isinstance(found, dict):  # once: each time could bring chats of many megabytes
        return
    if found.get("off"):
        sent.keeps = False
        return
    records = found.get("records")
    if not isinstance(records, dict):
        return
    kept = read_records({str(key): str(record) for key, record in records.items()})
    chats = session_chats()
    here = {chat.uid for chat in chats.all.values()}
    chats.take_back(kept.chats, str(found.get("open")))
    for chat in kept.chats:
        if chat.uid in here:  # asked in this session meanwhile; what is new of it is still to be sent
            continue
        sent.chats[chat.uid] = _state(chat)  # the browser has it, with the time of its last change
        sent.exchanges.update(f"{chat.uid}/{exchange.number}" for exchange in chat.exchanges)
    if kept.unreadable:
        lost = "1 chat" if kept.unreadable == 1 else f"{kept.unreadable} chats"
        say_once(
            f"{lost} that this browser had kept cannot be read; another version may have written it. To be rid of "
            'what is kept, turn off "Keep chats in this browser".'
        )
