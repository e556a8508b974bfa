"""What a question is about, told from its frame and from the section that answered it."""

import pytest

from assistant.understanding.following.subject import subject_of


@pytest.mark.parametrize(
    "question, subject",
    [
        ("how does Adam work", "Adam"),
        ("What is the purpose of experience replay in deep Q-learning?", "experience replay in deep Q-learning"),
        ("why do we use dropout in CNNs", "dropout in CNNs"),
        ("what is the difference between L1 and L2 regularization?", "L1 and L2 regularization"),
        ("Adam vs SGD", "Adam and SGD"),
        ("How do DDPG, TD3 and SAC differ from each other?", "DDPG, TD3 and SAC"),
        ("explain to me backpropagation please", "backpropagation"),
        ("overfitting what is it", "overfitting"),
        ("data leakage, what do they mean with it", "data leakage"),
        ("in RL what is the policy", "policy in RL"),
        ("what is the right way to keep a trained model on disk", "keep a trained model on disk"),
        ("how do I choose the learning rate", "learning rate"),
        ("how big are the weights of a 7B model in fp16", "weights of a 7B model in fp16"),
        ("how does Stable Diffusion generate a image?", "Stable Diffusion"),
        ("What is a U-shaped... no, what is the double descent thing? I read of it in a forum", "double descent"),
        ("What is VQA, and how do models solve it?", "VQA"),
        ("what does the RPN do in Faster R-CNN?", "RPN in Faster R-CNN"),
        ("f1 score", "f1 score"),
        ("how do I do it", ""),
        ("", ""),
    ],
)
def test_the_frame_of_a_question_holds_its_subject(question, subject):
    assert subject_of(question) == subject


@pytest.mark.parametrize(
    "question, section, subject",
    [
        ("why do transformers need warmup", "a/b.md#Why is learning-rate warmup needed?", "warmup"),
        ("does the flash attention trick cost accuracy", "a/flash-attention.md#Is it exact?", "flash attention"),
        ("is batch norm slower in training", "a.md#Norms › Is batch norm slow?", "batch norm"),
        ("my rnn gradients blow up, someone said clip them", "a.md#What is gradient clipping?", "gradient clipping"),
        ("how does a trained model compare", "a.md#Which embedding model should I choose?", "trained model"),
    ],
)  # fmt: skip
def test_what_the_question_and_its_section_both_name_is_the_surest(question, section, subject):
    assert subject_of(question, section) == subject


def test_a_story_is_cut_to_what_a_search_can_use():
    assert len(subject_of("what is " + "a very deep network of " * 30).split()) <= 9
