"""The chat page, top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import Page
from streamlit.runtime.scriptrunner import StopException

from assistant.app.assembly import Parts
from assistant.app.loading import Loading
from assistant.chat.conversation import Chat, Exchange
from assistant.chat.feedback import feedback_of
from assistant.chat.suggestions import suggest, suggest_nearest
from assistant.core.errors import AssistantError
from assistant.core.settings import Settings
from assistant.retrieval.notes.library import Library
from assistant.ui.chat.answer import missed_model
from assistant.ui.chat.stopped import draw_again_soon
from assistant.ui.chat.turn import Surroundings, draw_answer, draw_question
from assistant.ui.chat.writing import write_answer
from assistant.ui.files.inbox import draw_file_results, keep_files, take_kept_files
from assistant.ui.panel.model_box import doubt_model, look_at_model
from assistant.ui.panel.sidebar import draw_about, draw_sidebar
from assistant.ui.session.chat_keeper import are_chats_back, keep_chats, keep_question
from assistant.ui.session.state import current_choices, say_once, session_chats, take_problem
from assistant.ui.session.visitor import catalog_of, library_of, place_of
from assistant.ui.shared.dialogs import forget_dialogs
from assistant.ui.shared.safe import safe_label

TITLE = "Deep-learning notes"
PASTED = 10  # times the longest question fit into the box: what is longer still is dropped by it without a word
TURNS_DRAWN = 10  # of a long chat, the latest
STEP = 5
_TAKEN, _HELD = "question_taken", "question_held"  # in the session
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
        draw_again_soon(lambda: _leave_stopped(shown))
        raise


def _draw_page(loading: Loading, settings: Settings, notes_page: Page | None, shown: list[Exchange]) -> None:
    """All of it; what was asked and is drawn is put into ``shown``.

    Questions arrive in callbacks, which run before the page is drawn: the page that shows a new question is already
    drawn without the pills that asked it, and nothing has to be drawn a second time when the answer is there.
    """
    forget_dialogs()
    _ask_held()
    st.title(TITLE, anchor=False)
    st.caption("Ask about deep learning. Answers come from the notes, with their sources.")
    about, parts = draw_sidebar(settings), loading.parts
    model = draw_about(about, parts) if parts is not None else None
    adds = place_of(settings) != "off"
    typed = st.chat_input(
        "Ask about deep learning",
        max_chars=PASTED * settings.question_limit,
        accept_file="multiple" if adds else False,
        submit_mode="stop",
        key="question",
        on_submit=_ask_typed,
    )
    _hold_if_lost(typed)
    keeper = st.empty()
    chats = session_chats()
    chat, number = chats.chat, chats.current
    library = library_of(parts) if parts else None
    around = Surroundings(
        library, feedback_of(settings), settings.question_limit, notes_page, adds, model is not None and model.is_ready
    )
    path = chat.path()
    shown.extend(path)
    starters = st.empty()  # a place of its own, so that they go as soon as a question is drawn
    if not path:
        with starters.container():
            _draw_pills("Questions to start with", STARTERS, f"starters{number}")
    for exchange in path[_first_drawn(len(path), f"earlier{number}") :]:
        draw_question(exchange)
        with st.chat_message("assistant", avatar=":material/school:"):
            key = f"chat{number}_{exchange.number}"
            _draw_or_write(chat, exchange, around, loading, key)
            suggestions = st.empty()
            if exchange is path[-1] and loading.parts is not None:
                with suggestions.container():
                    _draw_suggestions(chat, exchange, library_of(loading.parts), key)
    if loading.parts is not None:
        take_kept_files(loading.parts)  # they came without a question, or on the page Notes
        draw_file_results(loading.parts)
    problem = take_problem()
    if problem:
        st.warning(safe_label(problem))
    if loading.parts is None:
        _watch_loading(loading)
    elif model is None or (not model.is_under_way and look_at_model(loading.parts) != model):
        # The parts came, or the model became another or stopped, while the answer was written. Drawn anew and not added
        # to: a turn of the loading's clock that waits for the end of this run would keep the question box locked.
        st.rerun()
    else:
        with keeper:  # not before the parts are there: its code would keep a first visitor's question box waiting
            keep_chats(waits=_HELD in st.session_state)


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


def _draw_or_write(chat: Chat, exchange: Exchange, around: Surroundings, loading: Loading, key: str) -> None:
    """A finished answer, or one that is written now and then drawn like the finished ones."""
    live, finished = st.empty(), st.container()
    if exchange.state == "asked":
        with live.container():
            parts = _await_parts(loading)
            exchange.state = "writing"  # before files are read: what is stopped then is not begun again
            keep_question(chat, exchange)
            take_kept_files(parts)
            history = chat.history(exchange)
            catalog = catalog_of(parts)
            events = parts.assistant.ask(exchange.question, catalog, exchange.decoding, history, exchange.snippets)
            write_answer(exchange, events)
            if missed_model(exchange):
                doubt_model(parts)
        live.empty()
        around = replace(around, library=library_of(parts), model_is_ready=look_at_model(parts).is_ready)
    with finished:
        draw_answer(chat, exchange, around, key)


def _leave_stopped(shown: Sequence[Exchange]) -> None:
    """What was shown and stopped before it was begun is not begun again."""
    for exchange in shown:
        if exchange.state == "asked":
            exchange.state = "writing"


def _draw_suggestions(chat: Chat, last: Exchange, library: Library, key: str) -> None:
    """What to ask next; for a question that the notes do not cover, what they hold nearby."""
    asked = [exchange.question for exchange in chat.path()]
    answer = last.answer
    if answer is not None and answer.abstained:
        questions = suggest_nearest(answer.nearest, asked)
    else:
        questions = suggest(last.sources, library.passages, asked)
    if questions:
        _draw_pills("Ask next", questions, f"{key}_next")


def _draw_pills(label: str, questions: tuple[str, ...] | list[str], key: str) -> None:
    st.pills(label, questions, format_func=safe_label, key=key, on_change=_ask_pill, args=(key,))


def _ask_typed() -> None:
    typed = st.session_state.question
    st.session_state[_TAKEN] = True
    keep_files(getattr(typed, "files", ()))
    question = str(getattr(typed, "text", typed))
    if question.strip():
        _ask(question)


def _hold_if_lost(typed: object) -> None:
    """Keep a question that came without its callback until the browser has given the chats back.

    A browser that lost its session (the connection broke for minutes, or the server was started again) shows the old
    page until its visitor does something. The new session then knows no widget yet, and calls no callback.
    """
    if not st.session_state.pop(_TAKEN, False) and typed is not None:
        st.session_state[_HELD] = str(getattr(typed, "text", typed))


def _ask_held() -> None:
    """Ask what was held, in the chat that it was meant for."""
    if _HELD in st.session_state and are_chats_back():
        question = st.session_state.pop(_HELD)
        if question.strip():
            _ask(question)


def _ask_pill(key: str) -> None:
    question = st.session_state[key]
    st.session_state[key] = None  # so that the same pill can ask again when the chat is opened anew
    if question:
        _ask(question)


def _ask(question: str) -> None:
    choices, chat = current_choices(), session_chats().chat
    last = chat.path()[-1:]
    if last and last[0].state == "asked" and last[0].question == question:
        return  # a clock of the page that strikes as a question is sent takes it along, and it comes twice
    try:
        chat.ask(question, choices.decoding, choices.snippets)
    except AssistantError as fault:
        say_once(str(fault))


def _await_parts(loading: Loading) -> Parts:
    """The parts, with progress in the bubble until they are there."""
    if loading.parts is not None:
        return loading.parts
    place = st.empty()
    while (parts := loading.wait(0.25)) is None:
        _draw_progress(place, loading)
    place.empty()
    return parts


@st.fragment(run_every=0.5)
def _watch_loading(loading: Loading) -> None:
    """Progress while nothing is asked; the page is drawn again when the parts are there."""
    if loading.parts is not None:
        st.rerun()
    _draw_progress(st.empty(), loading)


def _draw_progress(place: DeltaGenerator, loading: Loading) -> None:
    progress = loading.progress
    with place.container():
        if progress.problem:
            st.warning(safe_label(progress.problem))
        if progress.share is None:
            st.caption(f":material/hourglass_top: {progress.what} …")
        else:
            st.progress(progress.share, text=progress.what)
