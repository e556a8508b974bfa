"""What leans on the turns before becomes a question that stands alone; what stands alone is left as it is."""

import time

import pytest

from assistant.core.records import Turn
from assistant.understanding.follow_up import Resolved, leans, resolve


def turns(*questions: str) -> list[Turn]:
    """A chat of these questions, each answered and searched as it was resolved."""
    made: list[Turn] = []
    for question in questions:
        made.append(Turn(question, "An answer.", searched_for=resolve(question, made).question))
    return made


def resolved(*messages: str) -> Resolved:
    """The last message in the light of those before it."""
    *before, last = messages
    return resolve(last, turns(*before))


@pytest.mark.parametrize(
    "before, message, question, subject",
    [
        ("how does Adam work", "what about RMSprop", "how does RMSprop work", "RMSprop"),
        ("what is precision?", "and recall?", "what is recall?", "recall"),
        ("what is the attention mask", "and the padding mask?", "what is the padding mask", "padding mask"),
        ("how many parameters has BERT base", "ok and BERT large?", "how many parameters has BERT large", "BERT large"),
        ("what is the encoder of a VAE", "and the decoder?", "what is the decoder of a VAE", "decoder of a VAE"),
        ("what are convolutions", "what about strided ones?", "what are strided convolutions", "strided convolutions"),
        ("explain LoRA", "the same for full fine-tuning?", "explain full fine-tuning", "full fine-tuning"),
        ("what is bagging", "and boosting, how does it work?", "how does boosting work", "boosting"),
        ("what batch size for fine-tuning BERT", "and for GPT-2?", "what batch size for fine-tuning GPT-2",
         "batch size for fine-tuning GPT-2"),
    ],
)  # fmt: skip
def test_another_item_takes_the_place_of_the_one_that_was_asked_for(before, message, question, subject):
    found = resolved(before, message)
    assert (found.question.rstrip("?"), found.intent, found.subject) == (question.rstrip("?"), "other_item", subject)


@pytest.mark.parametrize(
    "before, message, question",
    [
        ("what is learning rate warmup", "and how do I choose it?", "how do I choose learning rate warmup?"),
        ("what is label smoothing", "why does it help?", "why does label smoothing help?"),
        ("What is PPO?", "What are its drawbacks?", "What are PPO drawbacks?"),
        ("What are residual connections?", "why do deep nets need them", "why do deep nets need residual connections"),
        ("what is a learning rate", "what happens when its too high?", "what happens when learning rate is too high?"),
        ("explain LoRA", "does this technique work for images?", "does LoRA work for images?"),
        ("What is a ROC curve", "in which cases is that misleading?", "in which cases is ROC curve misleading?"),
        ("what is dropout", "and at test time?", "what is dropout at test time"),
        ("how to install torch on windows", "and on mac?", "how to install torch on mac"),
        (
            "how many epochs should I train",
            "what if data is scarce",
            "how many epochs should I train if data is scarce",
        ),
        ("what is dropout", "pros and cons?", "pros and cons of dropout"),
        ("what is dropout", "why?", "why is dropout used"),
        ("does dropout hurt with batch norm?", "why?", "why does dropout hurt with batch norm"),
        ("explain LoRA", "what does rank mean here", "what does rank mean in LoRA"),
        ("what is batch size", "does a larger one train faster?", "does a larger batch size train faster?"),
        ("what is weight decay", "is that the same as L2?", "is weight decay the same as L2?"),
        ("what is a GAN", "does spectral norm help?", "does spectral norm help for GAN"),
        ("what is a GAN", "any other tricks?", "any other tricks than GAN"),
        (
            "what is dropout",
            "tell me more about the inverted version",
            "tell me more about the inverted version of dropout",
        ),
        ("what is dropout", "could that be the reason?", "could dropout be the reason?"),
        ("what is bagging", "and the drawbacks?", "the drawbacks of bagging"),
    ],
)
def test_another_aspect_is_asked_of_the_subject(before, message, question):
    found = resolved(before, message)
    assert (found.question, found.intent, found.skip_said) == (question, "aspect", True)


@pytest.mark.parametrize(
    "message, intent, question",
    [
        ("show me in code", "code", "dropout code PyTorch example"),
        ("and how would that look in keras?", "code", "dropout code keras example"),
        ("can you give an example?", "example", "dropout example"),
        ("a worked example with numbers please", "example", "dropout worked example with numbers"),
        ("pytorch?", "code", "dropout code PyTorch example"),
        ("how would I code this up myself", "code", "dropout code PyTorch example"),
        ("tell me more", "deeper", "how does dropout work in detail"),
        ("and?", "deeper", "how does dropout work in detail"),
        ("how does it work exactly?", "deeper", "how does dropout work exactly?"),
        ("what value?", "number", "what value for dropout"),
        ("how strong?", "number", "how strong for dropout"),
        ("which value is the default?", "number", "which value is the default for dropout"),
        ("typical threshold? what number", "number", "typical threshold, what number for dropout"),
    ],
)
def test_a_request_that_names_nothing_is_one_on_the_subject(message, intent, question):
    found = resolved("what is dropout", message)
    assert (found.intent, found.question, found.subject) == (intent, question, "dropout")
    assert found.skip_said


@pytest.mark.parametrize(
    "message, intent",
    [
        ("explain it simpler", "simpler"),
        ("sorry, what?", "simpler"),
        ("I still don't get it, sorry", "simpler"),
        ("too complicated, say it like for a child", "simpler"),
        ("explain it to my manager in one sentence", "simpler"),
        ("ELI5", "simpler"),
        ("source?", "source"),
        ("which paper is this from?", "source"),
        ("are you sure?", "source"),
    ],
)
def test_the_same_in_simpler_words_or_with_its_source_is_the_question_before_and_shown_again(message, intent):
    found = resolved("why does dropout help against overfitting", message)
    assert (found.intent, found.question) == (intent, "why does dropout help against overfitting")
    assert not found.skip_said


@pytest.mark.parametrize(
    "before, message, question",
    [
        (["What is AdamW?"], "how is that different from Adam?", "difference between AdamW and Adam"),
        (["what is layer norm"], "difference to RMSNorm?", "difference between layer norm and RMSNorm"),
        (["what is weight decay"], "same as L2 or not?", "difference between weight decay and L2"),
        (["what is FSDP"], "compared with plain DDP?", "difference between FSDP and DDP"),
        (["explain q-learning"], "how does SARSA differ?", "difference between q-learning and SARSA"),
        (["what is RLHF"], "and DPO, how does it differ?", "difference between RLHF and DPO"),
        (["what is a CNN", "what is an RNN"], "compare them", "difference between CNN and RNN"),
        (["L1 vs L2 regularization"], "which one is better?", "which one is better, L1 or L2 regularization"),
        (["what is FSDP", "how is it different from DDP?"], "which is faster?", "which is faster, FSDP or DDP"),
    ],
)
def test_what_is_compared_with_the_subject_stands_beside_it(before, message, question):
    found = resolved(*before, message)
    assert (found.question, found.intent, found.skip_said) == (question, "contrast", False)


@pytest.mark.parametrize(
    "message, question, subject",
    [
        ("back to dropout", "what is dropout", "dropout"),
        ("back to the dropout: does it slow training?", "does dropout slow training?", "dropout"),
        ("going back to the first thing, why does it help", "why does dropout help", "dropout"),
        ("one more thing about dropout: does it slow training?", "does dropout slow training?", "dropout"),
        ("and the first one, why does it help?", "why does dropout help?", "dropout"),
        ("about dropout again: which rate?", "which rate for dropout", "dropout"),
        ("ok back to batch norm - where do I put it", "where do I put batch norm", "batch norm"),
        ("back to dropout: what happens at 0?", "what happens at 0 for dropout", "dropout"),
        ("back to pruning: why does it work", "why does pruning work", "pruning"),  # it was never spoken of
    ],
)
def test_an_earlier_subject_is_taken_up_again(message, question, subject):
    found = resolved("what is dropout", "what is batch norm", "what is a GAN", message)
    assert (found.question, found.intent, found.subject) == (question, "back", subject)


def test_a_subject_that_was_taken_up_again_stays_the_subject():
    chat = ("what is dropout", "what is batch norm", "back to dropout")
    assert resolved(*chat, "why does it help?").question == "why does dropout help?"


@pytest.mark.parametrize(
    "before, message, question",
    [
        ("explain the batch norm loss", "no, I meant the layer, not the loss", "explain the batch norm layer"),
        ("what is a kernel", "no, that of the SVM, not of convolution", "what is a kernel of the SVM"),
        ("How do I reduce memory?", "no, at inference, not in training", "How do I reduce memory at inference"),
        ("how does the encoder of a VAE work", "no, the decoder please", "how does the decoder of a VAE work"),
        ("how do I stop overfitting", "oh wait sorry, it is underfitting what I have", "how do I stop underfitting"),
        ("what is an agent", "not in LLMs. in reinforcement learning", "what is an agent in reinforcement learning"),
        ("how do I normalize data", "for images I mean", "how do I normalize data for images"),
        ("what is regression", "I meant logistic regression", "what is logistic regression"),
        ("what is cross entropy", "not the binary one, the categorical one", "what is the categorical cross entropy"),
        ("what is the loss of YOLO", "not YOLO, DETR", "what is the loss of DETR"),
    ],
)
def test_a_correction_puts_the_question_before_right(before, message, question):
    found = resolved(before, message)
    assert (found.question, found.intent, found.skip_said) == (question, "correction", False)


@pytest.mark.parametrize(
    "message",
    [
        "what is a GAN",
        "why does training diverge",
        "What is a positional encoding and why do RNNs not need one?",
        "What is federated learning and what problems does it have?",
        "my loss goes down but then it goes up again, what can I do",
        "does it matter which optimizer I use",
        "is it possible to train a transformer on a cpu",
        "what do you call it when the network has seen all examples once",
        "how do they make chatgpt answer so fast",
        "give me an example of data leakage",
        "code for a resnet block",
        "explain attention in simple words",
        "which optimizer should i use",
        "what is a good batch size",
        "How do COCO, VOC and YOLO annotations differ?",
        "no gradient reaches my first layer, why",
        "will it rain in Manchester on Saturday",
        "what should I take for short texts, and what for time series?",
        "Which checkpoint should be kept: the best one or the final one?",
        "after tuning it on our handbook it answers well but makes things up for anything else that we ask",
    ],
)
def test_a_question_of_its_own_is_never_dragged_to_the_subject_before(message):
    found = resolved("what is dropout", message)
    assert (found.question, found.intent, found.skip_said) == (message, "new", False)


def test_what_only_leads_in_is_taken_off_a_question_of_its_own():
    assert resolved("what is dropout", "ok thanks, and what is batch norm?").question == "what is batch norm?"
    assert resolved("what is dropout", "thanks!").question == "thanks!"


def test_without_turns_every_message_stands_alone():
    assert resolve("why does it help?", []) == Resolved("why does it help?")


def test_a_turn_that_was_not_answered_never_becomes_the_subject():
    refused = Turn("who won the world cup", "My notes do not cover this.", answered=False)
    assert resolve("and how do I choose it?", [*turns("what is dropout"), refused]).subject == "dropout"
    assert resolve("why?", [refused]).intent == "new"


def test_follow_ups_of_follow_ups_keep_the_subject():
    chat = ["what is the vanishing gradient problem", "tell me more", "why does it occur", "show me in code"]
    assert resolved(*chat, "and how do I notice it?").question == "how do I notice vanishing gradient problem?"


def test_another_item_is_asked_what_was_asked_last():
    assert resolved("explain what an LSTM is", "how many gates has it", "and GRU?").question == "how many gates has GRU"


def test_words_that_were_just_shown_need_no_subject_of_their_own():
    shown = Turn("what is k-means?", "", said=("K-means moves the centers of $k$ clusters.",))
    message = "how do I pick the number of clusters?"
    assert resolve(message, [shown]).question == "how do I pick the number of clusters for k-means"
    assert resolve(message, turns("what is dropout")).intent == "new"


def test_a_heading_that_names_what_the_question_does_gives_the_subject():
    told = Turn("my rnn gradients explode, I heard about clipping", "", sections=("a.md#What is gradient clipping?",))
    assert resolve("why?", [told]).question == "why is gradient clipping used"
    asked = Turn("why do transformers need warmup", "", sections=("a.md#Why is warmup needed?",))
    assert resolve("how long should it be?", [asked]).question == "how long should warmup be?"


def test_what_was_searched_counts_before_what_was_typed():
    misspelt = Turn("what is droput", "", searched_for="what is dropout")
    assert resolve("why does it help?", [misspelt]).question == "why does dropout help?"


def test_a_question_that_is_repeated_is_shown_whole():
    assert not resolved("what is dropout", "why does it help?", "why does it help?").skip_said
    assert resolved("what is dropout", "why does it help?", "how does it help?").skip_said


@pytest.mark.parametrize("heading, needs", [("Why does it work?", True), ("Why does dropout work?", False)])
def test_a_heading_that_points_elsewhere_is_told_from_one_that_stands_alone(heading, needs):
    assert leans(heading) is needs


@pytest.mark.parametrize(
    "text",
    [
        *(
            "no, " * 6_000,
            "it " * 9_000,
            "back to " * 4_000,
            "ok, " * 8_000,
            "a" * 20_000,
            "not x, " * 4_000,
            "?" * 20_000,
        ),
        # just short enough to be looked at
        *("and " * 100, "like " * 80, "it is " * 66, "what is " * 50, "no, " * 100, "." * 399 + "x", "not a, " * 57),
    ],
)
def test_no_message_takes_long(text):
    began = time.process_time()
    resolve(text, [Turn(text, text, text, (text,), (text,)), *turns("what is dropout", "what is Adam")])
    resolve("why does it help?", [Turn(text[:400], text)])
    assert time.process_time() - began < 1
