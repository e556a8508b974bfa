"""The question book: what it names exists, says what it said, and stands there once."""

import pytest

from assistant.core.errors import AssistantError
from assistant.core.records import Passage
from assistant.core.settings import read_settings
from assistant.lab.questions.book import Row, Uncovered, read_book, read_uncovered, sections_of, write_book
from assistant.lab.questions.check import faults_of
from assistant.retrieval.notes.library import read_library

PASSAGES = [
    Passage("a.md", "Dropout", "What is dropout?", 3, "Dropout zeroes units at random. It is off at test time."),
    Passage("a.md", "Dropout", "When is dropout used in practice?", 9, "Dropout is used on large layers."),
]
SECTIONS = sections_of(PASSAGES)
DIGEST = SECTIONS["a.md#What is dropout?"].digest


def row(question="why zero units", plan=(0,), section="a.md#What is dropout?", digest=DIGEST, kind="plain"):
    return Row(section, digest, kind, question, plan)


def rules(*rows, uncovered=()):
    return [fault.rule for fault in faults_of(rows, SECTIONS, uncovered)]


def test_a_sound_row_has_no_fault():
    assert (
        rules(row(), row("is it active at test time", (1,)), uncovered=[Uncovered("other", "how to bake bread")]) == []
    )


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (row(section="a.md#Gone"), "missing-section"),
        (row(digest="00000000"), "old-plan"),
        (row(plan=(2,)), "missing-sentence"),
        (row(plan=()), "missing-sentence"),
        (row(kind="odd"), "unknown-kind"),
    ],
)
def test_each_fault_is_told(wrong, rule):
    assert rules(wrong) == [rule]


def test_a_question_that_stands_there_twice_is_told_also_among_the_uncovered():
    assert rules(row("Why zero units?"), row()) == ["repeated"]
    assert rules(row(), uncovered=[Uncovered("other", "Why zero units?")]) == ["repeated"]


def test_a_copy_of_a_heading_is_told_unless_the_heading_is_little_more_than_its_subject():
    section = "a.md#When is dropout used in practice?"
    copied = row("when is dropout used in practice", section=section, digest=SECTIONS[section].digest)
    assert rules(copied) == ["copied-heading"] and rules(row("what is dropout")) == []


def test_rows_come_back_as_they_were_written(tmp_path):
    rows = [row(), row("is it on at test time", (1, 0), kind="detail")]
    write_book(rows, tmp_path / "book.jsonl")
    assert list(read_book(tmp_path / "book.jsonl")) == rows


@pytest.mark.parametrize("line", ["no json", '{"section": "a.md#What is dropout?"}', "[]"])
def test_a_line_that_is_no_row_is_named(tmp_path, line):
    (tmp_path / "book.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(AssistantError, match="Line 1 of book"):
        read_book(tmp_path / "book.jsonl")


def test_the_shipped_book_fits_the_shipped_notes():
    sections = sections_of(read_library(read_settings().knowledge).passages)
    rows = read_book()
    faults = [fault for fault in faults_of(rows, sections, read_uncovered()) if fault.rule != "old-plan"]
    print(f"\n{len(rows)} rows, {len({row.section for row in rows})} sections, {len(faults)} faults: {faults[:5]}")
    assert not faults and len(rows) >= 24_000
