"""Which model answers, why, and how far it is: the box of the side panel, alive while something is under way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import streamlit as st

from assistant.assembly import Parts
from assistant.ui.dialogs import was_dialog_opened
from assistant.ui.safe import safe_label

if TYPE_CHECKING:
    from assistant.engines.process import EngineStatus

LOOK_SECONDS = 2.0  # between two looks while something is under way
DOUBT_SECONDS = 6.0  # within which a process that ended is known to have ended
_DOUBT = "model_in_doubt_until"  # in the session
_STATES = {
    "starting": "Starting. Until it is ready, answers come from the notes alone.",
    "restarting": "It stopped and is being started again. Until then answers come from the notes alone.",
    "failed": "It cannot be used now; answers come from the notes alone.",
    "closed": "It was shut down.",
    "ready": "It did not answer; looking again.",
}


@runtime_checkable
class Living(Protocol):
    """A generator on this host: it starts, may fail and may be started again."""

    @property
    def status(self) -> EngineStatus:
        """Where it is in its life."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What a reader is told about the model."""

    name: str
    reason: str
    state: str = ""  # empty when it is ready, or lives elsewhere
    better: str = ""  # about a better model that is being got
    is_under_way: bool = False  # whether this changes by itself soon

    @property
    def is_ready(self) -> bool:
        """Whether the next answer can have its words."""
        return bool(self.name) and not self.state


def look_at_model(parts: Parts) -> ModelStatus:
    """The model as it is now."""
    generator, upgrade = parts.generator, parts.upgrade
    reason = parts.reason.rstrip(".")
    if generator is None:
        return ModelStatus("", reason)
    better = upgrade.status.line if upgrade else ""
    coming = upgrade is not None and upgrade.status.is_under_way
    name = generator.info.name
    status = generator.status if isinstance(generator, Living) else None
    if status is None or status.state == "ready":
        doubtful = time.monotonic() < st.session_state.get(_DOUBT, 0.0)
        return ModelStatus(name, reason, _STATES["ready"] if doubtful else "", better, coming or doubtful)
    detail = status.detail if status.state in ("restarting", "failed") else ""
    runs = getattr(generator, "current", generator) is not None  # there may be none to start until one is got
    starts = runs and status.state in ("starting", "restarting")
    return ModelStatus(name, reason, f"{_STATES[status.state]} {detail}".strip(), better, coming or starts)


def doubt_model(parts: Parts) -> None:
    """An answer failed: a model that passes for ready may have ended a moment ago, so it is looked at for a while."""
    if look_at_model(parts).is_ready:
        st.session_state[_DOUBT] = time.monotonic() + DOUBT_SECONDS


def draw_model(parts: Parts) -> ModelStatus:
    """Draw the box; gives back what it says."""
    st.markdown("**Model**")
    status = look_at_model(parts)
    if status.is_under_way:
        _watch(parts)
    else:
        _draw(status)
    return status


@st.fragment(run_every=LOOK_SECONDS)
def _watch(parts: Parts) -> None:
    """The box while something is under way. A fragment waits until an answer being written is complete.

    Once all is settled the page is drawn anew without it: that alone stops its clock. But not while a dialog may be
    open, which that would close; the next question then stops it.
    """
    status = look_at_model(parts)
    if not status.is_under_way and not was_dialog_opened():
        st.rerun()
    _draw(status)


def _draw(status: ModelStatus) -> None:
    if not status.name:
        st.caption(f"None: {safe_label(status.reason)}.")
        return
    st.caption(f"{safe_label(status.name)}: {safe_label(status.reason)}.")
    # In places of their own, so that a line goes when it no longer holds: see parameters._draw_panel.
    state, better = st.empty(), st.empty()
    if status.state:
        state.caption(f":material/hourglass_top: {safe_label(status.state)}")
    if status.better:
        icon = "download" if status.is_under_way else "info"
        better.caption(f":material/{icon}: {safe_label(status.better)}")
