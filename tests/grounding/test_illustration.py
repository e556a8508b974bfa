"""An answer shows one figure at most: that of the first section that its lead quotes and that has one."""

from dataclasses import replace

from fakes import hit

from assistant.core.records import Figure, LeadSentence
from assistant.grounding.illustration import figure_of

FIRST, SECOND, OTHER = (Figure(f"figures/{name}.svg", "alt", "caption") for name in ("first", "second", "other"))


def with_figures(rank: int, *figures: Figure):
    plain = hit("Text.", rank)
    return replace(plain, passage=replace(plain.passage, figures=figures))


LEAD = (LeadSentence("A.", 2), LeadSentence("B.", 3), LeadSentence("C.", 1))
SOURCES = [with_figures(1, OTHER), with_figures(2), with_figures(3, FIRST, SECOND)]


def test_it_is_the_first_figure_of_the_section_that_is_quoted_first():
    assert figure_of(LEAD, SOURCES) == FIRST
    assert figure_of(LEAD[::-1], SOURCES) == OTHER


def test_sections_that_are_not_quoted_or_have_none_show_none():
    assert figure_of(LEAD[:1], SOURCES) is None
    assert figure_of((), SOURCES) is None and figure_of(LEAD, ()) is None
