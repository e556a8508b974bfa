"""What makes a crowd's visit a failure: each thing alone is enough, and no frame goes unsearched."""

import asyncio
import os
from types import SimpleNamespace

import crowd as crowd_module
import pytest
from crowd import ANSWER_BYTES, GROWTH_BYTES, Crowd, gather_crowd

SOUND = {"answered": 2, "seconds": [20.0, 22.0], "refusals": [1.0, 30.0, 18.0], "page_memory": [400_000_000] * 20}
ALLOWED = 400_000_000 + GROWTH_BYTES + 2 * ANSWER_BYTES
FOREIGN = b"zq" + b"0" * 12


def test_a_sound_visit_has_no_failures():
    assert Crowd(3, **SOUND).failures() == []
    assert Crowd(3, **{**SOUND, "page_memory": [400_000_000] * 19 + [ALLOWED]}).failures() == []


@pytest.mark.parametrize(
    "change, says",
    [
        ({"faults": ["visitor 1: a fault"]}, "visitor 1"),
        ({"foreign": 1}, "another visitor"),
        ({"answered": 0, "seconds": []}, "nobody was answered"),
        ({"page_memory": [400_000_000] * 19 + [ALLOWED + 1]}, "grew by"),
        ({"page_memory": [400_000_000] * 2 + [ALLOWED + 1] * 18}, "grew by"),
        ({"refusals": [21.5]}, "refusal takes longer"),
    ],
    ids=["fault", "foreign word", "no answer", "grows late", "grows early and stays", "slow refusals"],
)
def test_each_fault_alone_fails(change, says):
    (line,) = Crowd(3, **{**SOUND, **change}).failures()
    assert says in line


def test_what_is_loaded_before_the_first_answer_is_no_growth():
    loaded = [100_000_000] * 5 + [900_000_000] * 15
    assert Crowd(3, **{**SOUND, "page_memory": loaded}).failures()
    assert Crowd(3, **{**SOUND, "page_memory": loaded}, warm_after=6).failures() == []


class Guest:
    """A visitor who is shown another one's words right after each answer, when he has begun his pause."""

    def __init__(self, _):
        self.frames = []

    async def __aenter__(self):
        """Arrive."""

    async def __aexit__(self, *_):
        """Leave."""

    async def ask(self, question):
        """An answer at once."""
        asyncio.get_running_loop().call_soon(self.frames.append, FOREIGN)
        return f"You asked: {question}"


@pytest.mark.parametrize("rounds", [1, 3])
def test_frames_that_come_in_a_pause_are_searched(monkeypatch, rounds):
    monkeypatch.setattr(crowd_module, "Visitor", Guest)
    page = SimpleNamespace(port=0, process=SimpleNamespace(pid=os.getpid()), said=lambda: "")
    seen = asyncio.run(gather_crowd(page, visitors=2, seconds=60, pause=0.01, rounds=rounds))
    assert (seen.faults, seen.answered, seen.foreign) == ([], 2 * rounds, 2 * rounds)
