"""What is said before the notes' own words."""

from assistant.chat.looking import Look
from assistant.chat.remarks import told_of
from assistant.core.records import Retrieval
from assistant.understanding.kinds import Kind
from assistant.understanding.understand import Understood


def remark(uncovered=(), names=()):
    seen = Look(Retrieval("q", "q", (), True, 0.9), (), tuple(uncovered))
    return told_of(Understood(Kind.QUESTION, unknown_terms=tuple(names)), seen).remark


def test_nothing_is_said_where_all_is_answered():
    assert remark() == ""


def test_what_leads_to_the_notes_words_comes_last():
    assert remark(["how do I boil eggs"], ["KRONIX"]) == (
        "The notes do not mention KRONIX. The notes do not cover “how do I boil eggs”. "
        "On the rest of the question they say:"
    )


def test_a_part_whose_name_no_note_holds_is_not_said_to_be_uncovered_as_well():
    expected = "The notes do not mention KRONIX. On the rest of the question they say:"
    assert remark(["how do I use KRONIX"], ["KRONIX"]) == expected
