"""Questions that want a list, and what an exception or a negation takes out of it."""

import time

import pytest

from assistant.understanding.lists import excluded, wants_list, without_exclusion


@pytest.mark.parametrize(
    "question",
    [
        "list all optimizers",
        "ways to handle class imbalance, list please",
        "which optimizers are there?",
        "what kinds of pooling exist",
        "name three loss functions",
        "pros and cons of gradient checkpointing",
        "steps to fine-tune a model",
        "What are the gates in an LSTM?",
        "In which formats / runtimes can a model be exported",
        "prompting techniques, make me a list",
        "My labels are noisy. Which approaches help?",
        "imbalanced classes, what else can I do",
        "frameworks besides PyTorch",
        "tools for experiment tracking?",
        "name self-supervised methods",
        "which parts is a transformer block made of",
        "What must I never do with the test set? tick list",
    ],
)
def test_a_list_is_wanted(question):
    assert wants_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "what is dropout",
        "What are embeddings?",
        "what causes exploding gradients",
        "what happens with the bias",
        "which works better, Adam or SGD",
        "Which Python tool lets me serve a model?",
        "what are the differences between Adam and SGD",
        "which loss should I use",
        "why does my list of tensors not train",
        "What bias does dropout have?",
        "how is a nn.ModuleList different from a python list",
    ],
)
def test_no_list_is_wanted(question):
    assert not wants_list(question)


@pytest.mark.parametrize(
    ("question", "things", "rest"),
    [
        ("which optimizers do not use momentum", ("momentum",), "which optimizers"),
        ("Activations other than ReLU?", ("ReLU",), "Activations?"),
        ("how to regularize without dropout?", ("dropout",), "how to regularize?"),
        ("detectors that don't need anchors", ("anchors",), "detectors"),
        ("which AI chips are not from nvidia", ("nvidia",), "which AI chips"),
        ("Metrics other than accuracy for rare positives", ("accuracy",), "Metrics for rare positives"),
        ("which optimizers besides Adam, SGD and RMSprop", ("Adam", "SGD", "RMSprop"), "which optimizers"),
        ("imbalanced classes but I do not want to resample, what else", ("resample",), "imbalanced classes, what else"),
        ("which generative models are there (no GAN)", ("GAN",), "which generative models are there"),
        ("classifiers that use no convolutions", ("convolutions",), "classifiers"),
        ("object detectors without anchor boxes", ("anchor boxes",), "object detectors"),
        ("losses for regression which are not squared", ("squared",), "losses for regression"),
        ("models that are neither RNN nor transformer", ("RNN", "transformer"), "models"),
        ("vision learning which needs no negative pairs", ("negative pairs",), "vision learning"),
        ("LLM decoding that is not random", ("random",), "LLM decoding"),
        ("adapt it without training it - what are the options?", ("training",), "adapt it - what are the options?"),
    ],
)
def test_what_is_excluded_is_named_and_left_out(question, things, rest):
    assert excluded(question) == things
    assert without_exclusion(question) == rest


@pytest.mark.parametrize(
    "question",
    [
        "why does my loss not decrease",
        "without bias correction what happens",
        "what happens without bias correction",
        "is it not the same",
        "why do transformers train badly without warmup",
        "does it work without a GPU",
        "How does GRPO get its advantage without a critic?",
        "how do I multiply the Hessian with a vector without storing it",
        "how should code be written that runs with or without a GPU",
        "for which parameters should weight decay not be used",
        "What sets RL on LLMs apart from classic RL?",
        "Which pages treat frameworks other than the main one?",
        "my network is not learning, what is wrong",
        "my model without dropout overfits",
        "which layers are not affected by eval mode",
        "a loss that is not decreasing",
        "",
    ],
)
def test_a_lack_that_is_asked_about_is_no_exclusion(question):
    assert excluded(question) == ()
    assert without_exclusion(question) == question


@pytest.mark.parametrize(
    "text",
    [
        *("without x " * 2_000, "which " * 3_300, " " * 20_000 + "x", "not no " * 3_000, "list " * 4_000, "," * 20_000),
        *("other than " * 1_800, "a. " * 6_600, "what are the " * 1_500, "(not " * 4_000, "s is not " * 2_200),
    ],
)
def test_no_message_takes_long(text):
    began = time.process_time()
    wants_list(text)
    excluded(text)
    without_exclusion(text)
    assert time.process_time() - began < 0.5
