"""The panel that sets how the model decodes: a preset, and every parameter on its own."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import streamlit as st

from assistant.core.errors import SettingsError
from assistant.inference.decoding import PRESETS, Decoding, decoding_for, limits
from assistant.ui.session.state import Choices, current_choices, keep_choices

MOST_SNIPPETS = 6


@dataclass(frozen=True, slots=True)
class Parameter:
    """A decoding parameter as the panel shows it."""

    name: str  # in Decoding
    label: str
    help: str
    step: float = 1


PARAMETERS = (
    Parameter("max_new_tokens", "Longest answer (tokens)", "The model stops here. 100 tokens are about 75 words."),
    Parameter(
        "temperature",
        "Temperature",
        "0: always the likeliest word. Higher: rarer words get a chance, so answers vary and stray more.",
        0.1,
    ),
    Parameter("top_k", "Top-k", "Draw only among the k likeliest words. 0: off. Needs a temperature above 0.", 10),
    Parameter(
        "top_p",
        "Top-p",
        "Draw only among the likeliest words that together have this probability. 1: off. Needs a temperature above 0.",
        0.05,
    ),
    Parameter(
        "repetition_penalty",
        "Repetition penalty",
        "Above 1, words that were used become less likely. High values also make quoting the notes harder.",
        0.05,
    ),
    Parameter(
        "num_beams",
        "Beams",
        "Above 1, so many answers are followed at once and the likeliest wins. Slower. Needs temperature 0. "
        "0: as suits the model: three for a very small one, else one.",
    ),
    Parameter(
        "no_repeat_ngram_size",
        "No repeated n-gram",
        "With beams: a run of so many tokens never occurs twice. 0: off. 2 is strict.",
    ),
    Parameter("early_stopping", "Early stopping", "With beams: end as soon as there are as many answers as beams."),
    Parameter(
        "beam_stage",
        "Beam stage (tokens)",
        "With beams, on the CPU engine: after so many tokens the likeliest answer so far is kept and shown. 0: nothing "
        "is shown before the end.",
        8,
    ),
    Parameter("seed", "Seed", "Of the chance in sampling: the same seed and settings give the same answer."),
)


def draw_parameters(preset: str, snippets: int) -> None:
    """Draw the panel, at first with these. Raises SettingsError when there is no such preset."""
    if "preset" not in st.session_state:
        st.session_state.preset = decoding_for(preset).preset
        st.session_state.snippets = min(snippets, MOST_SNIPPETS)
        _take_preset()
    _draw_panel()


@st.fragment
def _draw_panel() -> None:
    """The panel itself. A fragment: turning a knob does not stop an answer being written."""
    st.selectbox(
        "How the model writes",
        list(PRESETS),
        format_func=lambda name: PRESETS[name].label,
        key="preset",
        on_change=_take_preset,
        persist_state="session",
    )
    chosen = PRESETS[st.session_state.preset]
    st.caption(chosen.says)
    count = st.slider(
        "Passages it reads",
        1,
        MOST_SNIPPETS,
        key="snippets",
        help="More give a fuller context, slower.",
        persist_state="session",
    )
    with st.expander("Every parameter", icon=":material/tune:"):
        for parameter in PARAMETERS:
            _draw(parameter)
        st.button("Reset to preset", on_click=_take_preset, icon=":material/restart_alt:", key="reset_parameters")
    # In places of their own that are emptied: what a fragment no longer draws is only taken away when it has finished,
    # and Streamlit drops word of that when another fragment follows at once.
    differs, problem = st.empty(), st.empty()
    decoding = _read()
    if decoding != chosen.decoding:
        differs.caption(f"{chosen.label}, changed: {changes(decoding)}.")
    try:
        keep_choices(Choices(decoding.checked(), count))
    except SettingsError as fault:
        last = current_choices().decoding
        keep_choices(Choices(last, count))
        used = changes(last) or PRESETS[last.preset].label
        problem.warning(f"{fault} Until then answers use the last settings that work: {used}.")


def changes(decoding: Decoding) -> str:
    """In which parameters a decoding differs from its preset, in words."""
    usual = PRESETS[decoding.preset].decoding if decoding.preset in PRESETS else Decoding(decoding.preset)
    return ", ".join(
        f"{parameter.label.lower()} {_shown(getattr(decoding, parameter.name))}"
        for parameter in PARAMETERS
        if getattr(decoding, parameter.name) != getattr(usual, parameter.name)
    )


def _shown(value: float | bool) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else f"{value:g}"


def _key(name: str) -> str:
    return f"parameter_{name}_{st.session_state.presets_taken}"


def _take_preset() -> None:
    """Set every parameter to the preset, under new keys.

    The browser sends the values of all widgets with whatever it sends. A message that left it just before it heard of
    the new values, such as that of a fragment with ``run_every``, would otherwise put the old ones back.
    """
    taken = st.session_state.setdefault("presets_taken", 0)
    for parameter in PARAMETERS:
        st.session_state.pop(_key(parameter.name), None)
    st.session_state.presets_taken = taken + 1
    decoding = PRESETS[st.session_state.preset].decoding
    for parameter in PARAMETERS:
        st.session_state[_key(parameter.name)] = getattr(decoding, parameter.name)


def _read() -> Decoding:
    given: dict[str, Any] = {parameter.name: st.session_state[_key(parameter.name)] for parameter in PARAMETERS}
    return replace(Decoding(st.session_state.preset), **given)


def _draw(parameter: Parameter) -> None:
    key = _key(parameter.name)
    kind = next(field.type for field in fields(Decoding) if field.name == parameter.name)
    if kind == "bool":
        st.toggle(parameter.label, key=key, help=parameter.help, persist_state="session")
        return
    low, high = limits(parameter.name)
    number = int if kind == "int" else float  # the box takes whole numbers when all of its numbers are
    st.number_input(
        parameter.label,
        number(low),
        number(high),
        step=number(parameter.step),
        key=key,
        help=parameter.help,
        persist_state="session",
    )
