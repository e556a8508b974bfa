"""Many visitors at once, over Streamlit's own protocol: one load, nobody's words at another's, nothing left behind."""

import asyncio
import os
import secrets
import time
import uuid

import psutil
import pytest
import websockets
from crowd import QUESTIONS, foreign_frames, gather_crowd, page_with_stub
from streamlit.proto.WidgetStates_pb2 import WidgetState
from stub_engine import EchoEngine
from visitor import Visitor

pytestmark = pytest.mark.slow

FIRST_VISITORS, CLEARS = 100, 50
KEY, PASSWORD = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "30"))


@pytest.fixture(scope="module")
def engine():
    engine = EchoEngine(running=4, waiting=4)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, engine):
    Visitor.secrets |= {KEY.encode(), PASSWORD.encode()}
    with page_with_stub(tmp_path_factory.mktemp("crowd"), engine, KEY, admin_password=PASSWORD) as server:
        yield server
    Visitor.secrets.clear()
    Visitor.told.clear()


def test_a_hundred_first_visitors_and_fifty_cleared_caches_cause_one_load(server):
    """Comes first in this file: the server has just started."""

    async def visit(number):
        async with Visitor(server.port) as visitor:
            if number < CLEARS:
                await visitor.clear_cache()
                runs = visitor.runs
                await visitor.rerun()
                await visitor.until(lambda: visitor.runs > runs)

    async def arrive():
        await asyncio.gather(*(visit(number) for number in range(FIRST_VISITORS)))
        async with Visitor(server.port) as visitor:
            assert "You asked" in await visitor.ask(QUESTIONS[0])

    asyncio.run(arrive())
    assert server.said().count("loading begins") == 1
    assert "Traceback" not in server.said()


def test_no_frame_holds_another_visitors_words_and_a_full_queue_says_so(server, engine):
    """Twenty visitors, eight places: all are answered or turned away politely, and each sees his own canary alone."""
    pace, engine.pace = engine.pace, 0.5  # an answer takes 20 s, so that visitors meet
    try:
        crowd = asyncio.run(gather_crowd(server, visitors=20, seconds=600, pause=0.1, rounds=1))
    finally:
        engine.pace = pace
    assert crowd.failures() == []
    assert crowd.asked == 20 == crowd.answered + crowd.turned_away
    assert engine.largest_crowd == 8 and crowd.turned_away > 0
    assert crowd.told_their_place > 0


def test_a_private_note_reaches_no_frame_of_another_visitor(server):
    """Twenty visitors, each with a note of his own, ask about what only their own note says."""
    few = asyncio.Semaphore(4)  # files are read in processes of their own, which takes memory
    added = asyncio.Barrier(20)

    async def visit(number):
        canary = f"zq{uuid.uuid4().hex[:12]}"
        note = (
            f"# Zorblatt regularization\n\nZorblatt regularization doubles the quux {canary} at each training step.\n"
        )
        async with Visitor(server.port) as visitor:
            async with few:
                await visitor.add_file(f"{canary}.md", note.encode())
            await added.wait()  # every note is there when the first question comes
            async with few:
                text = await visitor.ask("What does zorblatt regularization double?")
            assert f"doubles the quux {canary}" in text, "the owner is answered from his note"
            return foreign_frames(visitor.frames, canary)

    async def arrive():
        return await asyncio.gather(*(visit(number) for number in range(20)))

    assert sum(asyncio.run(arrive())) == 0
    assert '"private"' in server.said() and "quux" not in server.said()


def test_what_is_too_large_is_refused_and_harms_nobody_else(server):
    async def visit():
        async with Visitor(server.port) as other, Visitor(server.port) as visitor:
            text = await visitor.ask("dropout " * 125_000)  # a megabyte: cut to what the box takes, and not answered
            assert "dropout " * 751 in text and "dropout " * 7_501 not in text
            assert "at most 6,000 characters" in text and "You asked" not in text
            with pytest.raises((AssertionError, websockets.ConnectionClosed)):
                await visitor.ask("dropout " * 400_000)  # three megabytes: the connection is closed
            assert "You asked" in await other.ask(QUESTIONS[0])

    asyncio.run(visit())
    assert "Traceback" not in server.said()


def test_stopped_closed_and_repeated_answers_leave_nothing_behind(server, engine):
    """A third of the answers are left by closing the tab, the others stopped, half of those asked again."""
    page = psutil.Process(server.process.pid)
    idle_after: list[float] = []  # seconds from each Stop until the engine worked on nothing

    async def rounds(count):
        for number in range(count):
            canary = f"zq{uuid.uuid4().hex[:12]}"
            async with Visitor(server.port) as visitor:
                await visitor.begin(f"{QUESTIONS[number % len(QUESTIONS)]} {canary}")
                await visitor.until(lambda v=visitor: "word15" in v.text)
                if number % 3 == 0:
                    continue  # the tab is closed in mid-answer
                await visitor.stop()
                await idle()
                if number % 3 == 1:
                    await asked_again(visitor, canary)
                assert foreign_frames(visitor.frames, canary) == 0

    async def idle():
        stopped = time.monotonic()
        while engine.counters().running:
            assert time.monotonic() < stopped + 30, "the engine goes on after Stop"
            await asyncio.sleep(0.01)
        idle_after.append(time.monotonic() - stopped)

    async def asked_again(visitor, canary):
        await visitor.rerun()
        # Not counted in runs: the one that was stopped may be reported as late as this.
        await visitor.until(lambda: "Stopped. What was written" in visitor.text)
        assert "word15" in visitor.text and "word39" not in visitor.text, "the partial answer is kept"
        await visitor.begin(f"{QUESTIONS[1]} {canary}")
        await visitor.until(lambda: "word39" in visitor.text)

    asyncio.run(rounds(3))
    threads = page.num_threads()
    asyncio.run(rounds(ROUNDS))
    print(f"{len(idle_after)} answers stopped; the engine idle after {max(idle_after):.2f} s at most")
    assert_nothing_is_left(engine, page, threads)
    assert "Traceback" not in server.said()


def assert_nothing_is_left(engine, page, threads):
    """No request at the engine, and no more threads of the page than before, give or take two of its pools."""
    ended = time.monotonic()
    while (counters := engine.counters()).running or counters.waiting:
        assert time.monotonic() - ended < 30, "the engine goes on for visitors who have left"
        time.sleep(0.01)
    assert counters.started == counters.finished + counters.cancelled
    while page.num_threads() > threads + 2:
        assert time.monotonic() - ended < 60, "threads of visitors who have left are still there"
        time.sleep(0.2)


def test_a_second_question_in_mid_answer_is_answered_and_the_first_keeps_what_was_written(server, engine):
    page = psutil.Process(server.process.pid)
    first, second = (f"zq{uuid.uuid4().hex[:12]}" for _ in range(2))

    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.begin(f"{QUESTIONS[0]} {first}")
            await visitor.until(lambda: "word15" in visitor.text)
            await visitor.begin(f"{QUESTIONS[1]} {second}")
            await visitor.until(lambda: "word39" in visitor.text.partition(second)[2])
            return (await visitor.draw_again()).partition(second)

    threads, (pace, engine.pace) = page.num_threads(), (engine.pace, 0.2)  # slow, so that the first is not over
    try:
        before, _, after = asyncio.run(visit())
    finally:
        engine.pace = pace
    assert "word15" in before and "word39" not in before, "the first is kept as far as it went"
    assert "You asked" in after and second in after and first not in after
    assert_nothing_is_left(engine, page, threads)
    assert "Traceback" not in server.said()


def test_a_title_that_the_browser_has_not_yet_seen_change_is_no_chat(server):
    """What an automatic rerun sends right after the first question, which has given the chat its title."""

    async def visit():
        async with Visitor(server.port) as visitor:
            assert "You asked" in await visitor.ask(QUESTIONS[0])
            late = WidgetState(id=visitor.widgets["open_chat_0"], string_value="New chat")
            assert "You asked" in await visitor.draw_again(late)

    asyncio.run(visit())
    assert "Traceback" not in server.said()


def test_no_session_id_or_question_is_in_the_log_and_no_secret_there_or_in_any_frame(server):
    """Comes last in this file: the frames are those of all its visitors."""

    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.ask(f"{QUESTIONS[0]} tell nobody")
            await visitor.go("notes")
            return visitor.session

    Visitor.secrets.add(b"tell nobody")  # the asker himself is told, which shows that frames are searched

    session = asyncio.run(visit())
    said = server.said()
    assert '"event": "answer"' in said
    assert len(session) > 10 and session not in said and "tell nobody" not in said
    assert KEY not in said and PASSWORD not in said
    assert Visitor.told == {b"tell nobody"}
