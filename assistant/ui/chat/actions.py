"""What can be done with an answer: rate it, copy it, answer again, edit the question, see how it was made."""

from __future__ import annotations

import streamlit as st

from assistant.chat.conversation import Chat, Exchange
from assistant.chat.feedback import Feedback
from assistant.chat.transcript import exchange_to_markdown
from assistant.core.errors import AssistantError
from assistant.inference.decoding import PRESETS
from assistant.ui.chat.answer import missed_model, spelling_caption
from assistant.ui.chat.context_map import show_making
from assistant.ui.chat.rating import draw_thumbs, draw_word
from assistant.ui.session.state import current_choices, say_once
from assistant.ui.shared.dialogs import dialog
from assistant.ui.shared.safe import safe_label, safe_markdown
from assistant.understanding.kinds import Kind

SAME = "With the settings of the side panel"


def draw_actions(chat: Chat, exchange: Exchange, feedback: Feedback | None, limit: int, key: str) -> None:
    """The row under an answer; call it inside a fragment. What the program itself says comes out in one way only."""
    answer = exchange.answer
    rated = feedback if answer is not None and exchange.told.kind != Kind.GREETING else None
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        _draw_versions(chat, exchange, key)
        if rated and answer:
            draw_thumbs(answer, rated, key)
        if st.button("Copy", icon=":material/content_copy:", type="tertiary", key=f"{key}_copy"):
            _show_copy(exchange)
        if not exchange.is_reply:
            _draw_again(chat, exchange, key)
        if st.button("Edit", icon=":material/edit:", type="tertiary", key=f"{key}_edit", help="Change the question"):
            _edit(chat, exchange, limit)
        if not exchange.is_reply and st.button(
            "Details", icon=":material/insights:", type="tertiary", key=f"{key}_details"
        ):
            show_making(exchange, exchange.after is not None)
    if rated and answer:
        draw_word(answer, rated, key)


def draw_spelling(chat: Chat, exchange: Exchange, key: str) -> None:
    """What was searched for in place of misspelt words, and a button that searches for the question as it stands."""
    told = exchange.told
    if not told.corrected:
        return
    is_covered = exchange.answer is None or not exchange.answer.abstained
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(spelling_caption(told, is_covered), width="content")
        typed = ", ".join(f"“{typed}”" for typed, _ in told.corrected)
        if st.button(
            "Search as typed",
            icon=":material/undo:",
            type="tertiary",
            help=safe_label(f"Answer again without another spelling of {typed}; this answer stays reachable"),
            key=f"{key}_as_typed",
        ):
            _again(chat, exchange, SAME, as_typed=True)


def draw_offer(chat: Chat, exchange: Exchange, model_is_ready: bool, key: str) -> None:
    """For an answer that a model should have added to, or more to: to ask again, once it is ready."""
    if not missed_model(exchange) or exchange is not chat.versions(exchange)[-1]:
        return
    if not model_is_ready:
        st.caption("When the model is ready, this answer can be asked for again here.")
    elif st.button("The model is ready: ask again", icon=":material/refresh:", key=f"{key}_offer"):
        _again(chat, exchange, SAME, as_typed=exchange.as_typed)


def _draw_again(chat: Chat, exchange: Exchange, key: str) -> None:
    chosen = st.menu_button(
        "Again",
        [SAME, *PRESETS],
        format_func=lambda name: PRESETS[name].label if name in PRESETS else name,
        icon=":material/refresh:",
        type="tertiary",
        help="Answer this question again; this answer stays reachable",
        key=f"{key}_again",
    )
    if chosen:
        _again(chat, exchange, chosen, as_typed=exchange.as_typed)


def _draw_versions(chat: Chat, exchange: Exchange, key: str) -> None:
    versions = chat.versions(exchange)
    if len(versions) == 1:
        return
    at = versions.index(exchange)
    for step, icon, label in ((-1, "chevron_left", "Earlier version"), (1, "chevron_right", "Later version")):
        if step == 1:
            st.markdown(f"{at + 1}/{len(versions)}", width="content")
        exists = 0 <= at + step < len(versions)
        if st.button(
            label, icon=f":material/{icon}:", key=f"{key}_version_{step}", type="tertiary", disabled=not exists
        ):
            chat.show(versions[at + step])
            st.rerun()  # not in a callback: from a fragment that would draw the fragment alone


def _again(chat: Chat, exchange: Exchange, chosen: str, *, as_typed: bool) -> None:
    choices = current_choices()
    decoding = choices.decoding if chosen == SAME else PRESETS[chosen].decoding
    try:
        chat.ask_instead(exchange, exchange.question, decoding, choices.snippets, as_typed=as_typed)
    except AssistantError as fault:
        say_once(str(fault))
    st.rerun()


@dialog("Copy this answer")
def _show_copy(exchange: Exchange) -> None:
    st.caption("Plain Markdown with its sources. The button in the corner copies it.")
    st.code(exchange_to_markdown(exchange, safe_markdown), language=None, wrap_lines=True)


@dialog("Edit the question")
def _edit(chat: Chat, exchange: Exchange, limit: int) -> None:
    with st.form("edit", border=False):
        question = st.text_area("Question", exchange.question, max_chars=limit)
        st.caption("The question as it was, its answer and all that followed stay reachable with the arrows.")
        if st.form_submit_button("Ask", type="primary") and question.strip():
            choices = current_choices()
            try:
                chat.ask_instead(exchange, question, choices.decoding, choices.snippets)
            except AssistantError as fault:
                say_once(str(fault))
            st.rerun()
