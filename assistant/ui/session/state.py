"""What one visitor's session holds: the chats, and how the next question is to be answered. Never shared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import streamlit as st

from assistant.chat.conversation import Chat
from assistant.core.errors import AssistantError
from assistant.inference.decoding import Decoding

MOST_CHATS = 50  # in a session; they are held in the memory of the host
IMPORTED_BYTES = 16_000_000  # of the files that a session may take chats from


@dataclass
class Chats:
    """The chats of a session, the newest first; there is always one."""

    all: dict[int, Chat] = field(default_factory=lambda: {1: Chat()})
    current: int = 1
    made: int = 1  # since the session began: numbers are never used twice
    moves: int = 0  # how often another chat was opened otherwise than by choosing it from the list
    deleted: list[str] = field(default_factory=list)  # uids
    imported: int = 0  # bytes of the files that chats were taken from

    @property
    def chat(self) -> Chat:
        """The chat that is open."""
        return self.all[self.current]

    def titles(self) -> dict[int, str]:
        """A title for each chat that no other has: the list tells chats apart by what it shows."""
        titles: dict[int, str] = {}
        for number in sorted(self.all):
            title, copies = self.all[number].title, 1
            while (shown := title if copies == 1 else f"{title} ({copies})") in titles.values():
                copies += 1
            titles[number] = shown
        return titles

    def add(self, chat: Chat) -> None:
        """Open another chat. Raises AssistantError when there are too many."""
        if len(self.all) >= MOST_CHATS:
            raise AssistantError(f"A session may hold {MOST_CHATS} chats, and this one does. Delete one first.")
        self.made += 1
        self.all = {self.made: chat, **self.all}
        self._move_to(self.made)

    def take_in(self, read: Callable[[bytes], Chat], content: bytes) -> None:
        """Open a chat that is read from a file. Raises AssistantError when it, or all of them, are too large."""
        if self.imported + len(content) > IMPORTED_BYTES:
            raise AssistantError(
                f"A session may import {IMPORTED_BYTES:,} bytes of chats, and this one has. Load the page again first."
            )
        self.add(read(content))
        self.imported += len(content)

    def new(self) -> None:
        """Open an empty chat: the one that is there already, if it is empty."""
        empty = next((number for number, chat in self.all.items() if not chat.exchanges), None)
        if empty is None:
            self.add(Chat())
        else:
            self._move_to(empty)

    def delete(self, number: int) -> None:
        """Forget a chat."""
        self.deleted.append(self.all.pop(number).uid)
        if not self.all:
            self.made += 1
            self.all = {self.made: Chat()}
        if self.current not in self.all:
            self._move_to(next(iter(self.all)))

    def take_back(self, kept: Sequence[Chat], opened: str) -> None:
        """Chats of an earlier session, the newest first, behind those of this one.

        The one with the uid ``opened`` is opened again unless something was asked meanwhile. Beyond ``MOST_CHATS`` the
        oldest stay out.
        """
        here = {chat.uid for chat in self.all.values()}
        for chat in kept:
            if chat.uid not in here and len(self.all) < MOST_CHATS:
                self.made += 1
                self.all[self.made] = chat
        again = next((number for number, chat in self.all.items() if chat.uid == opened), self.current)
        if again != self.current and not self.chat.exchanges:
            del self.all[self.current]
            self._move_to(again)

    def _move_to(self, number: int) -> None:
        self.current = number
        self.moves += 1


@dataclass(frozen=True, slots=True)
class Choices:
    """How the next question is to be answered, as set in the side panel."""

    decoding: Decoding
    snippets: int


def session_chats() -> Chats:
    """The chats of this session."""
    if "chats" not in st.session_state:
        st.session_state.chats = Chats()
    chats: Chats = st.session_state.chats
    return chats


def current_choices() -> Choices:
    """What the side panel last found to be valid; it is drawn before anything can be asked."""
    choices: Choices = st.session_state.choices
    return choices


def keep_choices(choices: Choices) -> None:
    """Use these from the next question on."""
    st.session_state.choices = choices


def say_once(problem: str) -> None:
    """Show a problem on the next drawing of the page."""
    st.session_state.problem = problem


def take_problem() -> str:
    """The problem to show now, if any."""
    problem: str = st.session_state.pop("problem", "")
    return problem
