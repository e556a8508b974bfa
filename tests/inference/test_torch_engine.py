"""The reference engine on a tiny GPT-2: transformers' own text, stoppable within one token, one at a time."""

import engine_checks as checks
import pytest

from assistant.core.errors import ModelError
from assistant.inference.decoding import Decoding
from assistant.inference.engines.torch_engine import TorchEngine

WAITING = 2


def start(folder) -> TorchEngine:
    return TorchEngine(str(folder), checks.INFO, waiting=WAITING, threads=1)


@pytest.fixture(scope="module")
def engine(tiny_checkpoint):
    started = start(tiny_checkpoint)
    yield started
    started.close()


@pytest.mark.parametrize("decoding", [checks.GREEDY, checks.BEAMS], ids=["greedy", "seed recipe"])
def test_the_text_is_that_of_transformers(engine, tiny_checkpoint, decoding):
    assert checks.answer(engine, decoding) == checks.expected(tiny_checkpoint, decoding) != ""


@pytest.mark.parametrize("check", checks.EVERY_ENGINE, ids=lambda check: check.__name__)
def test_it_does_what_every_engine_must(engine, check):
    check(engine)


def test_places_are_limited_and_announced(engine):
    checks.check_queue(engine, 1, WAITING)


def test_tokens_are_counted_as_the_model_does(engine, tiny_checkpoint):
    checks.check_counts(engine, tiny_checkpoint)


def test_the_window_is_that_of_the_model(engine):
    assert (engine.info.window, engine.info.engine) == (96, "torch")


def test_beam_search_can_be_cancelled(engine):
    held_at = engine.counters().cancelled
    pieces = []
    cancel = engine.submit(
        checks.Request("the loss", Decoding("custom", max_new_tokens=80, num_beams=5)), pieces.append
    )
    assert checks.until(lambda: pieces)
    cancel()
    assert checks.until(lambda: pieces[-1].finish != "")
    assert pieces[-1].finish == "cancelled" and pieces[-1].tokens < 80
    assert engine.counters().cancelled == held_at + 1


def test_closing_ends_everything(tiny_checkpoint):
    checks.check_close(start(tiny_checkpoint))


def test_a_folder_without_a_model_is_an_error_for_the_user(tmp_path):
    with pytest.raises(ModelError, match="cannot be loaded"):
        start(tmp_path)
