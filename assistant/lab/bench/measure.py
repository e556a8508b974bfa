"""What is measured on an engine that is loaded: first token, tokens a second, visitors at once, a repeated prompt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from assistant.core.errors import EngineError
from assistant.core.records import Piece
from assistant.inference.decoding import PRESETS, Decoding
from assistant.inference.engine import Engine, Request

BEAMS = PRESETS["seed"].decoding.num_beams
VISITOR_PROMPT = 256
VISITOR_ANSWER = 32
Clock = Callable[[], float]  # seconds, from any beginning
_LONGEST_SECONDS = 1800.0
_TEXT = (
    "Dropout sets a random part of the activations to zero while a network is trained, so that no unit can rely on "
    "another. At test time every unit takes part and nothing is dropped. Gradient descent follows the slope of the "
    "loss; momentum remembers where it went; a learning rate that is too large makes it leap over the valley. "
)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds since the start and tokens of one answer."""

    first: float
    last: float
    tokens: int
    shown_first: int = 1  # tokens in the first piece

    @property
    def rate(self) -> float:
        """Tokens a second after the first piece; 0 when nothing came after it."""
        later = self.tokens - self.shown_first
        return later / (self.last - self.first) if later > 0 and self.last > self.first else 0.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Several visitors at once."""

    visitors: int
    rate: float  # tokens a second, all together
    worst_first: float


def greedy(tokens: int) -> Decoding:
    """The likeliest token each time."""
    return Decoding("bench", max_new_tokens=tokens)


def beams(tokens: int) -> Decoding:
    """The seed project's recipe."""
    return Decoding("bench", tokens, BEAMS, no_repeat_ngram_size=2, early_stopping=True)


class Prompts:
    """Prompts of a given length, each with a beginning of its own, so that no cache holds a part of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._made = 0

    def next(self, tokens: int) -> str:
        """A new prompt of ``tokens`` tokens, or one less where the text cannot be cut there."""
        self._made += 1
        text = f"{self._made * 7919 % 10000:04d} " + _TEXT * (8 * tokens // len(_TEXT) + 1)
        low, high = 1, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self._engine.count_tokens([text[:middle]])[0] <= tokens:
                low = middle
            else:
                high = middle - 1
        return text[:low]


def time_greedy(engine: Engine, prompts: Prompts, prompt: int, new: int, clock: Clock = time.perf_counter) -> Timing:
    """One greedy answer."""
    return _timings(engine, [Request(prompts.next(prompt), greedy(new))], clock)[0]


def time_beams(engine: Engine, prompts: Prompts, prompt: int, new: int, clock: Clock = time.perf_counter) -> Timing:
    """One answer by beam search."""
    whole = _timings(engine, [Request(prompts.next(prompt), beams(new))], clock)[0]
    if engine.info.engine != "openvino":
        return whole
    # The paged loop reads a long prompt in pieces and says nothing of where it ends, so the first token is timed by a
    # request that asks for one.
    first = _timings(engine, [Request(prompts.next(prompt), beams(1))], clock)[0].last
    return Timing(first, whole.last, whole.tokens)


def time_crowd(
    engine: Engine, prompts: Prompts, visitors: int, prompt: int, new: int, clock: Clock = time.perf_counter
) -> Crowd:
    """Greedy answers to several visitors who come at the same moment."""
    timings = _timings(engine, [Request(prompts.next(prompt), greedy(new)) for _ in range(visitors)], clock)
    seconds = max(timing.last for timing in timings)
    return Crowd(visitors, sum(t.tokens for t in timings) / seconds, max(t.first for t in timings))


def time_prefix(engine: Engine, prompts: Prompts, prompt: int, clock: Clock = time.perf_counter) -> tuple[float, float]:
    """Seconds to the first token of a new prompt, and of the same one again."""
    request = Request(prompts.next(prompt), greedy(2))
    cold, warm = (_timings(engine, [request], clock)[0].first for _ in range(2))
    return cold, warm


def _timings(engine: Engine, requests: list[Request], clock: Clock) -> list[Timing]:
    began = clock()
    watches = [_Watch(began, clock) for _ in requests]
    for request, watch in zip(requests, watches, strict=True):
        engine.submit(request, watch)
    return [watch.timing() for watch in watches]


class _Watch:
    """A sink with a stopwatch; it is called in the engine's thread, so nothing delays what it reads."""

    def __init__(self, began: float, clock: Clock) -> None:
        self._began = began
        self._clock = clock
        self._first = self._last = 0.0
        self._tokens = self._shown_first = 0
        self._fault: Exception | None = None
        self._ended = threading.Event()

    def __call__(self, piece: Piece | Exception) -> None:
        self._last = self._clock() - self._began
        if isinstance(piece, Exception):
            self._fault = piece
            self._ended.set()
            return
        if piece.tokens and not self._first:
            self._first, self._shown_first = self._last, piece.tokens
        self._tokens = max(self._tokens, piece.tokens)
        if piece.finish:
            self._ended.set()

    def timing(self) -> Timing:
        if not self._ended.wait(_LONGEST_SECONDS):
            raise EngineError(f"An answer must come within {_LONGEST_SECONDS:.0f} s, got {self._tokens} tokens.")
        if self._fault:
            raise self._fault
        if not self._tokens:
            raise EngineError("The engine must generate at least one token, it gave none. Try another prompt length.")
        return Timing(self._first, self._last, self._tokens, self._shown_first)
