"""One message, its questions: where they are taken apart, where they stay whole, and what each is told with."""

import time

import pytest

from assistant.understanding.parts import MOST_PARTS, Part, parts_of

KNOWN = {  # how many sections of some notes hold a phrase
    "precision": 170, "recall": 130, "encoder": 200, "decoder": 120, "batch": 400, "layer normalization": 60,
    "batch normalization": 120, "train": 270, "test split": 14, "train and test split": 3, "copy": 60, "paste": 4,
    "adam": 90, "sgd": 80, "rmsprop": 30, "l1": 40, "l2 regularization": 40, "l1 regularization": 20, "lstm": 60,
    "gru": 30, "transformer": 300, "step decay": 9, "reduce on plateau": 4, "mixup": 20, "cutmix": 12, "lora": 50,
    "qlora": 20, "hnsw search": 4, "a": 4000, "momentum": 60, "weight decay": 90, "mamba": 20, "rwkv": 9,
    "choose": 300, "price": 60, "step": 500, "k-means": 30,
}  # fmt: skip


def held(phrase: str) -> int:
    return KNOWN.get(phrase.lower(), 0)


def texts(question: str, kind: str = "asked") -> list[str]:
    return [part.text for part in parts_of(question, held) if part.kind == kind]


@pytest.mark.parametrize(
    "question",
    [
        "how do batch size and learning rate interact",
        "why do we scale and shift in batchnorm",
        "how do I know when to stop and how to restart",  # both hang on "know"
        "Which learning rate and how many epochs are usual in fine-tuning?",
        "By whom and when were the well-known labs started?",
        "which optimizer trains fast and is robust",
        "How can a net learn through rounding, which has no slope?",
        "When I train longer, the loss goes up again. How do I avoid that?",
        "my loss is nan and how do I fix it",
        "what does teacher forcing do and why",
        "can I use gpt4 to grade my outputs? is that legit",
        "loss is negative, is that even possible or do i have a bug",
        "In how many places do two codes differ, and how is this number called?",
        "which optimizers are there? list all you know",
        "Can an AI hide a bad side and show it only when it sees a secret word?",
        "Why does my model write on and on when it has no EOS token?",
        "what are the pros and cons of dropout",
        "what is bag of words",
        "what is train and test split",
        "what is copy and paste",
        "explain Q and K",
        "put layer 1. on the card and layer 2. on the other",
        "Why is %pip safer than !pip?",
        "",
        "?!",
    ],
)
def test_an_ordinary_question_is_its_only_part_and_unchanged(question):
    assert parts_of(question, held) == (Part(question, "", "asked"),)


def test_a_later_question_is_told_the_subject_it_points_to():
    assert texts("what is dropout and when do I use it") == ["what is dropout", "when do I use dropout"]
    assert texts("What is a warmup, and what is its usual length?") == [
        "What is a warmup",
        "what is a warmup's usual length",
    ]
    assert texts("What causes underfitting, how do I see it and how do I fix it?") == [
        "What causes underfitting",
        "how do I see underfitting",
        "how do I fix underfitting",
    ]


def test_a_pointer_that_means_something_in_its_own_question_stays():
    assert texts("what is dropout and how do I scale the inputs so that they fit")[1] == (
        "how do I scale the inputs so that they fit"
    )
    assert (
        texts("what is LoRA and when is it better to train all weights")[1] == "when is it better to train all weights"
    )


def test_what_has_no_name_is_told_as_a_topic():
    """What "it" is in "why can a perceptron not learn XOR, and how ... it" only a reader can tell."""
    assert texts("why can a perceptron not learn XOR and how does a hidden layer solve it")[1] == (
        "a perceptron not learn XOR: how does a hidden layer solve it"
    )


def test_a_topic_before_its_questions_belongs_to_each():
    expected = ["what is reward hacking", "how do I notice reward hacking in RLHF", "reward hacking: what helps"]
    assert texts("reward hacking: what is it, how do I notice it in RLHF, and what helps?") == expected
    assert texts("reward hacking\nwhat is it?\nhow do I notice it in RLHF?\nwhat helps?") == [f"{e}?" for e in expected]


def test_a_question_without_a_name_of_its_own_is_told_the_topic():
    assert texts("How does k-means work and how do I choose k?")[1] == "k-means: how do I choose k"
    assert texts("what is posterior collapse and what can I do") == [
        "what is posterior collapse",
        "posterior collapse: what can I do",
    ]
    assert texts("what is dropout and what is the price")[1] == "dropout: what is the price"
    assert texts("what is dropout and how does RMSprop choose its step")[1] == "how does RMSprop choose its step"


def test_both_of_two_subjects_are_meant_by_which():
    assert texts("what is dropout? what is warmup? which is better?")[2] == "dropout and warmup: which is better?"


def test_a_number_can_end_a_sentence():
    assert texts("I go from batch size 32 to 256. Do I need warmup, and what else do I have to mind?") == [
        "I go from batch size 32 to 256. Do I need warmup",
        "I go from batch size 32 to 256. what else do I have to mind",
    ]


def test_a_yes_or_no_question_of_its_own_is_a_part():
    assert texts("What is KL divergence?\nIs it symmetric?") == [
        "What is KL divergence?",
        "Is KL divergence symmetric?",
    ]


def test_a_situation_is_told_with_each_question_that_needs_it():
    assert texts("My loss jumps up and down. Why is that and what should I change?") == [
        "My loss jumps up and down. Why is that",
        "My loss jumps up and down. what should I change",
    ]
    assert texts("GPU memory grows until it crashes. Typical cause? And the fix?") == [
        "GPU memory grows until it crashes. Typical cause?",
        "GPU memory grows until it crashes. the fix?",
    ]


def test_an_announcement_is_no_topic():
    assert texts("Two things: what is the dice loss, and what is a Markov decision process?") == [
        "what is the dice loss",
        "what is a Markov decision process",
    ]
    assert texts("Hi! what is dropout? what is warmup?") == ["what is dropout?", "what is warmup?"]


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("(1) what does Adagrad do (2) what problem does it have", ["1", "2"]),
        ("1. what does Adagrad do\n2. what problem does it have", ["1", "2"]),
        ("a) what does Adagrad do b) what problem does it have", ["a", "b"]),
        ("(i) what does Adagrad do (ii) what problem does it have", ["i", "ii"]),
        ("- what does Adagrad do\n- what problem does it have", ["", ""]),
    ],
)
def test_items_keep_how_they_were_numbered(question, labels):
    parts = parts_of(question, held)
    assert [part.label for part in parts] == labels
    assert [part.text for part in parts] == ["what does Adagrad do", "what problem does Adagrad have"]


def test_numbered_subjects_share_what_stands_before_them():
    parts = parts_of("explain (1) learning rate (2) momentum (3) weight decay", held)
    assert [part.text for part in parts] == ["explain learning rate", "explain momentum", "explain weight decay"]
    assert [part.label for part in parts] == ["1", "2", "3"]


def test_names_after_one_head_are_asked_apart_where_the_notes_hold_each():
    assert texts("what are precision and recall") == ["what is precision", "what is recall"]
    assert texts("explain batch and layer normalization") == [
        "explain batch normalization",
        "explain layer normalization",
    ]
    assert texts("what are momentum and weight decay in SGD") == [
        "what is momentum in SGD",
        "what is weight decay in SGD",
    ]
    assert texts("what are zorb and glib") == ["what are zorb and glib"]


def test_a_request_goes_on_in_the_order_of_a_statement():
    assert texts("tell me what attention is, how it works and why it is quadratic") == [
        "tell me what attention is",
        "how attention works",
        "why attention is quadratic",
    ]
    assert texts("dropout and how it works") == ["dropout", "how dropout works"]


def test_a_comparison_is_followed_by_its_sides():
    parts = parts_of("LSTM vs GRU vs transformer", held)
    assert [(part.kind, part.text) for part in parts] == [
        ("asked", "LSTM vs GRU vs transformer"),
        ("side", "what is LSTM"),
        ("side", "what is GRU"),
        ("side", "what is transformer"),
    ]


@pytest.mark.parametrize(
    "question",
    [
        "compare Adam with SGD",
        "Adam vs. SGD, which one should I use",
        "difference between Adam and SGD?",
        "how does Adam differ from SGD",
        "is Adam better than SGD on small sets?",
        "should I use Adam or SGD for this",
        "Adam or SGD?",
        "Adam and SGD: which is faster?",
    ],
)
def test_sides_are_found_in_each_way_of_comparing(question):
    assert texts(question) == [question]
    assert texts(question, "side") == ["what is Adam", "what is SGD"]


def test_sides_stand_behind_the_comparison_and_before_what_else_was_asked():
    parts = parts_of("difference between Adam and SGD and when to use which", held)
    assert [(part.kind, part.text) for part in parts] == [
        ("asked", "difference between Adam and SGD"),
        ("side", "what is Adam"),
        ("side", "what is SGD"),
        ("asked", "Adam and SGD: when to use which"),
    ]


def test_what_is_asked_of_each_is_asked_of_each_side():
    assert texts("mixup and cutmix: what does each do with two images?", "side") == [
        "what does mixup do with two images",
        "what does cutmix do with two images",
    ]


def test_the_sides_are_names_that_the_notes_hold():
    assert texts("L1 vs L2 regularization", "side") == ["what is L1 regularization", "what is L2 regularization"]
    assert texts("step decay vs reduce on plateau", "side") == ["what is step decay", "what is reduce on plateau"]
    assert texts("what does the knob do, 0 vs 1", "side") == []
    assert texts("Adam vs Zorbnorm", "side") == []


def test_a_side_that_was_asked_already_is_not_asked_twice():
    parts = parts_of("what is LoRA and how does it differ from QLoRA", held)
    assert [part.text for part in parts] == ["what is LoRA", "how does LoRA differ from QLoRA", "what is QLoRA"]


def test_there_are_at_most_four_parts_and_nothing_is_lost():
    parts = parts_of("1. what is Adam 2. why warmup 3. how long is it 4. which shape has it 5. what is decay", held)
    assert len(parts) == MOST_PARTS
    assert parts[-1].text.endswith("what is decay")
    assert texts("LSTM vs GRU vs Mamba vs RWKV", "side") == []  # no room for all of them


def test_code_and_long_texts_are_left_alone():
    code = "what is this and why does it fail?\n```\nx = 1\n```"
    long = "what is dropout and when do I use it " * 60
    assert parts_of(code, held) == (Part(code),)
    assert parts_of(long, held) == (Part(long),)


@pytest.mark.parametrize(
    "text",
    [
        *(
            " " * 1_990 + "x",
            "and what " * 220,
            "a, " * 650,
            "what is a and " * 140,
            "? " * 990,
            "1. " * 660,
            "- " * 990,
        ),
        *("(1) " * 490, "x vs " * 390, ": " * 990, "\n" * 1_990 + "what", "a" * 2_000, "is it " * 330, "or " * 660),
        *("what is " + "a " * 990, "compare " + "a b " * 490, "which " * 330, "how many " * 220, "it, it " * 280),
    ],
)
def test_no_message_takes_long(text):
    began = time.process_time()
    parts_of(text, held)
    assert time.process_time() - began < 0.5
