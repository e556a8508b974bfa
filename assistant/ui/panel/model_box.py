"""Which model answers, why, and how far it is: the box of the side panel, alive while something is under way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import streamlit as st

from assistant.app.assembly import Parts
from assistant.inference.generator import Elsewhere
from assistant.ui.shared.dialogs import was_dialog_opened
from assistant.ui.shared.safe import safe_label

if TYPE_CHECKING:
    from assistant.inference.manager.process import EngineStatus

SOON_SECONDS = 2.0  # between two looks while something is under way
LATER_SECONDS = 10.0  # while a model is missing and nothing is under way: it may be tried again, or find more memory
DOUBT_SECONDS = 10.0  # within which a process that ended is known to have ended
_DOUBT = "model_in_doubt_until"  # in the session
_STATES = {
    "starting": "Starting. Until it is ready, answers come from the notes alone.",
    "restarting": "It stopped and is being started again. Until then answers come from the notes alone.",
    "failed": "It cannot be used now and is tried again. Until it can, answers come from the notes alone.",
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
    state: str = ""  # empty when it is ready
    better: str = ""  # about a better model that is being got
    look_again: float = 0.0  # seconds until another look may show something else; 0: nothing changes by itself

    @property
    def is_ready(self) -> bool:
        """Whether the next answer can have its words."""
        return bool(self.name) and not self.state

    @property
    def is_under_way(self) -> bool:
        """Whether this changes by itself soon."""
        return self.look_again == SOON_SECONDS


def look_at_model(parts: Parts) -> ModelStatus:
    """The model as it is now."""
    generator, upgrade = parts.generator, parts.upgrade
    reason = parts.reason.rstrip(".")
    if generator is None:
        return ModelStatus("", reason)
    better = upgrade.status.line if upgrade else ""
    coming = upgrade is not None and upgrade.status.is_under_way
    waits = upgrade is not None and upgrade.status.state == "waiting"
    name = generator.info.name
    if isinstance(generator, Elsewhere) and generator.problem:
        state = f"{generator.problem} Until one does, answers come from the notes alone."
        return ModelStatus(name, reason, state, better, LATER_SECONDS)
    status = generator.status if isinstance(generator, Living) else None
    if status is None or status.state == "ready":
        doubtful = time.monotonic() < st.session_state.get(_DOUBT, 0.0)
        look_again = SOON_SECONDS if coming or doubtful else LATER_SECONDS if waits else 0.0
        return ModelStatus(name, reason, _STATES["ready"] if doubtful else "", better, look_again)
    detail = status.detail if status.state in ("restarting", "failed") else ""
    # There may be no process to start: until one is got, until memory is free, or while one takes the place of another.
    runs = getattr(generator, "current", generator) is not None
    starts = runs and status.state in ("starting", "restarting")
    look_again = SOON_SECONDS if coming or starts else LATER_SECONDS
    return ModelStatus(name, reason, f"{_STATES[status.state]} {detail}".strip(), better, look_again)


def doubt_model(parts: Parts) -> None:
    """An answer failed: a model that passes for ready may have ended a moment ago, so it is looked at for a while."""
    generator = parts.generator
    if generator is not None and look_at_model(parts).is_ready:
        if isinstance(generator, Elsewhere):
            generator.look()  # nobody else would find out before the next question
        st.session_state[_DOUBT] = time.monotonic() + DOUBT_SECONDS


def draw_model(parts: Parts) -> ModelStatus:
    """Draw the box; gives back what it says."""
    st.markdown("**Model**")
    status = look_at_model(parts)
    if status.look_again:
        st.fragment(_watch, run_every=status.look_again)(parts, status.look_again)
    else:
        _draw(status)
    return status


def _watch(parts: Parts, seconds: float) -> None:
    """The box while it is looked at every so many seconds. A fragment waits until an answer being written is complete.

    When that changes, the page is drawn anew: that alone sets its clock, or stops it. But not while a dialog may be
    open, which that would close; the next question then does it.
    """
    status = look_at_model(parts)
    if status.look_again != seconds and not was_dialog_opened():
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
