"""The notes that ship with the program have the form that the retriever and the readers count on."""

import re
from collections import Counter

import pytest
from shipped import KNOWLEDGE

from assistant.core.markdown import PARSER, sentences
from assistant.core.settings import REPOSITORY
from assistant.retrieval.notes.checking.check import check, read_folder
from assistant.retrieval.notes.figure_files import read_figure
from assistant.retrieval.notes.library import read_library

LONGEST_WORDS = 160
LARGEST_FIGURE = 60_000  # bytes
SHORTEST_ALT = 20  # characters
MOST_TWINS = 60  # pairs of sections
DATE = re.compile(r"20\d\d-[01]\d-[0-3]\d")


@pytest.fixture(scope="module")
def library():
    return read_library(KNOWLEDGE)


def links_in(text: str) -> list[str]:
    """The targets of the links in a Markdown text, as its parser sees them."""
    inline = [child for token in PARSER.parse(text) for child in token.children or []]
    return [str(token.attrs["href"]) for token in inline if token.type == "link_open"]


def test_every_file_can_be_read_and_there_are_enough_of_them(library):
    assert library.skipped == ()
    assert len(library.notes) >= 160 and len(library.passages) >= 1200


def test_every_note_has_a_title_of_its_own_topics_and_a_review_date(library):
    wrong = [note.path for note in library.notes if not note.topics or not DATE.fullmatch(note.reviewed)]
    titles = Counter(note.title for note in library.notes)
    assert wrong == []
    assert [title for title, count in titles.items() if count > 1] == []


def test_every_note_names_its_references_in_full(library):
    bare = [note.path for note in library.notes if not note.references and not note.path.endswith("index.md")]
    broken = [
        (note.path, reference.title)
        for note in library.notes
        for reference in note.references
        if not (reference.author and reference.title and reference.link.startswith("http"))
        or not (isinstance(reference.year, int) and 1700 < reference.year < 2100)
    ]
    assert bare == [] and broken == []


def test_every_section_is_one_passage_of_at_most_160_words_that_begins_with_a_sentence(library):
    wrong = [
        (passage.note, passage.heading)
        for passage in library.passages
        if not (passage.heading and "›" not in passage.heading)
        or not 1 <= len(passage.text.split()) <= LONGEST_WORDS
        or not sentences(passage.text)
    ]
    assert wrong == []


def test_no_heading_occurs_twice_in_the_whole_folder(library):
    headings = Counter(re.sub(r"\W+", " ", passage.heading.lower()).strip() for passage in library.passages)
    assert [heading for heading, count in headings.items() if count > 1] == []


def test_the_list_of_sections_that_are_alike_holds_sections_pairs_once_and_reasons(library):
    page = (REPOSITORY / "docs" / "twins.md").read_text(encoding="utf-8")
    head, _line, *lines = [line for line in page.splitlines() if line.startswith("|")]
    rows = re.findall(r"^\| `([^`|]+)` \| `([^`|]+)` \| ([^|]+) \|$", "\n".join(lines), re.M)
    assert head == "| Section | Section | Why both |" and 0 < len(rows) == len(lines) <= MOST_TWINS

    pairs = Counter(frozenset((one, other)) for one, other, _reason in rows)
    sections = {f"{passage.note}#{passage.heading}" for passage in library.passages}
    assert {section for pair in pairs for section in pair} - sections == set()
    assert [pair for pair, count in pairs.items() if count > 1 or len(pair) < 2] == []
    assert [(one, other) for one, other, reason in rows if len(reason.split()) < 3] == []


def test_links_between_notes_lead_to_notes(library):
    dead = [
        (passage.note, target)
        for passage in library.passages
        for target in links_in(passage.text)
        if not target.startswith(("http://", "https://"))
        and not ((KNOWLEDGE / passage.note).parent / target.partition("#")[0]).is_file()
    ]
    assert dead == []


def test_see_also_leads_to_other_notes(library):
    paths = {note.path for note in library.notes}
    dead = [(note.path, link.path) for note in library.notes for link in note.see_also if link.path not in paths]
    own = [note.path for note in library.notes for link in note.see_also if link.path == note.path]
    assert dead == [] and own == []


def test_figures_are_there_small_and_told_in_words(library):
    wrong = []
    for passage in library.passages:
        for figure in passage.figures:
            content = read_figure(KNOWLEDGE, figure.path)
            size = (KNOWLEDGE / figure.path).stat().st_size if content else 0
            if not content or size > LARGEST_FIGURE or len(figure.alt) < SHORTEST_ALT or not figure.caption:
                wrong.append((passage.note, figure))
    assert wrong == []


def test_the_form_of_the_notes_is_within_its_budgets():
    """What exactly: python -m assistant notes check"""
    report = check(read_folder(KNOWLEDGE))
    assert {rule.name: len(report.of(rule)) for rule in report.over_budget} == {}


def test_formulas_are_closed(library):
    """A dollar sign outside code and formulas would show as one half of a formula."""
    stray = [
        (passage.note, passage.heading)
        for passage in library.passages
        for token in PARSER.parse(passage.text)
        for child in token.children or []
        if child.type == "text" and "$" in child.content
    ]
    assert stray == []
