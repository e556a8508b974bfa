"""Several model servers: the first that answers is used, and one that comes back is found again."""

import threading
import time

import pytest
from engine_checks import until

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import decoding_for
from assistant.inference.generator import held
from assistant.inference.serving import endpoints
from assistant.inference.serving.endpoints import Endpoints


class Server:
    """What a RemoteGenerator is to Endpoints."""

    def __init__(self, address: str, world: "World") -> None:
        self.address, self.world, self.closed = address, world, False
        self.info = ModelInfo(f"model at {address}", "remote", 1024)

    def check(self) -> None:
        self.world.answer()
        if self.address in self.world.down:
            raise EngineError("It cannot be reached.")

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]

    def stream(self, prompt, decoding, stop=()):
        yield Piece(f"{self.address} says {prompt}", 1)
        yield Piece(tokens=1, finish="stop")

    def close(self) -> None:
        self.closed = True


class World:
    """Addresses that are down, every try to connect, and the servers that were reached."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.tried: list[str] = []
        self.servers: list[Server] = []
        self.hold = threading.Event()  # while it is not set, nobody answers
        self.hold.set()
        self.held = False
        self.defects: list[Exception] = []

    def answer(self) -> None:
        self.held = not self.hold.is_set()
        assert self.hold.wait(60)
        if self.defects:
            raise self.defects.pop()

    def connect(self, address: str) -> Server:
        self.tried.append(address)
        server = Server(address, self)
        server.check()
        self.servers.append(server)
        return server


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def serve(world):
    """A generator over addresses of the world, closed in the end."""
    made = []

    def serve(*addresses: str) -> Endpoints:
        made.append(Endpoints(addresses, world.connect))
        return made[-1]

    yield serve
    for generator in made:
        generator.close()


def lookers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "endpoints"]


def said(generator) -> str:
    return "".join(piece.text for piece in generator.stream("hello", decoding_for("focused")))


def test_the_first_that_answers_is_used_and_the_others_are_not_asked(world, serve):
    world.down.add("a")
    generator = serve("a", "b", "c")
    assert (generator.info.name, generator.address, generator.problem) == ("model at b", "b", "")
    assert said(generator) == "b says hello"
    assert world.tried == ["a", "b"]


def test_a_server_that_goes_down_is_replaced_before_the_next_answer(world, serve):
    generator = serve("a", "b")
    world.down.add("a")
    with held(generator) as server:
        assert server.info.name == "model at b"
    assert generator.info.name == "model at b"


def test_without_a_server_every_reason_is_named_and_a_later_question_finds_the_one_that_came_up(world, serve):
    world.down.update("ab")
    generator = serve("a", "b")
    assert "a: It cannot be reached." in generator.problem and "b: It cannot be reached." in generator.problem
    with pytest.raises(EngineError, match="No model server answers"):
        said(generator)
    world.down.remove("b")
    assert said(generator) == "b says hello" and generator.problem == ""


def test_the_first_server_is_preferred_again_after_a_rest(world, serve, monkeypatch):
    world.down.add("a")
    generator = serve("a", "b")
    world.down.clear()
    assert said(generator) == "b says hello"  # "a" was down a moment ago
    monkeypatch.setattr(endpoints, "REST_SECONDS", 0.0)
    assert said(generator) == "a says hello"


def test_closing_lets_go_of_every_server(world, serve):
    generator = serve("a", "b")
    world.down.add("a")
    said(generator)
    generator.close()
    assert [server.closed for server in world.servers] == [True, True]


def test_while_no_server_answers_one_that_comes_back_is_found_without_a_question(world, serve, monkeypatch):
    monkeypatch.setattr(endpoints, "LOOK_SECONDS", 0.05)
    world.down.update("ab")
    generator = serve("a", "b")
    assert generator.reason == "ASSISTANT_ENDPOINT names a, b" and len(lookers()) == 1
    for _ in range(3):
        with pytest.raises(EngineError):
            said(generator)
    assert len(lookers()) == 1
    world.down.remove("b")
    assert until(lambda: generator.problem == "")
    assert generator.reason == "ASSISTANT_ENDPOINT names b" and generator.info.name == "model at b"
    assert until(lambda: lookers() == [])
    world.down.add("b")
    with pytest.raises(EngineError):
        said(generator)
    world.down.clear()
    assert until(lambda: generator.problem == "")


def test_a_look_that_is_asked_for_finds_a_server_that_went_down_and_keeps_nobody_waiting(world, serve, monkeypatch):
    monkeypatch.setattr(endpoints, "LOOK_SECONDS", 0.05)
    generator = serve("a")
    world.hold.clear()
    world.down.add("a")
    began = time.monotonic()
    generator.look()
    assert generator.problem == "" and time.monotonic() - began < 5
    world.hold.set()
    assert until(lambda: "a: It cannot be reached." in generator.problem)


def test_closing_ends_the_looks_and_lets_go_of_a_server_that_is_reached_too_late(world, serve, monkeypatch):
    monkeypatch.setattr(endpoints, "LOOK_SECONDS", 0.05)
    world.down.add("a")
    generator = serve("a")
    world.hold.clear()
    assert until(lambda: world.held)
    world.down.clear()
    generator.close()
    world.hold.set()
    assert until(lambda: lookers() == [])
    assert [server.closed for server in world.servers] == [True]


def test_a_defect_in_a_look_does_not_end_the_looks(world, serve, monkeypatch):
    monkeypatch.setattr(endpoints, "LOOK_SECONDS", 0.05)
    world.down.add("a")
    generator = serve("a")
    world.defects.append(TypeError("an answer of another kind"))
    assert until(lambda: not world.defects)
    world.down.clear()
    assert until(lambda: generator.problem == "")
