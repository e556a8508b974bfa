"""Takes files in: each with its own progress and its own error, and a plain question when it is there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assistant.app.assembly import Parts
from assistant.core.errors import AssistantError
from assistant.core.records import Note
from assistant.ui.session.visitor import uploads_of
from assistant.ui.shared.safe import safe_label
from assistant.uploads.converter import Converter
from assistant.uploads.kept_uploads import Clash, KeptUploads, find_clash
from assistant.uploads.limits import OPEN_QUESTIONS
from assistant.uploads.names import shown_name
from assistant.uploads.stored import Arrival, Upload


class Given(Protocol):
    """A file as Streamlit hands it over."""

    name: str

    def getvalue(self) -> bytes:
        """Its bytes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str  # as shown
    upload: Upload | None = None  # when it was taken
    problem: str = ""  # when it was not
    remarks: tuple[str, ...] = ()
    waits: bool = False  # for an answer to "replace or keep both?"


@dataclass(frozen=True, slots=True)
class _Pending:
    arrival: Arrival
    clash: Clash


def take_files(parts: Parts, files: Sequence[Given], done: Callable[[Given, Outcome], None]) -> None:
    """Read files, one after the other, and draw the progress and result of each where this is called.

    A file that is there already waits for ``draw_open_questions``. Nothing is raised for a file that cannot be used:
    its outcome says why. ``done`` is told of each as soon as it is taken or refused: what the visitor does meanwhile
    may end this at any drawing. Reading the session's state ends it too, so ``done`` must not.
    """
    kept = uploads_of(parts)
    if kept is None:
        for file in files:
            outcome = Outcome(shown_name(file.name), problem=_CLOSED)
            done(file, outcome)
            draw_outcome(outcome)
        return
    with Converter() as converter:
        for file in files:
            place = st.empty()
            with place.container():
                outcome = _take(kept, file, converter)
            done(file, outcome)
            with place.container():
                draw_outcome(outcome)


def let_go(files: Sequence[Given]) -> None:
    """Free the memory of files that were read; Streamlit would hold them until the visitor leaves."""
    context = get_script_run_ctx()
    remove = getattr(context.uploaded_file_mgr, "remove_file", None) if context else None
    if context and remove:
        for file in files:
            if isinstance(file, UploadedFile):
                remove(session_id=context.session_id, file_id=file.file_id)


_CLOSED = "Files cannot be added here. The page Notes says why."
_ENOUGH_QUESTIONS = f"{OPEN_QUESTIONS} files wait for your answer already. Answer first, then add it again."


def _take(kept: KeptUploads, file: Given, converter: Converter) -> Outcome:
    name, pending = shown_name(file.name), _pending()
    label = safe_label(name)
    bar = st.progress(0.0, text=f"Reading {label} …")
    try:
        converter.start(lambda: bar.progress(0.0, text=f"Other files are read first, then {label} …"))
        bar.progress(0.0, text=f"Reading {label} …")
        arrival = converter.convert(file.getvalue(), file.name)
        bar.progress(0.0, text=f"Learning {label} …")  # a run that was replaced ends here: the new one reads the file
        clash = find_clash(kept.list(), arrival)
        if clash is None:
            return _keep(kept, arrival, bar, converter)
        if all(entry.arrival.origin.sha256 != arrival.origin.sha256 for entry in pending):
            if len(pending) >= OPEN_QUESTIONS:
                return Outcome(name, problem=_ENOUGH_QUESTIONS)
            pending.append(_Pending(arrival, clash))
        return Outcome(name, waits=True)
    except AssistantError as fault:
        return Outcome(name, problem=str(fault))


def _keep(kept: KeptUploads, arrival: Arrival, bar: st.delta_generator.DeltaGenerator, converter: Converter) -> Outcome:
    def progress(done: int, total: int) -> None:
        converter.make_room()
        share = done / total if total else 1.0
        bar.progress(share, text=f"Learning {safe_label(arrival.note.title)}: {done} of {total} passages")

    upload = kept.add(arrival, progress=progress)
    return Outcome(arrival.origin.name, upload, remarks=arrival.remarks)


def draw_outcome(outcome: Outcome) -> None:
    """One line on what became of a file, and below it what was understood."""
    name = safe_label(outcome.name)
    if outcome.upload is not None:
        st.success(f"**{name}** can be asked about: {understood(outcome.upload.note)}", icon=":material/check:")
        for remark in outcome.remarks:
            st.caption(safe_label(remark))
    elif outcome.waits:
        st.caption(f"{name} is here already; see the question.")
    else:
        st.error(f"**{name}** was not added. {safe_label(outcome.problem)}", icon=":material/error:")


def understood(note: Note) -> str:
    """Title, sections and passages of a note in one line of Markdown."""
    sections = len({passage.heading for passage in note.passages})
    return f"“{safe_label(note.title)}”, {_count(sections, 'section')}, {_count(len(note.passages), 'passage')}"


def draw_open_questions(parts: Parts, outcomes: list[Outcome]) -> bool:
    """Ask, for each file that is here already, whether to replace it or keep both; whether one was decided now.

    What became of those takes the place of what ``outcomes`` held.
    """
    is_decided = False
    for pending in list(_pending()):
        name, title = safe_label(pending.arrival.origin.name), safe_label(pending.clash.upload.title)
        same = "the same content" if pending.clash.same == "content" else "the same name and other content"
        with st.container(border=True):
            st.markdown(f"**{name}** is here already as “{title}”, with {same}.")
            key = pending.arrival.origin.sha256[:16]  # the same when one before it goes: its click would be lost
            with st.container(horizontal=True):
                replace = st.button("Replace it", key=f"replace_{key}", type="primary")
                both = st.button("Keep both", key=f"both_{key}")
                leave = st.button("Leave it as it is", key=f"leave_{key}")
            if leave:
                _pending().remove(pending)
            elif replace or both:
                if not is_decided:
                    outcomes.clear()
                _decide(parts, pending, replace, outcomes)
                is_decided = True
    return is_decided


def _decide(parts: Parts, pending: _Pending, replace: bool, outcomes: list[Outcome]) -> None:
    kept, waiting = uploads_of(parts), _pending()
    name = pending.arrival.origin.name
    if kept is None:
        waiting.remove(pending)
        outcomes.append(Outcome(name, problem=_CLOSED))
        return
    still_there = any(upload.key == pending.clash.upload.key for upload in kept.list())
    with st.spinner(f"Learning {safe_label(pending.arrival.note.title)} …"):
        waiting.remove(pending)  # not before: the drawing may end this run, and the file would be lost
        try:
            upload = kept.add(pending.arrival, pending.clash.upload.key if replace and still_there else None)
            outcome = Outcome(name, upload, remarks=pending.arrival.remarks)
        except AssistantError as fault:
            outcome = Outcome(name, problem=str(fault))
        outcomes.append(outcome)  # not behind the spinner: its end is a drawing, too


def _pending() -> list[_Pending]:
    """Files that wait for an answer; held by the session, without the bytes they were made from."""
    waiting: list[_Pending] = st.session_state.setdefault("pending_uploads", [])
    return waiting


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
