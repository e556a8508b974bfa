"""What every engine must do, checked on the tiny GPT-2 by the tests of each engine."""

from __future__ import annotations

import threading
import time

import pytest
from tiny_gpt2 import reference
from transformers import AutoTokenizer

from assistant.core.errors import EngineError
from assistant.core.records import ModelInfo, Piece
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Busy, Engine, Request, stream_from

INFO = ModelInfo("tiny", "engine", 96)
PROMPT = "the gradient descends the loss and"
GREEDY = Decoding("custom", max_new_tokens=24)
BEAMS = Decoding("seed", max_new_tokens=24, num_beams=5, no_repeat_ngram_size=2, early_stopping=True)
SAMPLED = Decoding("custom", max_new_tokens=24, temperature=1.0, top_k=50, top_p=0.95, seed=3)


def answer(engine: Engine, decoding: Decoding = GREEDY, stop: tuple[str, ...] = (), prompt: str = PROMPT) -> str:
    """The whole text of one request."""
    return "".join(piece.text for piece in stream_from(engine, Request(prompt, decoding, stop)))


def expected(folder, decoding: Decoding) -> str:
    """What transformers' own generate says, called with the seed project's arguments."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    ids = tokenizer(PROMPT, return_tensors="pt", add_special_tokens=False)["input_ids"]
    arguments = {"max_new_tokens": decoding.max_new_tokens, "do_sample": False, "pad_token_id": 0}
    if decoding.num_beams > 1:
        arguments |= {"num_beams": 5, "no_repeat_ngram_size": 2, "early_stopping": True}
    output = reference(folder).generate(ids, **arguments)
    return tokenizer.decode(output[0, ids.shape[1] :], skip_special_tokens=True)


def until(condition, seconds: float = 60.0) -> bool:
    """Whether something becomes true in time."""
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.005)
    return condition()


class Held:
    """A sink that stops the engine's loop at its first piece of text until it is let go."""

    def __init__(self) -> None:
        self.pieces: list[Piece | Exception] = []
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, piece: Piece | Exception) -> None:
        """Take a piece."""
        self.pieces.append(piece)
        if isinstance(piece, Piece) and piece.text:
            self.reached.set()
            assert self.go.wait(60)

    @property
    def finish(self) -> str:
        """How it ended."""
        last = self.pieces[-1]
        return last.finish if isinstance(last, Piece) else str(last)


def check_pieces(engine: Engine) -> None:
    """Text streams token by token, is counted, and ends with the reason."""
    pieces = list(stream_from(engine, Request(PROMPT, GREEDY)))
    counts = [piece.tokens for piece in pieces if piece.text]
    assert len(counts) > 5 and counts == sorted(counts)
    assert (pieces[-1].finish, pieces[-1].tokens) == ("length", 24)
    assert [piece.finish for piece in pieces[:-1]] == [""] * (len(pieces) - 1)


def check_stop(engine: Engine) -> None:
    """Nothing comes from a stop text on, and the engine stops working at it."""
    whole = answer(engine)
    stop = whole[6:9]
    cut = whole[: whole.index(stop)]
    before = engine.counters().tokens
    pieces = list(stream_from(engine, Request(PROMPT, GREEDY, ("never", stop))))
    assert "".join(piece.text for piece in pieces) == cut
    assert pieces[-1].finish == "stop"
    assert engine.counters().tokens - before < 24


def check_sampling(engine: Engine) -> None:
    """The same seed gives the same text; other seeds give others."""
    first = answer(engine, SAMPLED)
    assert answer(engine, SAMPLED) == first
    others = {answer(engine, Decoding("custom", 24, temperature=1.0, top_k=50, top_p=0.95, seed=s)) for s in range(4)}
    assert len(others) > 1


def check_cancel(engine: Engine) -> None:
    """A cancelled request ends within one token, is counted, and does not harm the next one."""
    before = engine.counters()
    held = Held()
    long = Decoding("custom", max_new_tokens=80)
    cancel = engine.submit(Request("the loss", long), held)
    assert held.reached.wait(60)
    at = engine.counters().tokens
    cancel()
    held.go.set()
    assert until(lambda: held.finish == "cancelled")
    after = engine.counters()
    assert after.tokens - at <= 1 and after.tokens - before.tokens < 80
    assert (after.cancelled - before.cancelled, after.finished - before.finished) == (1, 0)
    assert until(lambda: engine.counters().running == 0)
    assert len(answer(engine)) > 10


def check_closing_the_stream(engine: Engine) -> None:
    """A reader who goes away ends the work."""
    before = engine.counters().cancelled
    pieces = stream_from(engine, Request("the loss", Decoding("custom", max_new_tokens=90)))
    next(pieces)
    pieces.close()
    assert until(lambda: engine.counters().running == 0)
    assert engine.counters().cancelled - before in (0, 1)  # 0: it was through already
    assert engine.counters().started == engine.counters().finished + engine.counters().cancelled


def check_queue(engine: Engine, running: int, waiting: int) -> None:
    """The places are limited, those who wait are told how many are ahead, and a cancelled wait frees its place."""
    short = Decoding("custom", max_new_tokens=6)
    first = Held()
    engine.submit(Request(PROMPT, short), first)
    assert first.reached.wait(60)
    sinks = [[] for _ in range(running - 1 + waiting)]
    cancels = [engine.submit(Request(PROMPT, short), sink.append) for sink in sinks]
    try:
        with pytest.raises(Busy, match="waiting"):
            engine.submit(Request(PROMPT, short), print)
    finally:
        cancels[-1]()
        first.go.set()
    assert until(lambda: all(sink and isinstance(sink[-1], Piece) and sink[-1].finish for sink in sinks))
    assert [sink[-1].finish for sink in sinks] == ["length"] * (len(sinks) - 1) + ["cancelled"]
    assert first.finish == "length"


def check_refusals(engine: Engine) -> None:
    """A prompt that leaves no room for the answer is an error that counts tokens."""
    (count,) = engine.count_tokens([PROMPT])
    with pytest.raises(EngineError, match=rf"at most {96 - 90} tokens .* has {count}"):
        engine.submit(Request(PROMPT, Decoding("custom", max_new_tokens=90)), print)
    assert answer(engine)


def check_counts(engine: Engine, folder) -> None:
    """Tokens are counted as the model's own tokenizer counts them, from many threads at once."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    texts = ["the loss", "", "é€ 数", "a\n\nb", "<|endoftext|>x"]
    right = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]
    results: list[list[int]] = []
    threads = [threading.Thread(target=lambda: results.append(engine.count_tokens(texts))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [right] * 16


def check_close(engine: Engine) -> None:
    """Closing ends the request under way and those that wait, soon; later requests are refused."""
    held = Held()
    waiting: list[Piece | Exception] = []
    engine.submit(Request("the loss", Decoding("custom", max_new_tokens=80)), held)
    assert held.reached.wait(60)
    engine.submit(Request("the loss", Decoding("custom", max_new_tokens=80)), waiting.append)
    closing = threading.Thread(target=engine.close)
    closing.start()
    time.sleep(0.05)
    held.go.set()
    closing.join(60)
    assert not closing.is_alive()
    assert held.finish == "cancelled"
    assert isinstance(waiting[-1], Exception) or waiting[-1].finish == "cancelled"
    with pytest.raises(EngineError, match="shut down"):
        engine.submit(Request(PROMPT, GREEDY), print)


def check_odd_prompts(engine: Engine) -> None:
    """Strange text is answered like any other."""
    for prompt in ("\n", "é€数🙂", "<|endoftext|>", "a\0b", "w" * 60):
        assert isinstance(answer(engine, Decoding("custom", max_new_tokens=3), prompt=prompt), str)


EVERY_ENGINE = (  # what needs nothing but the engine itself
    check_pieces,
    check_stop,
    check_sampling,
    check_cancel,
    check_closing_the_stream,
    check_refusals,
    check_odd_prompts,
)
