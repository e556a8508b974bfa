"""The map of the notes: every passage a point, coloured by topic, with the last question and its hits drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from assistant.app.assembly import Parts
from assistant.core.records import Hit
from assistant.retrieval.index.note_map import Map
from assistant.ui.notes.note_list import topic_of
from assistant.ui.notes.note_view import open_note, query_of
from assistant.ui.session.last_question import last_question
from assistant.ui.session.visitor import map_of
from assistant.ui.shared.safe import safe_label

ALL = "All topics"
HEIGHT = 620
PICKED = "picked"  # name of the selection in the chart
LABEL_WIDTH, LABEL_HEIGHT = 0.25, 0.05  # of a topic's name, in the map's units
_HIDDEN = alt.Axis(labels=False, ticks=False, grid=False, domain=False, title=None)
_X = alt.X("x:Q", axis=_HIDDEN, scale=alt.Scale(domain=[-1.08, 1.08]))
_Y = alt.Y("y:Q", axis=_HIDDEN, scale=alt.Scale(domain=[-1.08, 1.08]))


def draw_map(parts: Parts) -> None:
    """The chart, what it means, and a way to the passage that was clicked."""
    drawn = map_of(parts)
    if not drawn.passages:
        st.info("There are no notes to draw.")
        return
    points = frame_of(drawn)
    question, hits = last_question()
    topics = sorted(points["topic"].unique())
    chosen = st.selectbox("Topic to show", [ALL, *topics], key="map_topic", format_func=safe_label)
    st.caption(_says(question, hits))
    event = st.altair_chart(
        chart_of(points, "" if chosen == ALL else chosen, marks_of(drawn, hits), dark=st.context.theme.type == "dark"),
        height=HEIGHT,
        on_select="rerun",
        selection_mode=PICKED,
        key="map",
        alt=f"Map of {len(points):,} passages in {len(topics)} topics; passages about one thing lie together.",
    )
    _draw_picked(event)


def _says(question: str, hits: Sequence[Hit]) -> str:
    how = "Each point is a passage; those about one thing lie together. Hover to read its heading, click to open it."
    if not question:
        return f"{how} Ask something in the chat, and it is drawn in."
    return (
        f"{how} The star is your last question, “{safe_label(question[:200])}”, amid its {len(hits)} numbered passages."
    )


def frame_of(drawn: Map) -> pd.DataFrame:
    """The points as a table: place, topic, name, and the address of note and section."""
    queries = [query_of(passage) for passage in drawn.passages]
    return pd.DataFrame(
        {
            "x": drawn.places[:, 0].round(3),
            "y": drawn.places[:, 1].round(3),
            "topic": [topic_of(passage.note) for passage in drawn.passages],
            "passage": [passage.name for passage in drawn.passages],
            "note": [query["note"] for query in queries],
            "section": [query.get("section", "") for query in queries],
        }
    )


def marks_of(drawn: Map, hits: Sequence[Hit]) -> pd.DataFrame:
    """The hits at their places, numbered, and a star for the question between them, the nearer the more alike."""
    at = {(passage.note, passage.line, passage.heading): row for row, passage in enumerate(drawn.passages)}
    rows = [(hit, at[key]) for hit in hits if (key := (hit.passage.note, hit.passage.line, hit.passage.heading)) in at]
    found: list[dict[str, Any]] = [
        {
            "x": float(drawn.places[row, 0]),
            "y": float(drawn.places[row, 1]),
            "label": str(hit.rank),
            "passage": hit.passage.name,
        }
        for hit, row in rows
    ]
    if rows:
        weights = np.exp(4 * np.array([hit.score for hit, _ in rows]))
        middle = (drawn.places[[row for _, row in rows]] * weights[:, None]).sum(axis=0) / weights.sum()
        found.append({"x": float(middle[0]), "y": float(middle[1]), "label": "★", "passage": "Your question"})
    return pd.DataFrame(found, columns=["x", "y", "label", "passage"])


def chart_of(points: pd.DataFrame, topic: str, marks: pd.DataFrame, *, dark: bool) -> alt.LayerChart:
    """The points, the names of the topics amid them, and the marks of the question on top."""
    ink, paper = ("#fafafa", "#0e1117") if dark else ("#1a1c22", "#ffffff")
    picked = alt.selection_point(name=PICKED, fields=["note", "section", "passage"], toggle=False)
    shown = alt.datum.topic == topic if topic else alt.value(True)
    dots = (
        alt.Chart(points)
        .mark_circle(size=34)
        .encode(
            x=_X,
            y=_Y,
            color=alt.condition(
                shown, alt.Color("topic:N", scale=alt.Scale(scheme="tableau20"), legend=None), alt.value("#8884")
            )
            if topic
            else alt.Color("topic:N", scale=alt.Scale(scheme="tableau20"), legend=None),
            opacity=alt.value(0.75),
            tooltip=[alt.Tooltip("passage:N", title="Passage"), alt.Tooltip("topic:N", title="Topic")],
        )
        .add_params(picked)
    )
    middles = _apart(points.groupby("topic", as_index=False)[["x", "y"]].median())
    names = middles[middles["topic"] == topic] if topic else middles
    text = {"fontSize": 12, "fontWeight": "bold"}
    halo = alt.Chart(names).mark_text(**text, color=paper, stroke=paper, strokeWidth=4, opacity=0.8)
    label = alt.Chart(names).mark_text(**text, color=ink)
    layers = [dots, *(layer.encode(x=_X, y=_Y, text="topic:N") for layer in (halo, label))]
    if len(marks):
        star = {"fontSize": 30, "dy": -24}  # above its place, so that it hides no hit
        tip = [alt.Tooltip("passage:N", title="Passage")]
        hits, question = marks[marks["label"] != "★"], marks[marks["label"] == "★"]
        layers += [
            alt.Chart(hits).mark_circle(size=320, color=paper, stroke=ink, strokeWidth=2, opacity=1),
            alt.Chart(hits).mark_text(fontSize=12, fontWeight="bold", color=ink).encode(text="label:N"),
            alt.Chart(question).mark_text(**star, color=paper, stroke=paper, strokeWidth=5).encode(text="label:N"),
            alt.Chart(question).mark_text(**star, color="#e0a500").encode(text="label:N"),
        ]
        layers[3:] = [layer.encode(x=_X, y=_Y, tooltip=tip) for layer in layers[3:]]
    return alt.layer(*layers).configure_view(stroke=None)


def _apart(names: pd.DataFrame) -> pd.DataFrame:
    """The names with those moved down that would be drawn over one another."""
    names = names.sort_values("y", ascending=False, ignore_index=True)
    for at in range(1, len(names)):
        above = names.iloc[:at]
        near = above[(above["x"] - names.at[at, "x"]).abs() < LABEL_WIDTH]
        for y in near["y"]:
            if y - names.at[at, "y"] < LABEL_HEIGHT:
                names.at[at, "y"] = y - LABEL_HEIGHT
    return names


def _draw_picked(event: Any) -> None:
    """The passage that was clicked, and a button that opens it."""
    entries = event.selection.get(PICKED, []) if event is not None else []
    if entries:
        entry = entries[0]
        st.button(
            f"Open “{safe_label(str(entry.get('passage', '')))}”",
            icon=":material/article:",
            key="open_picked",
            on_click=open_note,
            args=(str(entry.get("note", "")), str(entry.get("section", ""))),
        )
