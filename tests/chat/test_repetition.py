"""An answer ends where it begins to repeat itself."""

import pytest

from assistant.chat.repetition import without_repetition

FIRST = "Dropout sets random units to zero during training."
COUNTED = "One two three four five six seven eight nine ten eleven twelve."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"{FIRST} {FIRST}", FIRST),
        (
            f"{FIRST} It prevents co-adaptation of the units. {FIRST} More.",
            f"{FIRST} It prevents co-adaptation of the units.",
        ),
        (f"{FIRST} So dropout sets random units to zero during training.", FIRST),
        (f"{FIRST}\n\n{FIRST}", FIRST),
        ("It works well right now. It works well right now.", "It works well right now."),
        (f"{COUNTED} One two three four five six seven eight nine red green blue.", COUNTED),  # 7 of 10 triples
    ],
)
def test_a_sentence_said_again_is_cut_with_all_that_follows(text, kept):
    assert without_repetition(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        FIRST,
        f"{FIRST} Dropout sets random units to zero during",
        f"{FIRST} Weight decay shrinks the weights at every step of the optimizer.",
        "Yes. Yes. It works.",
        "It works well now. It works well now.",  # four words are too few
        f"{COUNTED} One two three four five six seven eight old red green blue.",  # 6 of 10 triples
    ],
)
def test_new_unfinished_and_very_short_sentences_go_on(text):
    assert without_repetition(text) is None
