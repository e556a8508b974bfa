"""What becomes of a page whose run was stopped: Streamlit ends it where it stands, in the middle of the page.

Nothing can be drawn then, and nothing may be kept: a run is ended in the same way when its visitor has gone on to
something else, and a new run draws the page already. Only a clock is left to the browser, which takes it from a run
that was stopped and from no other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

STRIKE_SECONDS = 0.3


def draw_again_soon(first: Callable[[], None]) -> None:
    """Have the browser ask for the page once more if its visitor stopped it; ``first`` is called before it is drawn.

    A run that must end raises ``StopException`` out of every drawing call of its own thread; calls from a thread
    beside it are not ended. What a run sends that another has replaced is thrown away by Streamlit.
    """
    context = get_script_run_ctx()
    if context is None or not get_instance().is_active_session(context.session_id):
        return  # the connection was lost: what is not begun is begun when it is back
    is_set = False

    @st.fragment(run_every=STRIKE_SECONDS)
    def strike() -> None:
        nonlocal is_set
        if is_set:
            first()
            st.rerun()
        is_set = True

    thread = threading.Thread(target=copy_context().run, args=(strike,), name="after-stop")
    add_script_run_ctx(thread, context)
    thread.start()
    thread.join()
