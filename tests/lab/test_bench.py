"""The benchmark: its arithmetic by hand, its clock on an engine without a model, and one real run at a tiny size."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import EngineError, ModelError
from assistant.core.host import Host
from assistant.core.records import ModelInfo, Piece
from assistant.core.settings import REPOSITORY
from assistant.inference.engine import Request, Sink
from assistant.inference.gpt2.checkpoint import GPT2Checkpoint
from assistant.lab.bench import bandwidth
from assistant.lab.bench.bandwidth import read_bandwidth
from assistant.lab.bench.measure import Crowd, Prompts, Timing, time_beams, time_crowd, time_greedy
from assistant.lab.bench.needs import check_host
from assistant.lab.bench.report import OURS, REFERENCE, Run, median_crowds, median_runs, ratios
from assistant.lab.bench.shapes import VOCABULARY, make_checkpoint

GB = 10**9
OWN_CACHE = {"TORCHINDUCTOR_CACHE_DIR": tempfile.gettempdir()}  # torch makes it at once, and leaves it
COMMAND = [sys.executable, "-m", "assistant", "bench", "--shape", "tiny", "--prompt-tokens", "40", "--new-tokens", "4"]


def test_ratios_compare_the_cpu_engine_with_transformers():
    runs = [
        Run(REFERENCE, 1, first_token_s=10.0, tokens_per_s=2.0, anonymous_gb=7, resident_gb=7),
        Run(REFERENCE, 5, first_token_s=50.0, tokens_per_s=1.0, anonymous_gb=9, resident_gb=9),
        Run(OURS, 1, first_token_s=2.0, tokens_per_s=9.0, anonymous_gb=2, resident_gb=4),
        Run(OURS, 5, first_token_s=2.5, tokens_per_s=6.0, anonymous_gb=2, resident_gb=4),
    ]
    assert ratios(runs, bytes_per_token=GB, bandwidth=12 * GB) == {
        "greedy_decode": 4.5,
        "greedy_first_token": 5.0,
        "beam_decode": 6.0,
        "beam_first_token": 20.0,
        "bandwidth_share": 0.75,
    }


def test_rounds_become_medians_and_the_highest_memory():
    rounds = [
        Run(OURS, 1, first, rate, memory, 2 * memory) for first, rate, memory in [(1, 5, 2), (9, 7, 4), (2, 6, 3)]
    ]
    other = Run(REFERENCE, 1, 8, 1, 7, 7)
    assert median_runs([rounds[0], other, *rounds[1:]]) == (Run(OURS, 1, 2, 6, 4, 8), other)
    assert median_crowds([Crowd(1, 4, 1), Crowd(8, 9, 2), Crowd(1, 6, 3)]) == (Crowd(1, 5, 2), Crowd(8, 9, 2))


def test_the_rate_leaves_the_first_token_out():
    assert Timing(first=2.0, last=5.0, tokens=31).rate == 10
    assert Timing(first=2.0, last=5.0, tokens=32, shown_first=2).rate == 10
    assert Timing(first=2.0, last=2.0, tokens=1).rate == 0


class Metronome:
    """An engine with one token a letter that answers one after the other; each token takes `delay` of its seconds."""

    def __init__(self, engine="torch", delay=0.0, fault=None):
        self.info = ModelInfo("metronome", engine, 1024)
        self.requests: list[Request] = []
        self._delay = delay
        self._fault = fault
        self._now = 100.0

    def clock(self) -> float:
        return self._now

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def submit(self, request: Request, sink: Sink):
        self.requests.append(request)
        if self._fault:
            sink(self._fault)
            return lambda: None
        for count in range(1, request.decoding.max_new_tokens + 1):
            self._now += self._delay
            sink(Piece("x", count))
        sink(Piece(tokens=request.decoding.max_new_tokens, finish="length"))
        return lambda: None


def test_the_clock_sees_first_token_and_rate():
    engine = Metronome(delay=0.02)
    timing = time_greedy(engine, Prompts(engine), 20, 5, engine.clock)
    assert (timing.tokens, timing.shown_first) == (5, 1)
    assert (timing.first, timing.last, timing.rate) == pytest.approx((0.02, 0.1, 50))


def test_every_prompt_is_new_and_of_the_length_asked_for():
    prompts = Prompts(Metronome())
    made = [prompts.next(700) for _ in range(50)]
    assert {len(text) for text in made} == {700}
    assert len({text[:4] for text in made}) == 50


def test_beams_are_the_seed_recipe_and_the_paged_engine_is_asked_for_one_token_besides():
    engine = Metronome("openvino", delay=0.02)
    timing = time_beams(engine, Prompts(engine), 20, 5, engine.clock)
    assert (timing.first, timing.last, timing.tokens) == pytest.approx((0.02, 0.1, 5))
    asked = [request.decoding for request in engine.requests]
    assert [decoding.max_new_tokens for decoding in asked] == [5, 1]
    assert {(d.num_beams, d.no_repeat_ngram_size, d.early_stopping) for d in asked} == {(5, 2, True)}


def test_visitors_count_together():
    """The fourth of them is answered after three times five tokens; twenty came in twenty times the delay."""
    engine = Metronome(delay=0.001)
    crowd = time_crowd(engine, Prompts(engine), 4, 20, 5, engine.clock)
    assert crowd.visitors == len(engine.requests) == 4
    assert (crowd.rate, crowd.worst_first) == pytest.approx((1000, 0.016))


def test_a_fault_of_the_engine_ends_the_measurement():
    with pytest.raises(EngineError, match="broke"):
        time_greedy(Metronome(fault=EngineError("it broke")), Prompts(Metronome()), 20, 5)


def test_a_host_that_is_too_small_is_told_so_before_anything_is_written(tmp_path):
    def host(memory, disk):
        return Host(memory=memory, memory_free=memory, disk_free=disk, cores=2, gpu="", gpu_memory=0)

    xl = 1_557_611_200
    check_host(xl, True, tmp_path, host(10 * GB, 10 * GB))
    with pytest.raises(ModelError, match="disk"):
        check_host(xl, True, tmp_path, host(10 * GB, 9 * GB))
    check_host(xl, False, tmp_path, host(10 * GB, 4 * GB))
    with pytest.raises(ModelError, match="free memory"):
        check_host(xl, True, tmp_path, host(8 * GB, 10 * GB))


def test_random_checkpoints_cannot_end_an_answer_early(tmp_path):
    """The end-of-text row is zero, so its logit is 0; the others are random."""
    checkpoint = GPT2Checkpoint(make_checkpoint("tiny", tmp_path / "tiny"))
    table = checkpoint.read("wte.weight")
    assert table.shape == (VOCABULARY, 64)
    assert not table[-1].any()
    assert 0.015 < float(np.std(table[:-1])) < 0.025


def test_bandwidth_is_the_bytes_of_all_cores_over_the_shortest_time():
    clock = iter([10.0, 12.0, 20.0, 20.5, 30.0, 31.0]).__next__
    assert read_bandwidth(2, bytes_a_core=2**20, repeats=3, clock=clock) == 2 * 2**20 / 0.5


def test_the_cores_share_the_bytes_that_hosts_have(monkeypatch):
    monkeypatch.setattr(bandwidth, "BYTES", 3 * 2**20)
    clock = iter([0.0, 1.0]).__next__
    assert read_bandwidth(3, bytes_a_core=2**28, repeats=1, clock=clock) == 3 * 2**20


@pytest.mark.slow
def test_the_command_measures_everything(tmp_path):
    done = subprocess.run(
        [*COMMAND, "--json"],
        cwd=REPOSITORY,
        env={**os.environ, **OWN_CACHE, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) >= {"machine", "convert", "runs", "visitors", "prefix", "ratios"}
    assert set(told["convert"]) == {"seconds", "anonymous_gb"}
    assert [(run["engine"], run["beams"]) for run in told["runs"]][:4] == [
        (engine, beams) for engine in (REFERENCE, OURS) for beams in (1, 5)
    ]
    numbers = {"beams", "first_token_s", "tokens_per_s", "anonymous_gb", "resident_gb"}
    for run in told["runs"]:
        assert set(run) == {"engine", *numbers}
        assert all(run[name] > 0 for name in numbers)
    assert [visitors["n"] for visitors in told["visitors"]] == [1, 4, 8]
    assert all(visitors["tokens_per_s"] > 0 < visitors["worst_first_token_s"] for visitors in told["visitors"])
    assert set(told["prefix"]) == {"cold_s", "warm_s"}
    runs = {(run["engine"], run["beams"]): run for run in told["runs"]}
    expected = {}
    for name, beams in (("greedy", 1), ("beam", 5)):
        ours, reference = runs[OURS, beams], runs[REFERENCE, beams]
        expected[f"{name}_decode"] = ours["tokens_per_s"] / reference["tokens_per_s"]
        expected[f"{name}_first_token"] = reference["first_token_s"] / ours["first_token_s"]
    read = told["weight_bytes_per_token"] * runs[OURS, 1]["tokens_per_s"]
    expected["bandwidth_share"] = read / (told["machine"]["bandwidth_gb_s"] * 1e9)
    ratios_told = {name: told["ratios"][name] for name in expected}
    assert ratios_told == pytest.approx(expected, rel=2e-3)  # of figures with four digits each
    assert told["machine"]["cores"] >= 1
    assert 0 <= told["others_busy"] <= 1
    assert told["weights"] == "random"
    assert "round 1" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, sign):
    process = subprocess.Popen(
        COMMAND,
        cwd=REPOSITORY,
        env={**os.environ, **OWN_CACHE, "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr or ():
        if line.startswith("converting"):
            break
    process.send_signal(sign)
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Interrupted" in complaints
    assert "Traceback" not in complaints
    assert not list(tmp_path.iterdir())
