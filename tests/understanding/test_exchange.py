"""An item takes the place of what is most like it."""

import pytest

from assistant.understanding.following.exchange import exchanged, with_place


@pytest.mark.parametrize(
    "question, subject, item, made",
    [
        ("how many gates has an LSTM", "LSTM", "GRU", "how many gates has GRU"),
        ("what does beta1 of Adam do", "beta1 of Adam", "beta2", "what does beta2 of Adam do"),
        ("what does beta1 of Adam do", "beta1 of Adam", "RMSprop", "what does beta1 of RMSprop do"),
        ("explain batch norm", "batch norm", "layer norm", "explain layer norm"),
        ("how do I stop overfitting", "stop overfitting", "underfitting", "how do I stop underfitting"),
        ("how much memory does Adam need", "Adam", "AdamW", "how much memory does AdamW need"),
        (
            "what is data parallel training",
            "data parallel training",
            "tensor parallelism",
            "what is tensor parallelism",
        ),
        ("explain the transformer", "transformer", "LSTM", "explain LSTM"),
        ("what is it", "", "GRU", "what is it GRU"),
    ],
)
def test_the_most_alike_is_taken_out(question, subject, item, made):
    assert exchanged(question, subject, item).question == made


def test_what_was_named_as_not_meant_is_taken_out_before_all_else():
    made = exchanged("does Adam suit BERT", "Adam", "GPT", instead_of="BERT")
    assert (made.question, made.subject) == ("does Adam suit GPT", "GPT")


def test_the_subject_changes_where_the_item_stands_in_it():
    assert exchanged("how does the encoder of a VAE work", "encoder of a VAE", "decoder").subject == "decoder of a VAE"


@pytest.mark.parametrize(
    "question, place, made",
    [
        ("how big is a 7B model in fp16 on disk?", "in 4 bit", "how big is a 7B model in 4 bit on disk"),
        ("what is dropout?", "at test time", "what is dropout at test time"),
    ],
)
def test_a_circumstance_replaces_that_with_the_same_preposition_or_is_added(question, place, made):
    assert with_place(question, place) == made
