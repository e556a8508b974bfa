"""Before a host would kill the app, what needs less takes the place of its engine; so it does when a model fails."""

import pytest

from assistant.core.host import Memory
from assistant.core.records import ModelInfo
from assistant.inference.manager.memory import LEAST_CACHE, SHORT_LOOKS, Guard, Rung, is_short, lower, reserve
from assistant.inference.manager.process import EngineStatus
from assistant.inference.manager.switching import SwitchingGenerator
from assistant.inference.models.catalog import Candidate
from assistant.inference.models.shapes import GIB

PLENTY, NOTHING = Memory(8 * GIB, 4 * GIB), Memory(8 * GIB, 0)
CACHE = 2 * LEAST_CACHE


def candidate(name: str, memory: int, usable: bool = True) -> Candidate:
    return Candidate(ModelInfo(name, "openvino", 1024), name, memory, usable, "")


XL, LARGE, SMALL = candidate("xl", 2 * GIB), candidate("large", GIB), candidate("small", GIB // 2)
ABSENT = candidate("medium", GIB * 3 // 4, usable=False)
ALL = (XL, LARGE, ABSENT, SMALL)


@pytest.mark.parametrize(
    "now, here, short, then",
    [
        (Rung(XL, CACHE), ALL, True, Rung(XL, LEAST_CACHE)),
        (Rung(XL, LEAST_CACHE), ALL, True, Rung(LARGE, LEAST_CACHE)),
        (Rung(LARGE, LEAST_CACHE), ALL, True, Rung(SMALL, LEAST_CACHE)),
        (Rung(SMALL, LEAST_CACHE), ALL, True, None),
        (Rung(XL, CACHE), ALL, False, Rung(LARGE, CACHE)),
        (Rung(XL, CACHE), (XL,), False, None),
        (Rung(candidate("of unknown size", 0), CACHE), (SMALL,), False, Rung(SMALL, CACHE)),
    ],
)
def test_the_next_step_down_is_a_smaller_cache_then_the_next_smaller_model_that_is_here(now, here, short, then):
    assert lower(now, here, short) == then


@pytest.mark.parametrize("allowed", [GIB // 2, int(2.7 * GIB), 24 * GIB, 512 * GIB])
def test_memory_is_short_below_a_reserve_that_suits_small_and_large_hosts(allowed):
    assert GIB // 12 <= reserve(allowed) <= GIB // 2
    assert is_short(Memory(allowed, reserve(allowed) - 1)) and not is_short(Memory(allowed, reserve(allowed)))


class Engine:
    """A running model that can be told how it fares."""

    def __init__(self, rung: Rung, status: EngineStatus) -> None:
        self.candidate, self.cache_bytes, self.status = rung.candidate, rung.cache_bytes, status
        self.info = rung.candidate.info
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Stage:
    """A guard with its surroundings, each of which the test sets."""

    def __init__(self, rung: Rung, here=ALL) -> None:
        self.memory, self.paused, self.next_status = PLENTY, False, EngineStatus("ready")
        self.started = [Engine(rung, EngineStatus("ready"))]
        self.switching = SwitchingGenerator(self.started[0], rung.candidate.info.name)
        self.guard = Guard(
            self.switching, lambda: here, self.start, lambda: self.paused, lambda: self.memory
        )  # fmt: skip

    def start(self, rung: Rung) -> Engine:
        self.started.append(Engine(rung, self.next_status))
        return self.started[-1]

    def look(self, times: int = 1) -> list[tuple[str, int]]:
        """What has been running, in order."""
        for _ in range(times):
            self.guard.look_once()
        return [(engine.candidate.info.name, engine.cache_bytes) for engine in self.started]


def test_with_enough_memory_nothing_happens():
    stage = Stage(Rung(XL, CACHE))
    assert stage.look(10) == [("xl", CACHE)] and stage.guard.message == ""


def test_a_short_moment_is_borne_and_lasting_shortage_shrinks_the_cache_then_the_model_then_stops_it():
    stage = Stage(Rung(XL, CACHE))
    stage.memory = NOTHING
    stage.look(SHORT_LOOKS - 1)
    stage.memory = PLENTY
    assert stage.look(1) == [("xl", CACHE)]

    stage.memory = NOTHING
    assert stage.look(SHORT_LOOKS) == [("xl", CACHE), ("xl", LEAST_CACHE)]
    assert stage.started[0].closed and stage.switching.current is stage.started[1]
    assert stage.guard.message == "memory ran short, so it answers with a smaller cache"

    assert stage.look(SHORT_LOOKS)[2:] == [("large", LEAST_CACHE)]
    assert stage.guard.message == "memory ran short, so it answers in place of xl"

    stage.look(SHORT_LOOKS)
    stage.look(SHORT_LOOKS)
    assert stage.switching.current is None and all(engine.closed for engine in stage.started)
    assert "the notes answer alone" in stage.guard.message


def test_a_model_that_was_stopped_starts_again_when_there_is_ample_memory():
    stage = Stage(Rung(SMALL, LEAST_CACHE))
    stage.memory = NOTHING
    stage.look(SHORT_LOOKS)
    assert stage.switching.current is None
    stage.memory = Memory(8 * GIB, SMALL.memory)
    assert stage.look(3) == [("small", LEAST_CACHE)]
    stage.memory = PLENTY
    assert stage.look(1) == [("small", LEAST_CACHE)] * 2
    assert stage.guard.message == "" and stage.switching.current is stage.started[1]


def test_a_host_that_cannot_start_anything_for_a_moment_gets_its_model_later():
    stage = Stage(Rung(XL, CACHE))
    stage.memory = NOTHING

    def refuse(_):
        raise RuntimeError("can't start new thread")

    stage.guard._start = refuse
    stage.look(SHORT_LOOKS - 1)
    with pytest.raises(RuntimeError):
        stage.look(1)
    stage.guard._start = stage.start
    assert stage.look(1) == [("xl", CACHE)] and stage.switching.current is None
    stage.memory = PLENTY
    assert stage.look(1) == [("xl", CACHE), ("xl", LEAST_CACHE)]
    assert stage.switching.current is stage.started[1]


def test_a_model_that_cannot_be_loaded_gives_way_to_a_smaller_one_and_the_page_hears_why():
    stage = Stage(Rung(XL, CACHE))
    stage.started[0].status = EngineStatus("failed", "It cannot be loaded: no such file.")
    assert stage.look(1)[1:] == [("large", CACHE)]
    assert stage.guard.message == "xl failed (It cannot be loaded: no such file), so it answers in place of xl"


def test_the_smallest_model_that_fails_is_left_to_its_own_retries():
    stage = Stage(Rung(SMALL, CACHE))
    stage.started[0].status = EngineStatus("failed", "It cannot be loaded.")
    assert stage.look(5) == [("small", CACHE)] and not stage.started[0].closed


def test_an_engine_that_the_host_killed_comes_back_with_a_smaller_cache():
    stage = Stage(Rung(XL, CACHE))
    stage.started[0].status = EngineStatus("restarting", "killed", 1, killed=True)
    assert stage.look(1)[1:] == [("xl", LEAST_CACHE)]


def test_an_engine_that_restarts_for_another_reason_is_left_alone():
    stage = Stage(Rung(XL, CACHE))
    stage.started[0].status = EngineStatus("restarting", "status 1", 1)
    assert stage.look(5) == [("xl", CACHE)]


def test_while_another_model_is_being_put_in_place_nothing_is_done():
    stage = Stage(Rung(XL, CACHE))
    stage.memory, stage.paused = NOTHING, True
    assert stage.look(10) == [("xl", CACHE)]


def test_a_better_model_that_came_meanwhile_stays():
    stage = Stage(Rung(SMALL, LEAST_CACHE))
    stage.memory = NOTHING
    stage.look(SHORT_LOOKS)
    better = Engine(Rung(XL, CACHE), EngineStatus("ready"))
    stage.switching.swap(better, 0)
    stage.memory = PLENTY
    stage.look(3)
    assert stage.switching.current is better and stage.guard.message == ""


@pytest.mark.parametrize("state, looks", [("ready", SHORT_LOOKS), ("failed", 1)])
def test_a_better_model_that_comes_between_the_look_and_the_step_down_stays(state, looks):
    stage = Stage(Rung(LARGE, CACHE))
    stage.started[0].status = EngineStatus(state, "It cannot be loaded.")
    stage.memory = NOTHING
    stage.look(looks - 1)
    better = Engine(Rung(XL, CACHE), EngineStatus("ready"))

    def look():
        stage.switching.swap(better, 0)
        return NOTHING

    stage.guard._look = look
    stage.look()
    assert stage.switching.current is better and not better.closed
    assert len(stage.started) == 1 and stage.guard.message == ""


def test_a_better_model_that_comes_while_a_smaller_one_is_started_stays():
    stage = Stage(Rung(XL, CACHE))
    stage.started[0].status = EngineStatus("failed", "It cannot be loaded.")
    better = Engine(Rung(XL, CACHE), EngineStatus("ready"))

    def start(rung: Rung) -> Engine:
        stage.switching.swap(better, 0)
        return stage.start(rung)

    stage.guard._start = start
    stage.look()
    assert stage.switching.current is better and stage.guard.message == ""
    assert stage.started[1].closed and not better.closed


def test_after_the_end_nothing_is_started():
    stage = Stage(Rung(XL, CACHE))
    stage.guard.close()
    stage.memory = NOTHING
    stage.look(SHORT_LOOKS)
    assert len(stage.started) == 1
