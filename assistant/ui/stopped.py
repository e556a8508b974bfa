"""Drawing when Streamlit would not draw any more: it ends a stopped run where it stands, in the middle of the page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context

from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import RerunException, add_script_run_ctx, get_script_run_ctx


def draw_after_stop(draw: Callable[[], None]) -> None:
    """Draw a rest of a page whose run was stopped; returns when it is drawn.

    A run that must end raises ``StopException`` out of every drawing call of its own thread, also of those that would
    clean up. Calls from a thread beside it are not ended, and are taken until the run itself is over.

    What asks for a new drawing ends here, and not that drawing begins: a fragment with a clock asks again.
    """

    def draw_or_leave() -> None:
        with suppress(RerunException):
            draw()

    thread = threading.Thread(target=copy_context().run, args=(draw_or_leave,), name="after-stop")
    add_script_run_ctx(thread, get_script_run_ctx())
    thread.start()
    thread.join()


def is_visitor_here() -> bool:
    """Whether the run was stopped by its visitor, and not because the connection is gone."""
    context = get_script_run_ctx()
    return context is not None and get_instance().is_active_session(context.session_id)
