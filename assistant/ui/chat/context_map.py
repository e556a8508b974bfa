"""How an answer was made: what filled the model's window, what did not fit, the exact prompt, and the times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from assistant.chat.conversation import Exchange
from assistant.core.records import Answer, Prompt
from assistant.inference.decoding import PRESETS
from assistant.ui.panel.parameters import changes
from assistant.ui.shared.dialogs import dialog
from assistant.ui.shared.safe import safe_label

BAR_PIXELS = 170  # with the axis and the legend, which take two thirds of it
_BLUES = ("#1f5fbf", "#4a86d8", "#7aa9e6", "#a5c6f0", "#86b6c9", "#5f93a8")  # of the sources, best first
_COLOURS = {
    "instructions": "#8a6fb0",
    "history": "#c98bb9",
    "question": "#e0a500",
    "answer": "#2e9e7b",
    "free": "#9aa0a633",
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the model's window."""

    kind: str
    label: str
    tokens: int


def stretches(prompt: Prompt) -> list[Stretch]:
    """The whole window in its parts: what the prompt takes, what is kept for the answer, and what is free."""
    snippets = 0
    found = []
    for part in prompt.parts:
        kind = part.kind
        if kind == "snippet":
            snippets += 1
            kind = f"source {snippets}"
        found.append(Stretch(kind, part.label, part.tokens))
    free = max(0, prompt.window - prompt.tokens - prompt.reserved)
    return [*found, Stretch("answer", "Kept for the answer", prompt.reserved), Stretch("free", "Not used", free)]


def left_out(prompt: Prompt, had_history: bool) -> list[str]:
    """What was found or said but is not in the prompt, and why."""
    room = prompt.window - prompt.reserved
    why = (
        f"it did not fit into {room:,} tokens, the window of {prompt.window:,} less {prompt.reserved:,} for the answer"
    )
    if len(prompt.placed) >= prompt.most:
        why = "the best passage is all that a model of this size can retell; with more it loses the thread"
    lines = [f"Source {hit.rank}, {safe_label(hit.passage.name)}: {why}." for hit in prompt.dropped]
    if had_history and not any(part.kind == "history" for part in prompt.parts):
        lines.append(
            "The question before this one: it helped to find the passages, and a larger model would read it, too."
            if len(prompt.placed) >= prompt.most
            else "The question before this one: passages come first, and there was no room beside them."
        )
    return lines


@dialog("How this answer was made", width="medium", icon=":material/insights:")
def show_making(exchange: Exchange, had_history: bool) -> None:
    """The dialog."""
    answer = exchange.answer
    if answer is None:
        st.caption("This answer was stopped before its end, so there are no figures for it.")
        return
    _draw_times(answer)
    used = changes(exchange.decoding)
    label = PRESETS[exchange.decoding.preset].label if exchange.decoding.preset in PRESETS else "Other settings"
    st.caption(f"Settings: {safe_label(label)}{f', changed: {used}' if used else ''}.")
    prompt = answer.prompt
    if prompt is None:
        st.markdown("No model wrote for this answer, so there was no prompt.")
        return
    st.markdown("#### What the model had in view", anchors=False)
    parts = stretches(prompt)
    _draw_bar(parts, prompt)
    st.markdown(_table(parts, prompt.window))
    missing = left_out(prompt, had_history)
    if missing:
        st.markdown("**Left out**")
        st.markdown("\n".join(f"- {line}" for line in missing))
    else:
        st.caption("Nothing was left out.")
    with st.expander("The exact prompt", icon=":material/notes:"):
        st.code(prompt.text, language=None, wrap_lines=True)


def _draw_times(answer: Answer) -> None:
    first, speed = answer.seconds_to_first_token, answer.tokens_per_second
    with st.container(horizontal=True, gap="medium"):
        st.metric("Search", f"{answer.seconds_to_retrieve * 1000:.0f} ms", width="content")
        if answer.engine == "notes":
            return
        st.metric("First word after", f"{first:.1f} s" if first is not None else "not measured", width="content")
        st.metric("Speed", f"{speed:.0f} tokens/s" if speed is not None else "not measured", width="content")
        st.metric("Answer", f"{answer.answer_tokens} tokens", width="content")
    st.caption(f"Model: {safe_label(answer.model)}, engine: {safe_label(answer.engine)}.")


def _draw_bar(parts: Sequence[Stretch], prompt: Prompt) -> None:
    import altair as alt  # it takes 0.3 s to import, and only this dialog needs it

    rows = [
        {"part": part.kind, "label": part.label, "tokens": part.tokens, "order": order}
        for order, part in enumerate(parts)
    ]
    kinds = [part.kind for part in parts]
    chart = (
        alt.Chart(alt.InlineData(values=rows), description=f"Bar of the model's window of {prompt.window} tokens")
        .mark_bar()
        .encode(
            x=alt.X("tokens:Q", stack="zero", title="tokens", scale=alt.Scale(domain=[0, max(1, prompt.window)])),
            color=alt.Color(
                "part:N",
                sort=kinds,
                scale=alt.Scale(domain=kinds, range=[_colour(kind) for kind in kinds]),
                legend=alt.Legend(orient="bottom", title=None),
            ),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("label:N"), alt.Tooltip("tokens:Q")],
        )
    )
    st.altair_chart(chart, height=BAR_PIXELS)


def _table(parts: Sequence[Stretch], window: int) -> str:
    rows = [
        f"| {part.kind} | {safe_label(part.label)} | {part.tokens:,} | {_share(part.tokens / max(1, window))} |"
        for part in parts
    ]
    return "\n".join(["| part | what | tokens | of the window |", "|---|---|---:|---:|", *rows])


def _colour(kind: str) -> str:
    """Of a part; sources are numbered from 1."""
    return _COLOURS.get(kind) or _BLUES[(int(kind.split()[-1]) - 1) % len(_BLUES)]


def _share(share: float) -> str:
    return "less than 1%" if 0 < share < 0.005 else f"{share:.0%}"
