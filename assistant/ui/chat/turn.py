"""One turn of the chat: the question's bubble and the answer's."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import Page

from assistant.chat.conversation import Chat, Exchange
from assistant.chat.feedback import Feedback
from assistant.chat.transcript import without_own_links
from assistant.retrieval.notes.library import Library
from assistant.ui.chat.actions import draw_actions, draw_offer, draw_spelling
from assistant.ui.chat.answer import draw_text
from assistant.ui.chat.question_text import question_blocks
from assistant.ui.chat.sources import draw_chips


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a turn is drawn with."""

    library: Library | None  # None while the notes are being read
    feedback: Feedback | None  # None: ratings are not asked for
    question_limit: int  # characters
    notes_page: Page | None = None  # where notes are read
    adds_notes: bool = False  # and may be added by this visitor
    model_is_ready: bool = False


def draw_question(exchange: Exchange) -> None:
    """The question as it was typed."""
    with st.chat_message("user", avatar=":material/person:"):
        for block in question_blocks(exchange.question):
            if block.language is None:
                st.markdown(block.text)
            else:  # wrapped: a block that scrolls sideways is out of reach of the keyboard
                st.code(block.text, block.language or None, wrap_lines=True)


@st.fragment
def draw_answer(chat: Chat, exchange: Exchange, around: Surroundings, key: str) -> None:
    """The finished answer with all that belongs to it. A fragment: what is done here draws this answer alone."""
    draw_spelling(chat, exchange, key)
    draw_text(exchange, around.library)
    answer = exchange.answer
    if answer is not None and answer.abstained:
        if answer.nearest:
            st.caption("The nearest that the notes hold:")
            draw_chips(answer.nearest, around.library, around.notes_page, key)
        if around.notes_page is not None and around.adds_notes:
            st.page_link(around.notes_page, label="Add notes that cover it", icon=":material/upload_file:")
    elif answer is not None and exchange.is_reply:
        if around.notes_page is not None and without_own_links(answer.text) != answer.text:
            # not a link in the text: that would open another tab, which knows nothing of this visitor's files
            st.page_link(around.notes_page, label="Open Notes", icon=":material/library_books:")
    elif exchange.sources:
        draw_chips(exchange.sources, around.library, around.notes_page, key)
    draw_offer(chat, exchange, around.model_is_ready, key)
    draw_actions(chat, exchange, around.feedback, around.question_limit, key)
