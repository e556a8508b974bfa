"""The page: `streamlit run streamlit_app.py`."""

import tomllib
from pathlib import Path

import streamlit as st
from streamlit import runtime

from assistant.app.loading import Loading, loading_of_process
from assistant.core.errors import AssistantError
from assistant.core.logs import set_up_logs
from assistant.core.settings import Settings, read_settings
from assistant.ui.chat.page import TITLE, draw_chat_page
from assistant.ui.files.received import bound_received
from assistant.ui.notes.page import draw_notes_page

st.set_page_config(page_title=TITLE, page_icon=":material/school:", layout="centered")


@st.cache_resource(show_spinner=False)
def settings_of_app() -> Settings:
    """The settings, with the secrets of a hosted app in the environment."""
    for file in map(Path, st.get_option("secrets.files")):  # Streamlit goes on without those that it cannot read
        try:
            if file.is_file():
                tomllib.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as fault:
            raise AssistantError(f"The secrets in {file.name} cannot be read: {fault}. Correct or remove it.") from None
    st.secrets.load_if_toml_exists()
    settings = read_settings()
    set_up_logs(settings.log)
    return settings


@st.cache_resource(show_spinner=False)
def loading_of_app() -> Loading:
    """One load for all visitors."""
    if runtime.exists():
        bound_received(runtime.get_instance().uploaded_file_mgr)
    return loading_of_process(settings_of_app)


def chat() -> None:
    """The chat page."""
    draw_chat_page(loading_of_app(), settings_of_app(), NOTES)


def notes() -> None:
    """The notes page."""
    draw_notes_page(loading_of_app(), settings_of_app())


CHAT = st.Page(chat, title="Chat", icon=":material/forum:", default=True)
NOTES = st.Page(notes, title="Notes", icon=":material/library_books:", url_path="notes")

try:
    st.navigation([CHAT, NOTES], position="top").run()
except AssistantError as fault:
    st.error(str(fault))
