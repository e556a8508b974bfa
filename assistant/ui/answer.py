"""Draws one answer: what the notes say, what the model adds, and the numbered sources."""

from __future__ import annotations

import streamlit as st

from assistant.records import Answer, Hit, LeadSentence
from assistant.ui.safe import safe_label, safe_markdown
from assistant.ui.state import ChatTurn

MODEL_ADDS = "The model adds in its own words, which may be wrong:"
STRONG, FAIR = 0.55, 0.40  # cosine; below fair a passage is weak


def draw_turn(turn: ChatTurn) -> None:
    """The whole answer bubble of a turn that is not being written now."""
    answer = turn.answer
    if answer is not None and answer.abstained:
        draw_not_covered(answer)
        return
    draw_lead(turn.lead)
    if turn.text and not _is_lead(turn):
        st.caption(MODEL_ADDS)
        st.markdown(safe_markdown(turn.text))
    if answer is None:
        st.caption(turn.problem or "Stopped. What was written so far is kept.")
    else:
        draw_end(answer)
    draw_sources(turn.sources)


def draw_lead(lead: tuple[LeadSentence, ...]) -> None:
    """The sentences of the notes, each with the number of its source."""
    if lead:
        st.markdown(" ".join(f"{safe_markdown(sentence.text)} :blue-badge[{sentence.source}]" for sentence in lead))


def draw_not_covered(answer: Answer) -> None:
    """That the notes do not answer the question, and what they hold nearby."""
    st.markdown(answer.text)
    if answer.nearest:
        st.caption("The nearest that they hold:")
        for hit in answer.nearest:
            with st.expander(f"{safe_label(hit.passage.name)}"):
                draw_passage(hit)


def draw_end(answer: Answer) -> None:
    """What the reader should know about how the answer came about."""
    if answer.problem:
        st.caption(f":material/info: {safe_label(answer.problem)}")
    elif answer.finish == "repeated":
        st.caption("The model began to repeat itself and was stopped here.")
    elif answer.finish == "length":
        st.caption("The model reached its longest answer here.")
    if answer.engine != "notes":
        first = f", first word after {answer.seconds_to_first_token:.1f} s" if answer.seconds_to_first_token else ""
        speed = f", {answer.tokens_per_second:.0f} tokens/s" if answer.tokens_per_second else ""
        st.caption(f"{safe_label(answer.model)}{first}{speed}")


def draw_sources(hits: tuple[Hit, ...]) -> None:
    """The numbered sources; each opens to its passage."""
    for hit in hits:
        label = f":blue-badge[{hit.rank}] {safe_label(hit.passage.name)} · {strength(hit.score)}"
        with st.expander(label):
            draw_passage(hit)


def draw_passage(hit: Hit) -> None:
    """A passage with where it stands."""
    st.markdown(safe_markdown(hit.passage.text))
    st.caption(f"{safe_label(hit.passage.note)}, line {hit.passage.line} · score {hit.score:.2f}")


def strength(score: float) -> str:
    """A score in a word."""
    return "strong" if score >= STRONG else "fair" if score >= FAIR else "weak"


def _is_lead(turn: ChatTurn) -> bool:
    """Whether the text is the lead again, as it is when no model wrote."""
    return turn.answer is not None and turn.answer.finish == "notes"
