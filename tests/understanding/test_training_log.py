"""What a log shows is said in a few words, what goes wrong first."""

import pytest

from assistant.understanding.messages.training_log import trends


@pytest.mark.parametrize(
    "values, move",
    [
        ((2.3, 1.9, 1.1), "decreases"),
        ((0.5, 0.6, 0.9), "rises"),
        ((2.3027, 2.3026, 2.3026), "does not change"),
        ((2.1, 1.2, 1.9), "falls, then rises"),
        ((2.4, 2.4, 5.1, 4.0, 3.9), "spikes"),
        ((0.6, 0.1, 0.0), "falls to zero"),
        ((1.2, float("nan"), float("nan")), "becomes NaN"),
        ((0.0, 0.0, 0.0), "does not change"),
    ],
)
def test_a_series_has_one_move(values, move):
    assert trends([f"step {at} loss {value}" for at, value in enumerate(values)]) == (f"loss {move}",)


def test_names_are_written_out_and_counters_left_out():
    lines = [f"[Epoch {i}] D_loss: {0.6 / 9**i}  G_loss: {i + 1} lr 1e-{i}" for i in range(4)]
    assert trends(lines) == ("generator loss rises", "discriminator loss falls to zero")


def test_a_name_that_stands_twice_in_a_line_has_two_series():
    lines = [f"train loss {1 - i / 5} acc {i / 5} val loss 0.5 acc 0.{5 - i}" for i in range(1, 4)]
    assert trends(lines) == ("validation loss does not change", "train loss decreases", "accuracy decreases")


def test_two_lines_show_nothing():
    assert trends(["loss 1.0", "loss 2.0"]) == ()
