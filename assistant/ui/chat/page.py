"""The chat page, top to bottom."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page
from streamlit.runtime.scriptrunner import StopException

from assistant.app.assembly import Parts
from assistant.app.loading import Loading
from assistant.chat.conversation import Chat, Exchange
from assistant.chat.feedback import feedback_of
from assistant.chat.suggestions import suggest, suggest_nearest
from assistant.core.settings import Settings
from assistant.retrieval.notes.library import Library
from assistant.ui.chat.answering import draw_or_write, leave_stopped
from assistant.ui.chat.asking import ask_held, ask_pill, ask_typed, hold_if_lost, is_question_held
from assistant.ui.chat.stopped import draw_again_soon
from assistant.ui.chat.turn import Surroundings, draw_question
from assistant.ui.files.inbox import draw_file_results, take_kept_files
from assistant.ui.panel.model_box import ModelStatus, look_at_model
from assistant.ui.panel.sidebar import draw_about, draw_sidebar
from assistant.ui.session.chat_keeper import keep_chats
from assistant.ui.session.state import session_chats, take_problem
from assistant.ui.session.visitor import library_of, place_of
from assistant.ui.shared.dialogs import forget_dialogs
from assistant.ui.shared.loading_view import watch_loading
from assistant.ui.shared.safe import safe_label

TITLE = "Deep-learning notes"
PASTED = 10  # times the longest question fit into the box: what is longer still is dropped by it without a word
TURNS_DRAWN = 10  # of a long chat, the latest
STEP = 5
START = "Questions to start with"
STARTERS = (
    "Where should I learn deep learning?",
    "What is dropout and what happens at test time?",
    "Why is my loss NaN?",
    "Adam or SGD?",
)


def draw_chat_page(loading: Loading, settings: Settings, notes_page: Page | None = None) -> None:
    """The page for one visitor; interactive at once, while the parts may still load. Stopped, it is drawn again."""
    shown: list[Exchange] = []
    try:
        _draw_page(loading, settings, notes_page, shown)
    except StopException:
        draw_again_soon(lambda: leave_stopped(shown))
        raise


def _draw_page(loading: Loading, settings: Settings, notes_page: Page | None, shown: list[Exchange]) -> None:
    """All of it; what was asked and is drawn is put into ``shown``.

    Questions arrive in callbacks, which run before the page is drawn: the page that shows a new question is already
    drawn without the pills that asked it, and nothing has to be drawn a second time when the answer is there.
    """
    forget_dialogs()
    ask_held()
    parts = loading.parts
    model = _draw_frame(parts, settings)
    keeper = st.empty()
    chats = session_chats()
    shown.extend(chats.chat.path())
    around = Surroundings(
        library_of(parts) if parts else None,
        feedback_of(settings),
        settings.question_limit,
        notes_page,
        place_of(settings) != "off",
        model is not None and model.is_ready,
    )
    _draw_turns(chats.chat, chats.current, around, loading)
    _settle(loading, model, keeper)


def _draw_frame(parts: Parts | None, settings: Settings) -> ModelStatus | None:
    """What stands around the chat; the model that the side panel tells of, once there are parts."""
    st.title(TITLE, anchor=False)
    st.caption("Ask about deep learning. Answers come from the notes, with their sources.")
    about = draw_sidebar(settings)
    model = draw_about(about, parts) if parts is not None else None
    typed = st.chat_input(
        "Ask about deep learning",
        max_chars=PASTED * settings.question_limit,
        accept_file="multiple" if place_of(settings) != "off" else False,
        submit_mode="stop",
        key="question",
        on_submit=ask_typed,
    )
    hold_if_lost(typed)
    return model


def _draw_turns(chat: Chat, number: int, around: Surroundings, loading: Loading) -> None:
    """The exchanges that are shown, the last one written now if it was just asked."""
    path = chat.path()
    starters = st.empty()  # a place of its own, so that they go as soon as a question is drawn
    if not path:
        with starters.container():
            _draw_pills(START, STARTERS, f"starters{number}")
    for exchange in path[_first_drawn(len(path), f"earlier{number}") :]:
        draw_question(exchange)
        with st.chat_message("assistant", avatar=":material/school:"):
            key = f"chat{number}_{exchange.number}"
            draw_or_write(chat, exchange, around, loading, key)
            suggestions = st.empty()
            if exchange is path[-1] and loading.parts is not None:
                with suggestions.container():
                    _draw_suggestions(chat, exchange, library_of(loading.parts), key)


def _settle(loading: Loading, model: ModelStatus | None, keeper: DeltaGenerator) -> None:
    """What follows the turns: files, problems, and whether the page must be drawn again by itself."""
    parts = loading.parts
    if parts is not None:
        take_kept_files(parts)  # they came without a question, or on the page Notes
        draw_file_results(parts)
    problem = take_problem()
    if problem:
        st.warning(safe_label(problem))
    if parts is None:
        watch_loading(loading)
    elif model is None or (not model.is_under_way and look_at_model(parts) != model):
        # The parts came, or the model became another or stopped, while the answer was written. Drawn anew and not added
        # to: a turn of the loading's clock that waits for the end of this run would keep the question box locked.
        st.rerun()
    else:
        with keeper:  # not before the parts are there: its code would keep a first visitor's question box waiting
            keep_chats(waits=is_question_held())


def _first_drawn(turns: int, key: str) -> int:
    """The first turn to draw, with a button for those before it: a long chat is drawn as quickly as a short one."""
    asked_for: int = st.session_state.get(key, 0)
    first = -(-max(0, turns - TURNS_DRAWN) // STEP) * STEP - asked_for  # in steps, so that turns keep their places
    if first > 0:
        questions = "1 earlier question" if first == 1 else f"{first} earlier questions"
        if st.button(f"Show {questions}", icon=":material/expand_less:", key=f"{key}_button", type="tertiary"):
            st.session_state[key] = asked_for + TURNS_DRAWN
            st.rerun()
    return max(0, first)


def _draw_suggestions(chat: Chat, last: Exchange, library: Library, key: str) -> None:
    """What to ask next; for a question that the notes do not cover, what they hold nearby.

    As long as no question to the notes was asked, those to begin with stay.
    """
    path = chat.path()
    asked = [exchange.question for exchange in path]
    answer = last.answer
    if all(exchange.is_reply for exchange in path):
        _draw_pills(START, [question for question in STARTERS if question not in asked], f"{key}_start")
        return
    if answer is not None and answer.abstained:
        questions = suggest_nearest(answer.nearest, asked)
    else:
        questions = suggest(last.sources, library.passages, asked)
    if questions:
        _draw_pills("Ask next", questions, f"{key}_next")


def _draw_pills(label: str, questions: tuple[str, ...] | list[str], key: str) -> None:
    st.pills(label, questions, format_func=safe_label, key=key, on_change=ask_pill, args=(key,))
