"""Draws what an answer says: the notes' sentences, the model's, and why there may be no more."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from assistant.chat.conversation import Exchange
from assistant.chat.transcript import unfinished
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

OWN_PAGES = ("notes",)  # addresses, relative to the chat
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
        draw_not_covered(answer, exchange.query)
        return
    if answer is not None and answer.finish == "reply":
        st.markdown(safe_markdown(answer.text, _own_page))
        return
    if answer is not None:
        draw_told(answer.told)
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


def draw_told(told: Told) -> None:
    """How the question was taken, where its reader should know: words that were misspelt, names that no note holds."""
    if told.corrected:
        typed = ", ".join(safe_label(typed) for typed, _ in told.corrected)
        st.caption(f"Showing answers for **{safe_label(told.searched_for)}**, in place of: {typed}")
    if told.remark:
        st.markdown(safe_markdown(told.remark))


def _own_page(target: str) -> str:
    """The pages that the program's own words may link to."""
    return target if target in OWN_PAGES else ""


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


def draw_not_covered(answer: Answer, query: str) -> None:
    """That the notes do not answer the question, and what was looked for."""
    st.markdown(safe_markdown(answer.text))
    looked_for = query or answer.question
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
