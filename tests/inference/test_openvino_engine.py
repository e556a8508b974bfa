"""The CPU engine on a tiny GPT-2: the same text as transformers, stoppable within one token, fair and bounded."""

import threading
from dataclasses import replace

import engine_checks as checks
import pytest

from assistant.core.errors import ModelError
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Request, stream_from
from assistant.inference.engines.openvino_engine import OpenVinoEngine

RUNNING, WAITING = 2, 2


def start(folder) -> OpenVinoEngine:
    return OpenVinoEngine(folder, checks.INFO, running=RUNNING, waiting=WAITING, cache_bytes=2**28, threads=1)


@pytest.fixture(scope="module")
def engine(tiny_converted):
    started = start(tiny_converted)
    yield started
    started.close()


@pytest.mark.parametrize("decoding", [checks.GREEDY, checks.BEAMS], ids=["greedy", "seed recipe"])
def test_the_text_is_that_of_transformers(engine, tiny_checkpoint, decoding):
    assert checks.answer(engine, decoding) == checks.expected(tiny_checkpoint, decoding) != ""


@pytest.mark.parametrize("check", checks.EVERY_ENGINE, ids=lambda check: check.__name__)
def test_it_does_what_every_engine_must(engine, check):
    check(engine)


def test_places_are_limited_and_announced(engine):
    checks.check_queue(engine, RUNNING, WAITING)


def test_tokens_are_counted_as_the_model_does(engine, tiny_checkpoint):
    checks.check_counts(engine, tiny_checkpoint)


def test_several_at_once_get_the_text_that_each_would_get_alone(engine):
    prompts = ["the loss", "the weights follow"]
    alone = [checks.answer(engine, prompt=prompt) for prompt in prompts]
    together = ["", ""]

    def ask(at):
        together[at] = checks.answer(engine, prompt=prompts[at])

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_beam_search_shows_progress_before_its_text(engine):
    pieces = []
    done = threading.Event()

    def sink(piece):
        pieces.append(piece)
        if piece.finish:
            done.set()

    engine.submit(Request(checks.PROMPT, checks.BEAMS), sink)
    assert done.wait(60)
    assert [piece.tokens for piece in pieces if not piece.text][:3] == [1, 2, 3]
    assert not any(piece.text for piece in pieces[:-2])  # the text comes at once, at the end
    assert "".join(piece.text for piece in pieces) == checks.answer(engine, checks.BEAMS)


def test_beams_in_stages_stream_and_each_goes_on_from_the_likeliest(engine):
    stages = replace(checks.BEAMS, beam_stage=8)
    pieces = list(stream_from(engine, Request(checks.PROMPT, stages)))
    first, *_, last = [piece for piece in pieces if piece.text]
    assert first.tokens == 8 and not first.finish and last.tokens > 8
    alone = checks.answer(engine, replace(checks.BEAMS, max_new_tokens=8))
    assert first.text.rstrip("\ufffd") == alone.rstrip("\ufffd") != ""
    assert pieces[-1].finish in ("stop", "length") and pieces[-1].tokens <= checks.BEAMS.max_new_tokens


class Recorded:
    """A pipeline that notes the tokens of the prompts that it is given."""

    def __init__(self, pipeline):
        self._pipeline = pipeline
        self.prompts = []

    def __getattr__(self, name):
        return getattr(self._pipeline, name)

    def add_request(self, number, ids, config):
        self.prompts.append(ids.data[0].tolist())
        return self._pipeline.add_request(number, ids, config)


def test_each_stage_reads_the_prompt_and_all_that_was_kept_before(engine, monkeypatch):
    recorded = Recorded(engine._pipeline)
    monkeypatch.setattr(engine, "_pipeline", recorded)
    checks.answer(engine, Decoding("custom", max_new_tokens=24, num_beams=3, early_stopping=True, beam_stage=8))
    first, second, third = recorded.prompts
    assert second[: len(first)] == first and len(second) == len(first) + 8
    assert third[: len(second)] == second and len(third) == len(second) + 8


def test_beams_that_a_small_cache_cuts_do_not_look_complete(tiny_converted, monkeypatch):
    monkeypatch.setattr("assistant.inference.engines.openvino_pipeline.LEAST_BLOCKS", 3)
    small = OpenVinoEngine(tiny_converted, checks.INFO, running=1, waiting=1, cache_bytes=1, threads=1)
    try:
        whole = Decoding("custom", max_new_tokens=60, num_beams=5, early_stopping=True)
        for decoding in (whole, replace(whole, beam_stage=16)):
            *_, last = stream_from(small, Request(checks.PROMPT, decoding))
            assert last.finish == "length" and last.tokens < 60
    finally:
        small.close()


def test_one_stage_that_holds_the_answer_is_the_whole_search(engine):
    whole = Decoding("custom", max_new_tokens=16, num_beams=3, early_stopping=True)
    assert checks.answer(engine, replace(whole, beam_stage=16)) == checks.answer(engine, whole)


def test_a_stop_text_ends_the_stages(engine):
    stages = Decoding("custom", max_new_tokens=40, num_beams=3, early_stopping=True, beam_stage=8)
    text = checks.answer(engine, stages)
    stop = text[len(text) // 2 :][:3]
    before = engine.counters().tokens
    assert checks.answer(engine, stages, (stop,)) == text[: text.index(stop)]
    assert engine.counters().tokens - before < 40


def test_stages_are_cancelled_like_any_answer(engine):
    stages = Decoding("custom", max_new_tokens=64, num_beams=3, early_stopping=True, beam_stage=4)
    held = checks.Held()
    cancel = engine.submit(Request(checks.PROMPT, stages), held)
    assert held.reached.wait(60)
    cancel()
    held.go.set()
    assert checks.until(lambda: held.finish == "cancelled")
    assert engine.counters().running == 0


def test_the_most_beams_that_are_allowed_can_be_served(engine):
    assert checks.answer(engine, Decoding("custom", max_new_tokens=8, num_beams=10, early_stopping=True))


def test_closing_ends_everything(tiny_converted):
    checks.check_close(start(tiny_converted))


@pytest.mark.parametrize("content", [None, "<broken/>"])
def test_a_folder_without_a_readable_model_is_an_error_for_the_user(tmp_path, content):
    if content:
        (tmp_path / "openvino_model.xml").write_text(content)
    with pytest.raises(ModelError, match="cannot be loaded"):
        start(tmp_path)
