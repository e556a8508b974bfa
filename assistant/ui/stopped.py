"""Draws the page again after Stop: Streamlit ends a stopped run where it stands, in the middle of the page.

The clock of a fragment waits while a run is alive. So one that was set before an answer strikes only when that answer
was stopped, or is complete; in the latter case it has been taken away.
"""

from __future__ import annotations

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState, get_script_run_ctx

from assistant.conversation import Exchange

LOOK_SECONDS = 0.5


@st.fragment(run_every=LOOK_SECONDS)
def watch_for_stop(exchange: Exchange) -> str:
    """Set the clock, before the exchange is "writing"; gives back its name."""
    if exchange.state == "writing":
        st.rerun()
    return ThreadState.get().fragment_id or ""


def stop_watching(clock: str) -> None:
    """Take the clock away: the page goes on without it, and need not be drawn again for that.

    Streamlit sends the same message for a fragment in a fragment that is no longer drawn; there is no public call.
    """
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.stop_auto_rerun.fragment_ids.append(clock)
        context.enqueue(message)
