"""Chats as records that a browser can keep: one for each chat, one for each exchange in it, each a short string.

The browser gives back what it was given, or what somebody put there: all of it is checked as a chat file is.
"""

from __future__ import annotations

import base64
import logging
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from assistant.chat.conversation import Chat, Exchange
from assistant.chat.transcript import LARGEST_BYTES, checked_chat, renewed_exchange
from assistant.core.errors import AssistantError

MOST_BYTES = 2 * LARGEST_BYTES  # of all the chats that come back, unpacked
_UID = re.compile(r"[0-9a-f]{32}")
log = logging.getLogger(__name__)

Records = Mapping[str, str]  # of chats by their uid, of exchanges by uid/number


class _Head(BaseModel):
    """A chat without its exchanges."""

    model_config = ConfigDict(allow_inf_nan=False)

    name: str
    shown: list[int]  # see ``Chat.shown``
    at: float  # when it was changed: Unix seconds


class _Body(BaseModel):
    """An exchange."""

    model_config = ConfigDict(allow_inf_nan=False)

    version: Literal[2] = 2
    exchange: Exchange

    @model_validator(mode="before")
    @classmethod
    def _read_version_1(cls, body: Any) -> Any:
        if isinstance(body, dict) and "version" not in body and isinstance(body.get("exchange"), dict):
            return {"exchange": renewed_exchange(body["exchange"])}
        return body


@dataclass(frozen=True, slots=True)
class Kept:
    """What a browser had kept."""

    chats: tuple[Chat, ...]  # the one that was changed last comes first
    unreadable: int  # chats that could not be taken back


def chat_record(chat: Chat, changed_at: float) -> str:
    """The record of a chat, without its exchanges. ``changed_at``, in Unix seconds, gives the chats their order."""
    return _Head(name=chat.name, shown=list(chat.shown.values()), at=changed_at).model_dump_json()


def exchange_record(exchange: Exchange) -> str:
    """The record of an exchange, packed into about a quarter of its JSON."""
    return base64.b64encode(zlib.compress(_Body(exchange=exchange).model_dump_json().encode())).decode("ascii")


def read_records(records: Records) -> Kept:
    """The chats of these records. A chat that cannot be read is left out and counted; the others come back."""
    chats: list[tuple[float, Chat]] = []
    unreadable, left = 0, MOST_BYTES
    for uid in (key for key in records if "/" not in key):
        try:
            found = _read_chat(uid, records, left)
        except (AssistantError, ValueError, zlib.error) as fault:
            log.info("a kept chat could not be read (%s)", type(fault).__name__)
            unreadable += 1
        else:
            if found is not None:
                at, chat, size = found
                left -= size
                chats.append((at, chat))
    chats.sort(key=lambda each: each[0], reverse=True)
    return Kept(tuple(chat for _, chat in chats), unreadable)


def _read_chat(uid: str, records: Records, most: int) -> tuple[float, Chat, int] | None:
    """When it was changed, the chat, and the bytes that it took; None when another tab has deleted it."""
    if not _UID.fullmatch(uid):
        raise ValueError("this is no uid")
    head = _Head.model_validate_json(records[uid])
    if f"{uid}/0" not in records:  # a tab that went on with it wrote the rest
        return None
    exchanges: list[Exchange] = []
    size = 0
    while (packed := records.get(f"{uid}/{len(exchanges)}")) is not None:
        content = _unpacked(packed, most - size)
        size += len(content)
        exchanges.append(_Body.model_validate_json(content).exchange)
    # The latest versions unless others were chosen: two tabs may have gone on with one chat.
    shown = {exchange.after: at for at, exchange in enumerate(exchanges)}
    shown |= {exchanges[at].after: at for at in head.shown if at in range(len(exchanges))}
    chat = checked_chat(head.name, exchanges, list(shown.values()))
    chat.uid = uid
    return head.at, chat, size


def _unpacked(packed: str, most: int) -> bytes:
    """At most so many bytes: a small record can unfold into a very large one."""
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(base64.b64decode(packed, validate=True), max(1, most))
    if not unpacking.eof:
        raise ValueError("it is too large or was cut off")
    return content
