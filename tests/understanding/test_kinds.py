"""Each kind of message is told from the others, and whatever is not surely another kind is a question."""

import time

import pytest

from assistant.understanding.kinds import Kind, kind_of

SECONDS = 1.5  # of processor time for 20,000 characters; they take some hundredths


@pytest.mark.parametrize(
    "message, kind",
    [
        ("hi", Kind.GREETING),
        ("Thank you so much, bye!", Kind.GREETING),
        ("what can you do?", Kind.ABOUT_ASSISTANT),
        ("Hello! How many notes do you have?", Kind.ABOUT_ASSISTANT),
        ("shorter please", Kind.ABOUT_ANSWER),
        ("why?", Kind.ABOUT_ANSWER),
        ("RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x2048 and 512x10)", Kind.ERROR),
        ("Was ist der Unterschied zwischen Dropout und Weight Decay?", Kind.NOT_ENGLISH),
        ("???", Kind.NONSENSE),
        ("what is dropout", Kind.QUESTION),
        ("hi, what is dropout", Kind.QUESTION),
        ("adam vs sgd", Kind.QUESTION),
    ],
)
def test_each_kind_is_recognised(message, kind):
    assert kind_of(message, has_history=True) == kind


@pytest.mark.parametrize(
    "message",
    [
        "how do you train a model on a gpu",
        "which model should you use for text",
        "can you explain attention",
        "is my data leaking if I normalise before the split?",
        "who made pytorch",
        "which languages does multilingual BERT support",
        "how many parameters does a linear layer have",
        "give me an example of a convex loss function",
        "are you supposed to shuffle the validation set?",
        "how does chatgpt work",
        "what is an example in a batch",
        "hello world program in pytorch",
    ],
)
@pytest.mark.parametrize("has_history", [True, False])
def test_a_question_that_resembles_another_kind_is_searched(message, has_history):
    assert kind_of(message, has_history) == Kind.QUESTION


@pytest.mark.parametrize("message", ["ok", "explain the second point", "source?", "why?"])
def test_without_an_answer_before_it_nothing_is_about_one(message):
    assert kind_of(message, has_history=False) == Kind.NONSENSE


def test_a_long_message_without_subject_is_searched_where_no_answer_stands_before_it():
    message = "why does it always get worse when you do it again"
    assert kind_of(message, has_history=True) == Kind.ABOUT_ANSWER
    assert kind_of(message, has_history=False) == Kind.QUESTION


@pytest.mark.parametrize(
    "message, kind",
    [
        ("are you sure", Kind.ABOUT_ANSWER),
        ("can you say that again", Kind.ABOUT_ANSWER),
        ("do you have a reference for this", Kind.ABOUT_ANSWER),
        ("you did not answer my question", Kind.ABOUT_ANSWER),
        ("are you ever wrong", Kind.ABOUT_ASSISTANT),
        ("do your answers have references", Kind.ABOUT_ASSISTANT),
        ("what can you do", Kind.ABOUT_ASSISTANT),
    ],
)
def test_behind_an_answer_a_request_is_about_that_and_a_question_on_habits_about_the_assistant(message, kind):
    assert kind_of(message, has_history=True) == kind


def test_this_is_the_answer_behind_an_answer_and_the_page_at_the_start():
    assert kind_of("how does this work", has_history=True) == Kind.ABOUT_ANSWER
    assert kind_of("how does this work", has_history=False) == Kind.ABOUT_ASSISTANT
    assert kind_of("how does this page work", has_history=True) == Kind.ABOUT_ASSISTANT


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "hi ",
        "\n",
        "x = ",
        "a.",
        "aError: ",
        "/a",
        "a/",
        "[1, ",
        "(",
        "1 ",
        "loss 0.1 acc 0.2\n",
        "x = f(a, b)\n",
        'File "a.py", line 3 ',
        "'a",
        "a-",
        "?",
        "什",
        "ж ",
        "😀",
        "thanks, ",
        " ^",
        "b, ",
        "[rank0]: ",
        "AaBb",
        "# ",
        "https://",
        "epoch 1 ",
        "for x in y ",
        "x.append(loss)\n",
        "loss += ",
        "é",
        "10%|",
        "Traceback (most ",
    ],
)
def test_no_message_takes_a_time_that_grows_with_the_square_of_its_length(part):
    message = part * (20_000 // len(part))
    began = time.process_time()
    kind_of(message, has_history=True)
    assert time.process_time() - began < SECONDS
