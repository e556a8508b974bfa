"""The rules by name, with how many places of the shipped notes may break each: the one table of these budgets."""

from __future__ import annotations

from assistant.retrieval.notes.checking.findings import Rule, in_each_note
from assistant.retrieval.notes.checking.folder_rules import (
    dead_links,
    few_see_also,
    missing_figures,
    unreadable,
    unused_figures,
)
from assistant.retrieval.notes.checking.section_rules import (
    broken_python,
    first_sentence,
    heading_nobody_types,
    long_section,
    unknown_volatile,
)
from assistant.retrieval.notes.checking.sentence_rules import (
    bare_order,
    elliptic_start,
    formula_heavy,
    ownerless_noun,
    pronoun_start,
    undated,
    usual_values,
    volatile_without_year,
)
from assistant.retrieval.notes.checking.term_rules import undefined_terms

RULES = (
    Rule("unreadable", "the note can be read", 0, unreadable),
    Rule("heading", "a heading is a question as people type it", 40, in_each_note(heading_nobody_types)),
    Rule("first-sentence", "the first sentence has the heading's words", 60, in_each_note(first_sentence)),
    Rule("bare-order", "an order names its case", 80, in_each_note(bare_order)),
    Rule("elliptic-start", "a sentence does not lean on the one before", 60, in_each_note(elliptic_start)),
    Rule("ownerless", "a noun has its owner in the same sentence", 80, in_each_note(ownerless_noun)),
    Rule("pronoun-start", "a sentence names its subject", 0, in_each_note(pronoun_start)),
    Rule("usual-values", "usual values are those of something", 0, in_each_note(usual_values)),
    Rule("undated", "what is recent has a year", 0, in_each_note(undated)),
    Rule("formula-heavy", "a sentence can be read out", 0, in_each_note(formula_heavy)),
    Rule("long-section", "a section has at most 160 words", 0, in_each_note(long_section)),
    Rule("python", "a Python block parses", 0, in_each_note(broken_python)),
    Rule("volatile-heading", "a volatile heading exists", 0, in_each_note(unknown_volatile)),
    Rule("volatile-year", "figures in a volatile section have a year", None, in_each_note(volatile_without_year)),
    Rule("see-also", "a note leads to two others", 0, in_each_note(few_see_also)),
    Rule("dead-link", "a link leads to a file", 0, dead_links),
    Rule("missing-figure", "a figure is there and stands alone", 0, missing_figures),
    Rule("unused-figure", "a figure is shown by a note", 0, unused_figures),
    Rule("undefined-term", "a term of three notes is defined in one", 0, undefined_terms),
)
