"""Questions to ask next stand near to what was found, make sense alone, and were not asked before."""

import pytest

from assistant.chat.suggestions import as_question, suggest, suggest_nearest
from assistant.core.records import Hit, Passage


def passage(heading: str, line: int = 1, note: str = "dropout.md", topics: tuple[str, ...] = ()) -> Passage:
    return Passage(note, note.removesuffix(".md").capitalize(), heading, line, "Text.", topics)


NOTE = [
    passage("What is dropout?", 1),
    passage("Why does dropout prevent overfitting?", 5),
    passage("What happens to dropout at test time?", 9),
    passage("Which dropout rate works for transformers?", 13),
    passage("Is dropout useful beside batch normalization?", 17),
]


def found(*passages: Passage) -> list[Hit]:
    return [Hit(rank, 0.5, each) for rank, each in enumerate(passages, start=1)]


def test_the_sections_next_to_the_best_passage_come_first_the_following_one_before_the_preceding():
    assert suggest(found(NOTE[2]), NOTE, ["at test time?"]) == [
        "Which dropout rate works for transformers?",
        "Why does dropout prevent overfitting?",
        "Is dropout useful beside batch normalization?",
    ]


def test_what_was_asked_in_other_words_order_or_case_is_not_suggested():
    questions = suggest(found(NOTE[2]), NOTE, ["Transformers: which rate of DROPOUT works?"])
    assert "Which dropout rate works for transformers?" not in questions and len(questions) == 3


def test_sections_that_the_answer_was_made_from_are_not_suggested():
    questions = suggest(found(NOTE[2], NOTE[3]), NOTE, [])
    assert not {NOTE[2].heading, NOTE[3].heading} & set(questions)


def test_the_hits_take_turns():
    adam = [passage("What is Adam?", 1, "adam.md"), passage("When does Adam diverge?", 5, "adam.md")]
    assert suggest(found(NOTE[0], adam[0]), NOTE + adam, [], most=2) == [NOTE[1].heading, adam[1].heading]


def test_a_note_with_one_section_leads_to_related_notes():
    alone = passage("What is pruning?", 1, "pruning.md", ("compression",))
    related = passage("How far can weights be quantized?", 1, "quantization.md", ("compression", "hardware"))
    other = passage("Who invented backpropagation?", 1, "history.md", ("history",))
    assert suggest(found(alone), [other, alone, related], []) == [related.heading]


def test_without_hits_there_is_nothing_to_suggest():
    assert suggest([], NOTE, []) == []


@pytest.mark.parametrize(
    "heading, question",
    [
        ("Why is my loss NaN?", "Why is my loss NaN?"),
        ("Training › Why is my loss NaN?", "Why is my loss NaN?"),
        ("What T5 is", "What is T5?"),
        ("What word embeddings are", "What are word embeddings?"),
        ("Best-of-n sampling and verifiers", "Best-of-n sampling and verifiers"),
        ("Limits", "Dropout: Limits"),
        ("Usual limits", "Dropout: Usual limits"),
        ("What it costs", "What it costs"),
        ("Dropout limits", "Dropout limits"),
        ("", ""),
        ("x" * 100 + "?", ""),
    ],
)
def test_a_heading_becomes_something_to_ask(heading, question):
    assert as_question(passage(heading)) == question


def test_a_heading_that_leans_on_another_one_is_not_suggested():
    assert suggest(found(NOTE[0]), [NOTE[0], passage("Why is it used?", 5)], []) == []


def test_for_a_question_beyond_the_notes_the_nearest_sections_are_suggested():
    assert suggest_nearest(found(NOTE[0], NOTE[3]), ["What is dropout?"]) == [NOTE[3].heading]


def test_what_has_nothing_to_do_with_the_question_is_not_suggested():
    assert suggest_nearest([Hit(1, 0.2, NOTE[0])], ["How long do I boil eggs?"]) == []


def test_a_note_with_few_sections_leaves_its_turns_to_the_others():
    adam = [passage("What is Adam?", 1, "adam.md"), passage("When does Adam diverge?", 5, "adam.md")]
    assert suggest(found(adam[0], NOTE[0]), NOTE + adam, [], most=9) == [
        adam[1].heading,
        *(section.heading for section in NOTE[1:]),
    ]
