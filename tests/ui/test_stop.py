"""Stop, at any moment: what was written stays, the engine is free again, and no file is lost."""

import asyncio
import time

import pytest
from crowd import QUESTIONS, page_with_stub
from filelock import FileLock
from stub_engine import EchoEngine
from upload_samples import drawn, pdf
from visitor import Visitor

from assistant.retrieval.note_store import index_folder

pytestmark = pytest.mark.slow

SOON = 30.0  # seconds; machines that run tests may be slow


@pytest.fixture(scope="module")
def engine():
    engine = EchoEngine(running=1, waiting=4)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, engine):
    with page_with_stub(tmp_path_factory.mktemp("stop"), engine) as server:
        yield server
    assert "Traceback" not in server.said()


@pytest.fixture
def silent(engine):
    """The engine takes requests and says nothing: whatever is noticed is not noticed by a word."""
    engine.is_mute = True
    yield engine
    engine.is_mute = False


@pytest.fixture
def slow(engine):
    """The engine says three words a second."""
    engine.pace, before = 0.3, engine.pace
    yield engine
    engine.pace = before


def free(engine) -> bool:
    """Whether the engine has nothing to do."""
    counters = engine.counters()
    return not counters.running and not counters.waiting


async def until(condition) -> None:
    """Wait for something that no frame tells of."""
    ends = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        await asyncio.sleep(0.05)


async def strike_after_stop(visitor, engine) -> str:
    """Press Stop, and let the clock strike that is set then, and by nothing else; all that is drawn."""
    before = set(visitor.clocks)
    await visitor.stop()
    await visitor.until(lambda: visitor.clocks - before and not visitor.is_running)
    await until(lambda: free(engine))
    (clock,) = visitor.clocks - before
    runs = visitor.runs
    await visitor.strike(clock)
    await visitor.until(lambda: visitor.runs > runs and not visitor.is_running)
    assert clock not in visitor.clocks
    return visitor.text


def test_an_answer_is_stopped_while_the_engine_says_nothing_and_while_it_waits_in_the_queue(server, silent):
    async def visit():
        async with Visitor(server.port) as first, Visitor(server.port) as second:
            await first.begin(QUESTIONS[0])
            await until(lambda: silent.counters().running == 1)
            await second.begin(QUESTIONS[1])
            await second.until(lambda: "ahead of yours" in second.text)
            await second.stop()
            await until(lambda: silent.counters().waiting == 0)
            assert silent.counters().running == 1
            await first.stop()
            await until(lambda: free(silent))

    asyncio.run(visit())


def test_an_answer_is_stopped_while_the_engine_counts_no_tokens(server, engine):
    question = f"In short, {QUESTIONS[0]}"  # its tokens are not known yet

    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.begin(question)
            await visitor.until(lambda: "Waiting for the model" in visitor.text, SOON)
            assert "Stopped." in await strike_after_stop(visitor, engine)
            engine.counts.set()
            assert f"You asked: {question}" in await visitor.ask(question)

    engine.counts.clear()
    try:
        asyncio.run(visit())
    finally:
        engine.counts.set()


def test_a_closed_tab_frees_a_silent_engine(server, silent):
    before = silent.counters()

    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.begin(QUESTIONS[2])
            await until(lambda: silent.counters().running == 1)

    asyncio.run(visit())
    asyncio.run(until(lambda: free(silent)))
    after = silent.counters()
    assert (after.cancelled - before.cancelled, after.finished - before.finished) == (1, 0)


def test_a_stopped_page_is_drawn_whole_by_a_clock_and_the_next_question_is_answered(server, slow):
    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.begin(QUESTIONS[3])
            await visitor.until(lambda: "word12" in visitor.text)
            drawn = await strike_after_stop(visitor, slow)
            assert "Stopped. What was written" in drawn and "word12" in drawn and "▌" not in drawn
            slow.pace = 0.02
            assert "You asked" in await visitor.ask(QUESTIONS[4])

    asyncio.run(visit())


def test_an_answer_that_a_new_drawing_ends_sets_no_clock(server, slow):
    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.begin(QUESTIONS[3])
            await visitor.until(lambda: "word12" in visitor.text)
            before = set(visitor.clocks)
            assert "Stopped. What was written" in await visitor.draw_again()
            await until(lambda: free(slow))
            await asyncio.sleep(1)
            assert visitor.clocks <= before

    asyncio.run(visit())


def test_a_question_that_waits_for_the_notes_is_stopped_for_good_and_survives_all_else(tmp_path, engine):
    """A lost connection, and another drawing of the page."""

    async def visit():
        async with Visitor(server.port) as stopper, Visitor(server.port) as traveller, Visitor(server.port) as clicker:
            visitors = stopper, traveller, clicker
            for visitor, question in zip(visitors, QUESTIONS, strict=False):
                await visitor.begin(question)
            for visitor, question in zip(visitors, QUESTIONS, strict=False):
                await visitor.until(lambda: question in visitor.text and visitor.is_running)  # noqa: B023
            await traveller.lose_connection()
            for _ in range(5):
                await clicker.rerun()
                await asyncio.sleep(0.1)
            assert "Stopped." in await strike_after_stop(stopper, engine)
            assert engine.counters().started == before
            reading.release()
            await traveller.come_back()
            await traveller.until(lambda: f"You asked: {QUESTIONS[1]}" in traveller.text)
            await clicker.until(lambda: f"You asked: {QUESTIONS[2]}" in clicker.text)
            drawn = await stopper.draw_again()
            assert "Stopped." in drawn and "You asked" not in drawn
            assert f"You asked: {QUESTIONS[3]}" in await stopper.ask(QUESTIONS[3])

    before = engine.counters().started
    index = index_folder(tmp_path / "notes", tmp_path / "home")
    index.mkdir(parents=True)
    reading = FileLock(index / "lock")  # no index is written meanwhile, so the notes are not there
    with reading, page_with_stub(tmp_path, engine) as server:
        asyncio.run(visit())
        assert "Traceback" not in server.said()


def test_files_that_were_not_read_when_stop_was_pressed_are_read_afterwards_and_the_question_stays_stopped(
    server, silent
):
    """Each with its line; the one under way is read once more from its beginning."""
    page = drawn(*(f"Gannets dive for fish, says line {line}." for line in range(40)))
    files = {"one.pdf": pdf([page] * 60), "two.md": b"# Gannets\n\nGannets dive for fish from thirty metres up."}

    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.attach("How do gannets dive for fish?", files)
            await visitor.until(lambda: "Reading" in visitor.text)
            await visitor.stop()
            await visitor.until(lambda: not visitor.is_running)
            await visitor.draw_again()
            assert visitor.text.count("can be asked about") == 2
            assert "**one.pdf**" in visitor.text and "**two.md**" in visitor.text and "Stopped." in visitor.text
            silent.is_mute = False
            assert "thirty metres" in await visitor.ask("From how high up do gannets dive for fish?")

    asyncio.run(visit())


def test_a_page_that_only_reads_files_is_whole_again_after_stop(server, engine):
    page = drawn(*(f"Gannets dive for fish, says line {line}." for line in range(40)))

    async def visit():
        async with Visitor(server.port) as visitor:
            await visitor.attach("", {"three.pdf": pdf([page] * 60)})
            await visitor.until(lambda: "Reading" in visitor.text)
            assert "**three.pdf** can be asked about" in await strike_after_stop(visitor, engine)

    asyncio.run(visit())
