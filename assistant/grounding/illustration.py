"""The one figure that an answer shows."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.records import Figure, Hit, LeadSentence


def figure_of(lead: Sequence[LeadSentence], sources: Sequence[Hit]) -> Figure | None:
    """The first figure of the first section that the lead quotes and that has one; None when none has."""
    figures = {hit.rank: hit.passage.figures for hit in sources}
    return next((figures[each.source][0] for each in lead if figures.get(each.source)), None)
