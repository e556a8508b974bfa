"""The remote engine against the real `transformers serve`, with a small GPT-2 checkpoint made here."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
import tiny_gpt2
import torch

from assistant.core.errors import EngineError
from assistant.inference.decoding import decoding_for
from assistant.inference.serving.remote import RemoteGenerator

pytestmark = pytest.mark.slow

START_SECONDS = 180
PROMPT = "the gradient descends"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(address: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{address}/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return tiny_gpt2.make(tmp_path_factory.mktemp("served"), tiny_gpt2.train_tokenizer())


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "continuous-batching"])
def server(request, checkpoint, tmp_path_factory):
    """The address of a running server, and its process."""
    port = free_port()
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(checkpoint), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--device", "cpu", "--dtype", "float32"]
    if request.param:
        command += ["--continuous-batching", "--cb-num-blocks", "64", "--cb-max-batch-tokens", "256"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path_factory.mktemp("home"))}
    log = tmp_path_factory.mktemp("log") / "serve.txt"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    try:
        ends = time.monotonic() + START_SECONDS
        while not answers(address):
            assert process.poll() is None and time.monotonic() < ends, log.read_text()[-2000:]
            time.sleep(0.2)
        yield address, process
    finally:
        process.kill()
        process.wait()


def text_of(generator, decoding, stop=()) -> str:
    pieces = list(generator.stream(PROMPT, decoding, stop))
    assert pieces[-1].finish in ("stop", "length")
    return "".join(piece.text for piece in pieces)


def test_it_streams_what_the_checkpoint_says(server, checkpoint):
    generator = RemoteGenerator(f"{server[0]}/v1", model=str(checkpoint))
    assert (generator.info.name, generator.info.engine) == (str(checkpoint), "remote")
    tokenizer = tiny_gpt2.train_tokenizer()
    ids = tokenizer(PROMPT, return_tensors="pt").input_ids
    model = tiny_gpt2.reference(checkpoint)
    for decoding in (
        decoding_for("focused", max_new_tokens=24, repetition_penalty=1),
        decoding_for("focused", max_new_tokens=24),
    ):
        with torch.inference_mode():
            expected = model.generate(
                ids, max_new_tokens=24, do_sample=False, repetition_penalty=decoding.repetition_penalty, pad_token_id=0
            )
        assert text_of(generator, decoding) == tokenizer.decode(expected[0, ids.shape[1] :], skip_special_tokens=True)
    assert text_of(generator, decoding_for("balanced", max_new_tokens=8))
    with pytest.raises(EngineError, match="without beam search"):
        next(generator.stream(PROMPT, decoding_for("seed")))


def test_an_answer_can_be_left_and_the_next_one_comes(server, checkpoint):
    generator = RemoteGenerator(f"{server[0]}/v1", model=str(checkpoint))
    pieces = generator.stream(PROMPT, decoding_for("focused", max_new_tokens=60))
    next(pieces)
    pieces.close()
    assert text_of(generator, decoding_for("focused", max_new_tokens=4))


def test_a_server_that_is_gone_is_named_in_a_plain_sentence(server, checkpoint):
    generator = RemoteGenerator(f"{server[0]}/v1", model=str(checkpoint))
    server[1].kill()
    server[1].wait()
    with pytest.raises(EngineError, match="cannot be reached"):
        list(generator.stream(PROMPT, decoding_for("focused")))
