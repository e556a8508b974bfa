"""Draws what an answer says: the notes' sentences, the model's, and why there may be no more."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from assistant.chat.conversation import Exchange
from assistant.chat.transcript import unfinished, without_own_links
from assistant.core.records import Answer, CheckedSentence, LeadSentence, Told
from assistant.grounding.illustration import figure_of
from assistant.retrieval.notes.library import Library
from assistant.ui.chat.sentences import (
    AGAINST,
    count_contradicted,
    count_unsupported,
    lead_markdown,
    supported_markdown,
    whole_markdown,
)
from assistant.ui.shared.passages import draw_figure, links_from
from assistant.ui.shared.safe import safe_label, safe_markdown

LONGEST_REPEATED = 120  # characters of a question that is repeated above its answer
MODEL_ADDS = "The model adds in its own words, which may be wrong:"
MODEL_ADDS_SUPPORTED = "The model adds, and the notes support it:"
MODEL_REPEATS = "What the model wrote and the notes support is said above already."
LEGEND = (
    f":small[All that the model wrote. :gray-background[Shaded]: no passage says this. {AGAINST}: a passage differs.]"
)


def draw_text(exchange: Exchange, library: Library | None = None) -> None:
    """All that is said in answer to a question, once it is no longer being written, and at most one figure."""
    answer = exchange.answer
    if answer is not None and answer.abstained:
        draw_not_covered(answer, "" if exchange.told.corrected else exchange.query or answer.question)
        return
    if answer is not None and exchange.is_reply:
        st.markdown(safe_markdown(without_own_links(answer.text)))
        return
    draw_remark(exchange.told)
    if exchange.lead:
        links = {hit.rank: links_from(hit.passage.note, library) for hit in exchange.sources}
        st.markdown(lead_markdown(exchange.lead, links))
        _draw_figure(exchange, library)
    if answer is None or answer.finish != "notes":  # otherwise the text is the lead again
        draw_checked(exchange.sentences, exchange.lead)
        draw_unchecked(unfinished(exchange))
    if answer is None:
        kept = "Stopped. What was written so far is kept." if exchange.lead or exchange.text else "Stopped."
        st.caption(safe_label(exchange.problem) or kept)
    else:
        draw_end(answer)


def spelling_caption(told: Told, is_covered: bool = True) -> str:
    """What was searched for in place of misspelt words: the whole question, or of a long one those words."""
    shown = "Showing answers for" if is_covered else "Looked for"
    if len(told.searched_for) <= LONGEST_REPEATED and "\n" not in told.searched_for:
        return f"{shown} **{safe_label(told.searched_for)}**"
    words = ", ".join(f"**{safe_label(meant)}** in place of {safe_label(typed)}" for typed, meant in told.corrected)
    return f"{shown} {words}"


def draw_remark(told: Told) -> None:
    """What is said before the notes' own words: names that no note holds, parts that they do not cover."""
    if told.remark:
        st.markdown(safe_markdown(told.remark))


def _draw_figure(exchange: Exchange, library: Library | None) -> None:
    """The figure of the first section that the lead quotes and that has one; sections that are gone have none."""
    if library is not None:
        owned = [(hit, library.own(hit.passage)) for hit in exchange.sources]
        here = [replace(hit, passage=passage) for hit, passage in owned if passage is not None]
        figure = figure_of(exchange.lead, here)
        if figure is not None:
            draw_figure(figure, library.folder)


def missed_model(exchange: Exchange) -> bool:
    """Whether a model should have answered and failed, or was not ready."""
    answer = exchange.answer
    return answer is not None and answer.finish in ("notes", "failed") and bool(answer.problem)


def draw_checked(sentences: tuple[CheckedSentence, ...], lead: tuple[LeadSentence, ...] = ()) -> None:
    """What the model wrote: supported sentences open unless the lead says the same, the others one click away."""
    supported = supported_markdown(sentences, lead)
    if supported:
        st.caption(MODEL_ADDS_SUPPORTED)
        st.markdown(supported)
    elif count_unsupported(sentences) < len(sentences):
        st.caption(MODEL_REPEATS)
    if count_unsupported(sentences):
        with st.expander(unsupported_label(sentences), type="compact"):
            st.markdown(LEGEND)  # not a caption: that would fade its colours below what can be read
            st.markdown(whole_markdown(sentences))


def draw_unchecked(text: str) -> None:
    """What the model wrote and nobody compared with the notes."""
    if text:
        st.caption(MODEL_ADDS)
        st.markdown(safe_markdown(text))


def unsupported_label(sentences: tuple[CheckedSentence, ...]) -> str:
    """How much of what the model wrote the notes do not carry."""
    against = count_contradicted(sentences)
    more = f", {against} of them against the notes" if against else ""
    return f"Not in the notes ({count_unsupported(sentences)}{more})"


def draw_not_covered(answer: Answer, looked_for: str) -> None:
    """That the notes do not answer the question, and what was looked for unless that is said already."""
    st.markdown(safe_markdown(answer.text))
    if looked_for:
        st.caption(f"Looked for: {safe_label(looked_for)}")


def draw_end(answer: Answer) -> None:
    """What the reader should know about how the answer ended."""
    if answer.problem and answer.finish == "notes":
        st.info(f"From the notes alone. {safe_label(answer.problem)}", icon=":material/menu_book:")
    elif answer.problem:
        st.caption(f":material/info: {safe_label(answer.problem)}")
    elif answer.finish == "repeated":
        st.caption("The model began to repeat itself and was stopped here.")
    elif answer.finish == "length":
        st.caption("The model reached its longest answer here.")
