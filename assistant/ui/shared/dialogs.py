"""Dialogs, and whether one may be open: drawing the whole page closes it, so nothing does that by itself meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec

import streamlit as st

_OPENED = "dialog_opened"  # in the session
Given = ParamSpec("Given")


def dialog(
    title: str, *, width: Literal["small", "medium"] = "small", icon: str | None = None
) -> Callable[[Callable[Given, None]], Callable[Given, None]]:
    """``st.dialog`` that is remembered until the whole page is drawn again."""

    def decorate(draw: Callable[Given, None]) -> Callable[Given, None]:
        opened = st.dialog(title, width=width, icon=icon)(draw)

        @wraps(draw)
        def remembered(*given: Given.args, **named: Given.kwargs) -> None:
            st.session_state[_OPENED] = True
            opened(*given, **named)

        return remembered

    return decorate


def forget_dialogs() -> None:
    """The whole page is being drawn: none is open any more. Call it first."""
    st.session_state[_OPENED] = False


def was_dialog_opened() -> bool:
    """Whether a dialog was opened since the whole page was drawn. It may have been closed: nobody is told of that."""
    return bool(st.session_state.get(_OPENED))
