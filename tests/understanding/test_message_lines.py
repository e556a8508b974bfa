"""The lines of a pasted message are told apart."""

import pytest

from assistant.understanding.messages.message_lines import Line, LineKind, lines_of

TRACEBACK = """\
Epoch 1:   0%|          | 0/3750 [00:02<?, ?it/s]
[rank1]: Traceback (most recent call last):
[rank1]:   File "train.py", line 131, in <module>
[rank1]:     main()
RuntimeError: CUDA out of memory.

what can I do?"""


def test_a_traceback_between_a_bar_and_a_question():
    assert [line.kind for line in lines_of(TRACEBACK)] == [
        LineKind.LOG,
        LineKind.FRAME,
        LineKind.FRAME,
        LineKind.FRAME,
        LineKind.ERROR,
        LineKind.BLANK,
        LineKind.PROSE,
    ]


def test_a_traceback_that_arrived_on_one_line_is_taken_apart():
    lines = lines_of(" ".join(TRACEBACK.splitlines()[1:5]))
    assert lines[-1] == Line(LineKind.ERROR, "RuntimeError: CUDA out of memory.")
    assert LineKind.FRAME in {line.kind for line in lines}


def test_words_before_an_error_are_the_askers_own():
    assert lines_of("on cpu it says: RuntimeError: bad input") == (
        Line(LineKind.PROSE, "on cpu it says:"),
        Line(LineKind.ERROR, "RuntimeError: bad input"),
    )
    assert lines_of("/lib/image.py:147: RuntimeWarning: bad cast") == (
        Line(LineKind.ERROR, "RuntimeWarning: bad cast"),
    )


def test_an_error_goes_on_below_its_name():
    lines = lines_of("UserWarning: \nThe card is too new.\n\nRuntimeError: a\n\tsize mismatch for fc.weight\nwhy?")
    assert [line.kind for line in lines if line.kind != LineKind.BLANK] == [LineKind.ERROR] * 4 + [LineKind.PROSE]


@pytest.mark.parametrize(
    "line, kind",
    [
        ("loss = criterion(out, y)", LineKind.CODE),
        ("obs, reward, done, info = env.step(action)", LineKind.CODE),
        ("for x, y in loader:", LineKind.CODE),
        (">>> import torch", LineKind.CODE),
        ("        return self.fc(x)", LineKind.CODE),
        ("raise ValueError(message)", LineKind.CODE),
        ("Epoch 3 loss 0.4 acc 0.8", LineKind.LOG),
        ("{'loss': 1.2, 'grad_norm': 3.4}", LineKind.LOG),
        ("938/938 [====] - 3s 3ms/step - loss: 0.35", LineKind.LOG),
        ("batch_size: 8", LineKind.LOG),
        ("INFO 05-11 10:02:46 runner.py:1067] Loading the weights took a while", LineKind.LOG),
        ("ERROR: No matching distribution found for torch", LineKind.ERROR),
        ("AssertionError", LineKind.ERROR),
        ("I am on Windows, num_workers=4. With 0 it runs.", LineKind.PROSE),
        ("why do I get a RuntimeError in backward", LineKind.PROSE),
        ("What is the learning rate if I have 4 GPUs and batch 32?", LineKind.PROSE),
        ("```python", LineKind.BLANK),
    ],
)
def test_kinds_of_single_lines(line, kind):
    assert [each.kind for each in lines_of(line)] == [kind]
