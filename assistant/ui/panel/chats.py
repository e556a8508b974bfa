"""The list of chats in the side panel, and what can be done with one: rename, export, take in, delete."""

from __future__ import annotations

import streamlit as st

from assistant.chat.conversation import Chat
from assistant.chat.transcript import (
    LARGEST_BYTES,
    LONGEST_NAME,
    chat_from_json,
    chat_to_json,
    chat_to_markdown,
    file_name,
)
from assistant.core.errors import AssistantError
from assistant.ui.files.uploading import let_go
from assistant.ui.session.chat_keeper import draw_keeping
from assistant.ui.session.state import Chats, say_once, session_chats
from assistant.ui.shared.dialogs import dialog
from assistant.ui.shared.safe import safe_label, safe_markdown

MEGABYTE = 1_000_000
LONG_LIST = 8  # chats; a longer list scrolls
LIST_PIXELS = 300
RENAME, EXPORT, IMPORT, DELETE = "Rename", "Export", "Import a chat", "Delete"


def draw_chats() -> None:
    """The chats of this session, one of them open."""
    chats = session_chats()
    st.button("New chat", icon=":material/add:", on_click=_new, width="stretch", key="new_chat")
    st.session_state[_list_key(chats.moves)] = chats.current
    titles = chats.titles()
    with st.container(height=LIST_PIXELS if len(chats.all) > LONG_LIST else "content", border=False):
        st.radio(
            "Chats",
            list(chats.all),
            format_func=lambda number: safe_label(titles[number]),
            key=_list_key(chats.moves),
            on_change=_open,
            args=(chats.moves,),
        )
    action = st.menu_button(
        "This chat", [RENAME, EXPORT, IMPORT, DELETE], icon=":material/more_horiz:", width="stretch", key="chat_menu"
    )
    draw_keeping()
    if action == RENAME:
        _rename(chats.chat)
    elif action == EXPORT:
        _export(chats.chat)
    elif action == IMPORT:
        _import(chats)
    elif action == DELETE:
        _delete(chats)


def _new() -> None:
    try:
        session_chats().new()
    except AssistantError as fault:
        say_once(str(fault))


def _list_key(moves: int) -> str:
    """Another one once a chat was opened otherwise than from the list, for the reason that _take_preset has."""
    return f"open_chat_{moves}"


def _open(moves: int) -> None:
    chats, chosen = session_chats(), st.session_state[_list_key(moves)]
    # Otherwise the browser had not heard yet that another chat is open, or that the first question gave this one a
    # title: Streamlit passes on a title that is no option any more as it came.
    if moves == chats.moves and chosen in chats.all:
        chats.current = chosen


@dialog("Rename this chat")
def _rename(chat: Chat) -> None:
    with st.form("rename", border=False):
        name = st.text_input("Name", chat.title, max_chars=LONGEST_NAME)
        if st.form_submit_button("Rename", type="primary"):
            chat.name = " ".join(name.split())
            st.rerun()


@dialog("Export this chat")
def _export(chat: Chat) -> None:
    if not chat.exchanges:
        st.caption("There is nothing to export yet. Ask a question first.")
        return
    st.caption("A file keeps a chat beyond this browser, and can be read or imported again.")
    with st.container(horizontal=True):
        st.download_button(
            "Markdown, to read",
            chat_to_markdown(chat, safe_markdown),
            file_name(chat, "md"),
            "text/markdown",
            on_click="ignore",
            icon=":material/article:",
        )
        st.download_button(
            "JSON, to import again",
            chat_to_json(chat),
            file_name(chat, "json"),
            "application/json",
            on_click="ignore",
            icon=":material/data_object:",
        )


@dialog("Import a chat")
def _import(chats: Chats) -> None:
    file = st.file_uploader(
        "A JSON file that was exported here", type="json", max_upload_size=LARGEST_BYTES // MEGABYTE, key="import_file"
    )
    if file is None:
        return
    try:
        chats.take_in(chat_from_json, file.getvalue())
        let_go([file])
    except AssistantError as fault:
        st.error(safe_label(str(fault)))
        return
    st.rerun()


@dialog("Delete this chat?")
def _delete(chats: Chats) -> None:
    count = len(chats.chat.exchanges)
    what = "1 question" if count == 1 else f"{count} questions"
    st.markdown(f"**{safe_label(chats.chat.title)}** with {what} will be gone. Export it first to keep it.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", icon=":material/delete:"):
            chats.delete(chats.current)
            st.rerun()
        if st.button("Keep"):
            st.rerun()
