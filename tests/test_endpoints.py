"""Several model servers: the first that answers is used, and one that comes back is found again."""

import pytest

from assistant.decoding import decoding_for
from assistant.engines import endpoints
from assistant.engines.endpoints import Endpoints
from assistant.errors import EngineError
from assistant.generator import held
from assistant.records import ModelInfo, Piece


class Server:
    """What a RemoteGenerator is to Endpoints."""

    def __init__(self, address: str, down: set[str]) -> None:
        self.address, self.down, self.closed = address, down, False
        self.info = ModelInfo(f"model at {address}", "remote", 1024)

    def check(self) -> None:
        if self.address in self.down:
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

    def connect(self, address: str) -> Server:
        self.tried.append(address)
        server = Server(address, self.down)
        server.check()
        self.servers.append(server)
        return server


@pytest.fixture
def world() -> World:
    return World()


def said(generator) -> str:
    return "".join(piece.text for piece in generator.stream("hello", decoding_for("focused")))


def test_the_first_that_answers_is_used_and_the_others_are_not_asked(world):
    world.down.add("a")
    generator = Endpoints(["a", "b", "c"], world.connect)
    assert (generator.info.name, generator.address, generator.problem) == ("model at b", "b", "")
    assert said(generator) == "b says hello"
    assert world.tried == ["a", "b"]


def test_a_server_that_goes_down_is_replaced_before_the_next_answer(world):
    generator = Endpoints(["a", "b"], world.connect)
    world.down.add("a")
    with held(generator) as server:
        assert server.info.name == "model at b"
    assert generator.info.name == "model at b"


def test_without_a_server_every_reason_is_named_and_a_later_question_finds_the_one_that_came_up(world):
    world.down.update("ab")
    generator = Endpoints(["a", "b"], world.connect)
    assert "a: It cannot be reached." in generator.problem and "b: It cannot be reached." in generator.problem
    with pytest.raises(EngineError, match="No model server answers"):
        said(generator)
    world.down.remove("b")
    assert said(generator) == "b says hello" and generator.problem == ""


def test_the_first_server_is_preferred_again_after_a_rest(world, monkeypatch):
    world.down.add("a")
    generator = Endpoints(["a", "b"], world.connect)
    world.down.clear()
    assert said(generator) == "b says hello"  # "a" was down a moment ago
    monkeypatch.setattr(endpoints, "REST_SECONDS", 0.0)
    assert said(generator) == "a says hello"


def test_closing_lets_go_of_every_server(world):
    generator = Endpoints(["a", "b"], world.connect)
    world.down.add("a")
    said(generator)
    generator.close()
    assert [server.closed for server in world.servers] == [True, True]
