"""A term that has a section of its own is covered, and that section comes first."""

from fakes import WordEmbedder, retriever_of, write_notes

from assistant.core.records import Passage
from assistant.retrieval.index.definitions import Definitions
from assistant.retrieval.note_store import NoteStore

NOTES = """# Metrics

## Recall and precision, traded against one another with recall

Recall rises and precision falls: recall, recall and recall again against precision.

## What is recall?

The share of the positives that were found is its value.
"""


def passage(heading: str, note: str = "a.md") -> Passage:
    return Passage(note, "A", heading, 1, "text", ())


def test_rows_are_found_by_any_name_of_their_heading():
    found = Definitions.of([passage("Why?"), passage("What is an LSTM (long short-term memory)?")])
    assert found.defining("what is an lstm") == [1] == found.defining("long short-term memory")
    assert found.defining("How does an LSTM work inside?") == []


def test_only_the_first_passage_of_a_section_opens_with_the_definition():
    assert Definitions.of([passage("What is Adam?"), passage("What is Adam?")]).defining("Adam") == [0]


def test_a_heading_that_is_no_question_defines_nothing():
    assert Definitions.of([passage("Recall")]).defining("recall") == []


def test_private_notes_stand_behind_the_shared_ones():
    shared, own = Definitions.of([passage("What is Adam?")]), Definitions.of([passage("What is Adam?", "private:b")])
    assert shared.beside(own, 1).defining("Adam") == [0, 1]
    assert shared.beside(Definitions(), 1) is shared


def test_the_section_that_defines_the_term_comes_first_and_covers_the_question(tmp_path):
    embedder = WordEmbedder()
    catalog = NoteStore(write_notes(tmp_path / "notes", metrics=NOTES), tmp_path / "index", embedder).catalog()
    found = retriever_of(embedder).find(catalog, "recall")
    assert found.covered and found.hits[0].passage.heading == "What is recall?"
    assert retriever_of(embedder).find(catalog, "against recall and precision traded").hits[0].passage.heading != (
        "What is recall?"
    )
