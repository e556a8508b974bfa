"""An engine behind a real port: streaming, places in the queue, refusals, and readers who leave."""

import asyncio
import contextlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from types import SimpleNamespace

import httpx2 as httpx
import pytest
from fakes import ScriptedEngine
from serving import served
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo
from assistant.inference.decoding import Decoding, decoding_for
from assistant.inference.engine import Busy
from assistant.inference.serving.remote import RemoteGenerator
from assistant.inference.serving.server import LARGEST_BODY, create_app
from assistant.inference.serving.stream_reader import patiently

KEY = "secret"
FOCUSED = decoding_for("focused")


@pytest.fixture
def serve():
    """Serve engines until the test ends; gives their addresses."""
    with contextlib.ExitStack() as stack:

        def start(engine, key=KEY) -> str:
            stack.callback(engine.close)
            return stack.enter_context(served(create_app(engine, key)))

        yield start


def client(address: str, key: str = KEY) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=60)


def until(condition, seconds: float = 60.0) -> bool:
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    return condition()


def test_a_stream_brings_each_piece_with_its_progress_and_ends_with_done(serve):
    engine = ScriptedEngine()
    with client(serve(engine)) as http:
        body = {"prompt": "one two", "stream": True, "max_tokens": 7, "stop": "\n"}
        lines = [line for line in http.post("/v1/completions", json=body).text.splitlines() if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert [chunk["choices"][0]["text"] for chunk in chunks] == ["one ", "two ", "three", ""]
    assert [chunk["progress"]["tokens"] for chunk in chunks] == [1, 2, 3, 3]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, None, "stop"]
    request = engine.requests[0]
    assert (request.prompt, request.stop, request.decoding.max_new_tokens) == ("one two", ("\n",), 7)


def test_without_a_stream_the_whole_answer_comes_with_its_usage(serve):
    with client(serve(ScriptedEngine())) as http:
        answer = http.post("/v1/completions", json={"prompt": "a b c d"}).json()
    assert answer["choices"][0]["text"] == "one two three" and answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"] == {"prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 7}


def test_a_wrong_key_is_refused_everywhere_but_at_the_health_address(serve):
    engine = ScriptedEngine()
    with client(serve(engine), "") as http:
        for key in ("", "wrong", "secret2", "secre", "sécret"):
            headers = {b"Authorization": f"Bearer {key}".encode()} if key else {}
            for method, path in (("GET", "/v1/models"), ("POST", "/v1/completions"), ("POST", "/tokenize")):
                assert http.request(method, path, headers=headers).status_code == 401, (key, path)
        assert http.get("/health").json()["started"] == 0 == len(engine.requests)


def test_without_a_key_everyone_may_ask(serve):
    with client(serve(ScriptedEngine(), key=""), "") as http:
        assert http.get("/v1/models").json()["data"][0]["id"] == "scripted"


BAD_BODIES = [
    b"",
    b"not json",
    b"[1]",
    b"\xff\xfe",
    b"[" * 100_000,
    {},
    {"prompt": ""},
    {"prompt": ["a"]},
    {"prompt": "a", "temperature": "hot"},
    {"prompt": "a", "temperature": 9},
    b'{"prompt": "a", "temperature": NaN}',
    b'{"prompt": "a", "max_tokens": Infinity}',
    {"prompt": "a", "max_tokens": [1]},
    {"prompt": "a", "max_tokens": 0},
    {"prompt": "a", "num_beams": 5, "temperature": 1},
    {"prompt": "a", "stop": 5},
    {"prompt": "a", "stop": [1, 2]},
    {"prompt": "word " * 65},
    b'{"prompt": "' + b"a" * LARGEST_BODY + b'"}',
]


@pytest.mark.slow
@pytest.mark.parametrize("stream", [False, True])
def test_a_body_that_cannot_be_understood_is_a_400_with_words_and_harms_nobody(serve, stream):
    engine = ScriptedEngine()
    with client(serve(engine)) as http:
        for body in BAD_BODIES:
            if isinstance(body, dict):
                body = json.dumps({**body, "stream": stream}).encode()
            answer = http.post("/v1/completions", content=body)
            assert (answer.status_code, bool(answer.json()["error"]["message"])) == (400, True), body[:80]
        assert engine.requests == []
        assert http.post("/v1/completions", json={"prompt": "a"}).status_code == 200


def test_a_large_body_of_undeclared_length_is_refused(serve):
    def chunks():
        yield b'{"prompt": "'
        for _ in range(2 * LARGEST_BODY // 50_000):
            yield b"a" * 50_000
        yield b'"}'

    with client(serve(ScriptedEngine())) as http:
        with contextlib.suppress(httpx.TransportError):  # refused while the body was still on its way
            assert http.post("/tokenize", content=chunks()).status_code == 400
        assert http.get("/health").status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"texts": "one string"}, {"texts": [1]}, {"texts": ["a b", ""]}, {"prompt": "a b c"}]
)
def test_tokens_are_counted_for_lists_of_texts_only(serve, body):
    with client(serve(ScriptedEngine())) as http:
        answer = http.post("/tokenize", json=body)
    counts = {"['a b', '']": [2, 0], "one string": [2], "a b c": [3]}.get(str(next(iter(body.values()), "")))
    assert answer.status_code == (200 if counts else 400)
    assert answer.json().get("counts") == counts


def test_the_queue_that_is_full_says_429_and_the_next_one_works(serve):
    engine = ScriptedEngine(places=1)
    engine.go.clear()
    address = serve(engine)
    with client(address) as http, ThreadPoolExecutor(1) as pool:
        first = pool.submit(http.post, "/v1/completions", json={"prompt": "a"})
        assert until(lambda: engine.requests)
        refused = http.post("/v1/completions", json={"prompt": "a"})
        assert refused.status_code == 429 and "places" in refused.json()["error"]["message"]
        engine.go.set()
        assert first.result(10).status_code == 200
        assert until(lambda: engine.counters().running == 0)
        assert http.post("/v1/completions", json={"prompt": "a"}).status_code == 200


@pytest.mark.parametrize("stream", [True, False])
def test_a_caller_who_hangs_up_cancels_the_request(serve, stream):
    engine = ScriptedEngine(words=["word "] * 1000)
    engine.go.clear()
    with client(serve(engine)) as http, pytest.raises(httpx.ReadTimeout):
        http.post("/v1/completions", json={"prompt": "a", "stream": stream}, timeout=0.3)
    assert engine.cancelled.wait(60) and engine.sent == 0


def test_an_engine_that_fails_says_so_in_both_kinds_of_answer(serve):
    engine = ScriptedEngine(fails=EngineError("The memory is full."))
    with client(serve(engine)) as http:
        whole = http.post("/v1/completions", json={"prompt": "a"})
        assert (whole.status_code, whole.json()["error"]["message"]) == (500, "The memory is full.")
        streamed = http.post("/v1/completions", json={"prompt": "a", "stream": True}).text
        assert "The memory is full." in streamed and "[DONE]" not in streamed


def test_thirty_readers_at_once_each_get_their_whole_answer(serve):
    engine = ScriptedEngine(places=30)
    remote = RemoteGenerator(serve(engine) + "/v1", KEY)
    with ThreadPoolExecutor(30) as pool:
        answers = pool.map(lambda at: "".join(p.text for p in remote.stream(f"q {at}", FOCUSED)), range(30))
        assert list(answers) == ["one two three"] * 30
    assert sorted(request.prompt for request in engine.requests) == sorted(f"q {at}" for at in range(30))


# The same server, seen through the generator that the chat uses.


def test_the_remote_generator_is_described_by_its_server(serve):
    engine = ScriptedEngine()
    assert RemoteGenerator(serve(engine) + "/v1/", KEY).info == engine.info


@pytest.mark.parametrize(
    "decoding",
    [
        decoding_for("focused").for_model(ModelInfo("m", "openvino", 96), retells=False),
        decoding_for("focused").for_model(ModelInfo("m", "openvino", 96), retells=True),
        decoding_for("balanced", seed=5),
        decoding_for("creative"),
        decoding_for("seed"),
    ],
    ids=lambda decoding: f"{decoding.preset} {decoding.num_beams}",
)
def test_every_parameter_of_a_preset_reaches_the_engine(serve, decoding):
    engine = ScriptedEngine()
    list(RemoteGenerator(serve(engine) + "/v1", KEY).stream("a", decoding, ("\n\n", "x")))
    got = engine.requests[0]
    assert {**{field: getattr(got.decoding, field) for field in Decoding.__slots__}, "preset": decoding.preset} == {
        field: getattr(decoding, field) for field in Decoding.__slots__
    }
    assert got.stop == ("\n\n", "x")


def test_places_in_the_queue_and_token_counts_arrive(serve):
    engine = ScriptedEngine()
    engine.ahead = 3
    pieces = [piece for piece in RemoteGenerator(serve(engine) + "/v1", KEY).stream("a", FOCUSED) if not piece.idle]
    assert pieces[0].ahead == 3 and pieces[0].text == ""
    assert [piece.tokens for piece in pieces[1:]] == [1, 2, 3, 3] and pieces[-1].finish == "stop"


def test_closing_the_stream_cancels_at_the_engine(serve):
    engine = ScriptedEngine(words=["word "] * 10**6)  # more than are said before it is held, also on a slow machine
    pieces = RemoteGenerator(serve(engine) + "/v1", KEY).stream("a", FOCUSED)
    engine.go.clear()
    started = threading.Thread(target=lambda: time.sleep(0.2) or engine.go.set())
    started.start()
    next(pieces)
    engine.go.clear()
    pieces.close()
    assert engine.cancelled.wait(60) and engine.sent < 10**6


def test_a_request_can_be_given_up_while_the_engine_says_nothing(serve):
    """As in its queue, or while it reads a long prompt: the reader hears of the silence, and hanging up cancels."""
    engine = ScriptedEngine()
    engine.go.clear()
    pieces = RemoteGenerator(serve(engine) + "/v1", KEY).stream("a", FOCUSED)
    assert next(piece for piece in pieces if piece.idle).text == ""
    assert until(lambda: engine.counters().running == 1)
    pieces.close()
    assert engine.cancelled.wait(60) and engine.sent == 0
    assert until(lambda: not any(thread.name == "answer-reader" for thread in threading.enumerate()))


def test_a_request_can_be_given_up_before_the_server_has_begun_to_answer():
    """It is hung up on as soon as its answer begins."""
    gone = threading.Event()
    may_begin = threading.Event()

    class Connection:
        def shutdown(self, how: int) -> None:
            gone.set()

    class Stream:
        def __init__(self) -> None:
            network = SimpleNamespace(get_extra_info=lambda name: Connection())
            self.response = SimpleNamespace(extensions={"network_stream": network})

        def __iter__(self):
            assert gone.wait(60)
            return iter(())

        def close(self) -> None: ...

    def begin() -> Stream:
        assert may_begin.wait(60)
        return Stream()

    events = patiently(begin, lambda event: False, 0.01)
    assert next(events) is None
    events.close()
    assert not gone.is_set()
    may_begin.set()
    assert gone.wait(60)


def test_failures_become_errors_for_the_reader(serve):
    busy = ScriptedEngine(places=0)
    with pytest.raises(Busy, match="places"):
        list(RemoteGenerator(serve(busy) + "/v1", KEY).stream("a", FOCUSED))
    failing = ScriptedEngine(fails=EngineError("The memory is full."))
    with pytest.raises(EngineError, match="The memory is full"):
        list(RemoteGenerator(serve(failing) + "/v1", KEY).stream("a", FOCUSED))
    with pytest.raises(EngineError, match="ASSISTANT_API_KEY"):
        RemoteGenerator(serve(ScriptedEngine()) + "/v1", "wrong")
    with pytest.raises(EngineError, match="cannot be reached"):
        RemoteGenerator("http://127.0.0.1:9/v1")


def test_tokens_are_asked_for_once_and_in_order(serve):
    engine = ScriptedEngine()
    asked = []
    engine.count_tokens = lambda texts: asked.append(list(texts)) or [len(text.split()) for text in texts]
    remote = RemoteGenerator(serve(engine) + "/v1", KEY)
    assert remote.count_tokens(["a b", "", "a b", "c"]) == [2, 0, 2, 1]
    assert remote.count_tokens(["c", "d e f", ""]) == [1, 3, 0]
    assert asked == [["a b", "", "c"], ["d e f"]]


def foreign(stream, **model):
    """A server of somebody else's: it lists a model, streams what it is told, and counts nothing."""

    async def models(_):
        return JSONResponse({"object": "list", "data": [{"id": "other", "object": "model", **model}]})

    async def completions(_):
        return StreamingResponse(stream(), media_type="text/event-stream")

    return Starlette(
        routes=[Route("/v1/models", models), Route("/v1/completions", completions, methods=["POST"])],
    )


def event(text: str, finish: str | None = None) -> str:
    choice = {"index": 0, "text": text, "finish_reason": finish, "logprobs": None}
    record = {"id": "x", "object": "text_completion", "created": 0, "model": "other", "choices": [choice]}
    return f"data: {json.dumps(record)}\n\n"


def test_a_server_of_another_make_answers_and_its_tokens_are_guessed_with_care():
    async def stream():
        yield event("Hello ")
        yield event("you")
        yield event("", "length")
        yield "data: [DONE]\n\n"

    with served(foreign(stream, max_model_len=2048)) as address:
        remote = RemoteGenerator(address + "/v1")
        assert (remote.info.name, remote.info.engine, remote.info.window) == ("other", "remote", 2048)
        pieces = list(remote.stream("a", FOCUSED))
        assert "".join(piece.text for piece in pieces) == "Hello you"
        assert (pieces[-1].tokens, pieces[-1].finish) == (2, "length")
        assert remote.count_tokens(["x" * 30]) == [11]
        with pytest.raises(EngineError, match="without beam search"):
            list(remote.stream("a", decoding_for("seed")))


def listing(*answers: Response, seconds: float = 0.0) -> Starlette:
    """A server that gives these answers when it is asked for its models, the last for ever, after some seconds."""
    left = list(answers)

    async def models(_):
        if len(left) > 1:
            return left.pop(0)
        await asyncio.sleep(seconds)
        return left[0]

    return Starlette(routes=[Route("/v1/models", models)])


ONE_MODEL = JSONResponse({"object": "list", "data": [{"id": "other", "object": "model"}]})


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_whose_server_is_gone_is_down(status):
    with served(listing(ONE_MODEL, HTMLResponse("<html>\n<h1>Bad Gateway", status))) as address:
        remote = RemoteGenerator(address + "/v1", model="named")
        with pytest.raises(EngineError, match=rf"down or starting again \(status {status}\)"):
            remote.check()
        with pytest.raises(EngineError, match="down or starting again"):
            RemoteGenerator(address + "/v1", model="named")


@pytest.mark.parametrize("status", [404, 405, 500, 501])
def test_a_server_that_cannot_list_models_may_answer_all_the_same_when_one_is_named(status):
    with served(listing(Response(b"", status))) as address:
        remote = RemoteGenerator(address + "/v1", model="named")
        remote.check()
        assert remote.info.name == "named"
        with pytest.raises(EngineError, match="reported"):
            RemoteGenerator(address + "/v1")


@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("<html>Sign in"),
        Response(b"{half", media_type="application/json"),
        JSONResponse(None),
        JSONResponse({"data": ["a"]}),
        JSONResponse({"data": [{"id": "a", "max_model_len": "long"}]}),
    ],
    ids=["a web page", "broken JSON", "nothing", "names alone", "a window that is no number"],
)
@pytest.mark.parametrize("model", ["", "named"])
def test_what_is_no_model_server_is_said_to_be_none(answer, model):
    with served(listing(answer)) as address, pytest.raises(EngineError, match="Does the address end in /v1"):
        RemoteGenerator(address + "/v1", model=model)


@pytest.mark.parametrize("address", ["http://gpu-box:80a0/v1", "http://[::1:8000/v1"])
def test_an_address_with_a_typing_error_is_no_model_server(address):
    with pytest.raises(EngineError, match="Does the address end in /v1"):
        RemoteGenerator(address)


def test_a_server_whose_engine_has_ended_is_down_though_it_lists_its_model(serve):
    engine = ScriptedEngine()
    remote = RemoteGenerator(f"{serve(engine, '')}/v1")
    remote.check()
    engine.problem = "The engine stopped: out of blocks."
    with pytest.raises(EngineError, match="out of blocks"):
        remote.check()


def test_what_an_engine_counts_is_asked_for_in_one_way(serve):
    engine = ScriptedEngine()
    remote = RemoteGenerator(f"{serve(engine, '')}/v1")
    assert remote.counters(5.0) == asdict(engine.counters())
    with served(listing(ONE_MODEL)) as address, pytest.raises(EngineError):
        RemoteGenerator(address + "/v1").counters(5.0)


def test_a_server_behind_a_proxy_that_hides_its_health_is_there_all_the_same():
    entry = {"id": "m", "assistant": asdict(ModelInfo("m", "openvino", 64))}
    with served(listing(JSONResponse({"data": [entry]}))) as address:
        RemoteGenerator(address + "/v1").check()


def test_a_web_page_in_the_place_of_a_server_that_was_there_is_down():
    with served(listing(ONE_MODEL, HTMLResponse("<html>Sign in"))) as address:
        remote = RemoteGenerator(address + "/v1")
        with pytest.raises(EngineError, match="Does the address end in /v1"):
            remote.check()


@pytest.mark.slow
def test_a_server_that_takes_a_look_and_never_answers_is_left_soon_and_asked_once():
    with served(listing(ONE_MODEL, ONE_MODEL, seconds=10.0)) as address:
        remote = RemoteGenerator(address + "/v1", seconds=2.0)
        began = time.monotonic()
        with pytest.raises(EngineError, match="in time"):
            remote.check()
        assert time.monotonic() - began < 4.0


@pytest.mark.parametrize("end", ["silently", "with garbage", "broken"])
def test_a_server_that_ends_in_mid_answer_is_an_error_and_not_a_short_answer(end):
    async def stream():
        yield event("Half ")
        if end == "with garbage":
            yield "data: {not json\n\n"
        if end == "broken":
            raise OSError("the process was killed")

    with served(foreign(stream)) as address:
        pieces = RemoteGenerator(address + "/v1").stream("a", FOCUSED)
        assert next(pieces).text == "Half "
        with pytest.raises(EngineError):
            list(pieces)


def test_a_proxy_in_the_environment_does_not_come_between_the_app_and_this_machine(serve, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    engine = ScriptedEngine()
    assert RemoteGenerator(serve(engine) + "/v1", KEY).info == engine.info
