"""A question that asks what something is names it, and a heading that defines it has the same name."""

import pytest

from assistant.core.subjects import subjects_of, subjects_of_heading


@pytest.mark.parametrize(
    "asked, heading",
    [
        ("What is k-means?", "What is k-means clustering?"),
        ("whats dropout", "What is dropout in a neural network?"),
        ("What are embeddings?", "What is an embedding?"),
        ("f1 score", "What is the F1 score?"),
        ("LSTM", "What is an LSTM (long short-term memory)?"),
        ("define long short-term memory", "What is an LSTM (long short-term memory)?"),
        ("What is R squared?", "What is R squared and what is a good value?"),
        ("what does SGD stand for", "What is SGD?"),
        ("What is Adam?", "What is the Adam optimizer?"),
    ],
)
def test_a_name_is_the_same_however_it_is_asked_for(asked, heading):
    assert subjects_of(asked) & subjects_of_heading(heading)


@pytest.mark.parametrize(
    "asked, heading",
    [
        ("What is bias?", "What is the bias-variance tradeoff?"),
        ("What is recall?", "What is recall@k in retrieval?"),
        ("What is a kernel?", "What is a kernel in a CNN?"),
        ("What is contrastive loss?", "What is contrastive learning?"),
        ("What is C?", "What is C++?"),
    ],
)
def test_another_name_is_another(asked, heading):
    assert not subjects_of(asked) & subjects_of_heading(heading)


@pytest.mark.parametrize(
    "text",
    ["", "?", "What happens to dropout at test time?", "Why is my loss NaN?", "How do I choose a learning rate?"],
)
def test_other_questions_ask_for_no_definition(text):
    assert subjects_of(text) == frozenset()


def test_a_question_with_a_second_part_asks_for_more_than_a_definition():
    """Its second part would go unanswered, were it answered from the section that defines the first."""
    asked = "What is dropout and what happens at test time?"
    assert "dropout" not in subjects_of(asked) and "dropout" in subjects_of_heading(asked)


def test_a_name_has_a_usual_length():
    assert subjects_of(f"What is {'x' * 61}?") == frozenset()
