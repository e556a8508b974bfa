"""For an error, code or a log, what matters of it is searched and not all of it."""

import pytest

from assistant.understanding.messages.error_query import LONGEST, error_query

FRAMES = """\
Traceback (most recent call last):
  File "/home/me/train.py", line 48, in <module>
    out = model(x)
  File "/usr/lib/python3.11/site-packages/torch/nn/modules/linear.py", line 116, in forward
    return F.linear(input, self.weight, self.bias)
"""


def test_the_error_the_question_and_the_object_are_left_of_a_traceback():
    message = (
        FRAMES + "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x8192 and 2048x128)\n\nwhat is wrong?"
    )
    assert error_query(message) == "RuntimeError: mat1 and mat2 shapes cannot be multiplied what is wrong? F.linear"


@pytest.mark.parametrize(
    "error, left",
    [
        (
            "RuntimeError: CUDA error: device-side assert triggered",
            "RuntimeError: CUDA error: device-side assert triggered",
        ),
        ("OSError: /home/me/x.bin is missing, see https://a.b/c", "OSError: is missing, see"),
        ("RuntimeError: bad pointer 0x7f3a2c at entry 12", "RuntimeError: bad pointer at entry"),
        ("KeyError: 'labels'", "KeyError: 'labels'"),
        ("ValueError: train/test split of F1 scores", "ValueError: train/test split of F1 scores"),
    ],
)
def test_what_is_of_one_run_alone_goes(error, left):
    assert error_query(error) == left


def test_the_last_error_counts_and_a_warning_only_without_one():
    assert error_query("ValueError: one\n\nKeyError: two\n\nUserWarning: three") == "KeyError: two"
    assert error_query("UserWarning: three") == "UserWarning: three"


def test_the_askers_own_numbers_stay():
    query = error_query("12 GB card, batch 16\nRuntimeError: CUDA out of memory. Tried to allocate 512.00 MiB")
    assert "12 GB card, batch 16" in query and "512" not in query


def test_what_holds_on_to_memory_is_named_when_memory_is_the_matter():
    code = "for x, y in loader:\n    loss = f(x, y)\n    loss.backward()\n    opt.step()\n    total_loss += loss\n"
    assert "loss.item()" in error_query(code + "RuntimeError: CUDA out of memory")
    assert "loss.item()" not in error_query(code + "RuntimeError: bad shapes")
    assert "loss.item()" not in error_query(
        code.replace("+= loss", "+= loss.item()") + "RuntimeError: CUDA out of memory"
    )


def test_evaluation_that_records_its_graph_is_named():
    code = "model.eval()\nfor x, y in val_loader:\n    out = model(x)\nRuntimeError: CUDA out of memory"
    assert "evaluation without torch.no_grad()" in error_query(code)
    assert "evaluation without" not in error_query("with torch.no_grad():\n    " + code)


def test_a_training_loop_without_a_step_is_seen():
    loop = "for x, y in loader:\n    opt.zero_grad()\n    loss = f(model(x), y)\n    loss.backward()\n"
    assert "optimizer.step() is missing" in error_query(loop)
    assert "missing" not in error_query(loop + "    opt.step()\n")
    assert "zero_grad() is missing" in error_query(loop.replace("    opt.zero_grad()\n", "") + "    opt.step()\n")


def test_a_log_is_put_into_words():
    log = "\n".join(f"epoch {i} train loss {1 / i:.2f} | val loss {0.5 + i / 10:.2f}" for i in range(1, 6))
    assert error_query(log + "\nwhich epoch should I keep") == (
        "which epoch should I keep validation loss rises train loss decreases"
    )


def test_a_message_without_any_of_it_has_none():
    for message in ("what is dropout", "why do I get a RuntimeError in backward", "", "x = 3?", "Loss 0.3\nLoss 0.2"):
        assert error_query(message) is None


def test_the_query_is_short_whatever_is_pasted():
    message = FRAMES * 40 + "RuntimeError: " + "very long message " * 200 + "\n" + "I tried it all. " * 200
    assert len(error_query(message)) <= LONGEST
