"""Stand-ins whose results can be computed by hand: an embedder, a generator and an engine that record their calls."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.chat.assistant import Assistant
from assistant.chat.events import Event
from assistant.core.errors import EngineError
from assistant.core.records import Hit, ModelInfo, Passage, Piece, Retrieval
from assistant.core.vectors import Vectors
from assistant.inference.decoding import Decoding
from assistant.inference.engine import Busy, Cancel, Counters, Request, Sink
from assistant.inference.manager.process import EngineStatus
from assistant.retrieval.embedding.passage_encoder import whole_text
from assistant.retrieval.note_store import NoteStore
from assistant.retrieval.query.coverage import CoverageModel
from assistant.retrieval.retriever import Retriever

WIDTH = 4096
UNHEARD = set("a an and are at does happens how in is it of on s should the to what why".split())  # noqa: SIM905


class WordEmbedder:
    """Counts words into hashed slots: the cosine of two texts is their shared words over the root of both lengths."""

    def __init__(self, identity: str = "words@1") -> None:
        self.identity = identity
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Unit vectors [len(texts), WIDTH]; a text without words points at slot 0."""
        self.embedded.extend(texts)
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                if word not in UNHEARD:
                    vectors[row, 1 + zlib.crc32(word.encode()) % (WIDTH - 1)] += 1
            if not vectors[row].any():
                vectors[row, 0] = 1
        if progress:
            progress(len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode(self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None) -> Vectors:
        """An encoder too: the whole text of each passage."""
        return self.embed([whole_text(passage) for passage in passages], progress)


class Talk:
    """An assistant that is asked about one store of notes."""

    def __init__(self, assistant: Assistant, store: NoteStore) -> None:
        self._assistant, self._store = assistant, store

    def ask(self, question: str, decoding: Decoding, *more: object, **named: object) -> Iterator[Event]:
        """The events of an answer from the notes as they are now."""
        return self._assistant.ask(question, self._store.catalog(), decoding, *more, **named)

    def search(self, question: str, *more: object, **named: object) -> Retrieval:
        """The passages for a question."""
        return self._assistant.search(question, self._store.catalog(), *more, **named)


COVERAGE = CoverageModel(-4.0, {"best": 10.0}, 0.5)  # covered from a cosine of 0.4 on


def retriever_of(embedder: WordEmbedder) -> Retriever:
    """A retriever that takes a question for covered when its best cosine is at least 0.4."""
    return Retriever(embedder, embedder.embed(["best pizza in naples"]), COVERAGE)


def count_words(texts: Sequence[str]) -> list[int]:
    """Tokens of a model whose tokens are words."""
    return [len(text.split()) for text in texts]


class ScriptedGenerator:
    """Says its script piece by piece; an exception in the script is raised at its place."""

    def __init__(
        self,
        *script: str | Exception,
        window: int = 1024,
        refuses: Exception | None = None,
        chat_template: str = "",
    ) -> None:
        self.info = ModelInfo("scripted", "openvino", window, chat_template)
        self.prompts: list[str] = []
        self.decodings: list[Decoding] = []
        self.stops: list[tuple[str, ...]] = []
        self.said = 0  # pieces taken by the reader
        self.closed = 0  # streams that ended, by themselves or by their reader
        self._script = script
        self._refuses = refuses  # raised by `stream` itself, as an engine that is not ready does

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        return count_words(texts)

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        """The script."""
        self.prompts.append(prompt)
        self.decodings.append(decoding)
        self.stops.append(tuple(stop))
        if self._refuses:
            raise self._refuses
        return self._say()

    def _say(self) -> Iterator[Piece]:
        try:
            for at, text in enumerate(self._script, start=1):
                if isinstance(text, Exception):
                    raise text
                self.said += 1
                yield Piece(text, at)
            yield Piece("", len(self._script), finish="stop")
        finally:
            self.closed += 1


class StartingGenerator(ScriptedGenerator):
    """One with a life of its own, which refuses until its ``status`` is set to ready."""

    def __init__(self, *script: str | Exception) -> None:
        super().__init__(*script)
        self.status = EngineStatus("starting")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        if self.status.state != "ready":
            raise EngineError("The model is still loading.")
        return super().count_tokens(texts)


@dataclass
class _Job:
    request: Request
    sink: Sink
    cancelled: threading.Event


class ScriptedEngine:
    """Answers "one two three ..." a word at a time when `go` is set; `places` requests at most, the rest is Busy."""

    def __init__(
        self, words: Sequence[str] = ("one ", "two ", "three"), places: int = 4, fails: Exception | None = None
    ) -> None:
        self.info = ModelInfo("scripted", "openvino", 64, detail="A fake.")
        self.requests: list[Request] = []
        self.words = tuple(words)
        self.go = threading.Event()
        self.go.set()
        self.cancelled = threading.Event()  # some request was cancelled before its end
        self.ahead = 0  # told to every request first
        self.sent = 0  # words
        self.problem = ""  # in its counters
        self._places = places
        self._fails = fails
        self._running = 0
        self._finished = 0
        self._threads: list[threading.Thread] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        return count_words(texts)

    def submit(self, request: Request, sink: Sink) -> Cancel:
        """Play the words in a thread."""
        if self._running >= self._places:
            raise Busy("All places are taken.")
        if len(request.prompt.split()) > self.info.window:
            raise EngineError("The prompt is too long.")
        self.requests.append(request)
        self._running += 1
        job = _Job(request, sink, threading.Event())
        thread = threading.Thread(target=self._play, args=(job,), daemon=True)
        self._threads.append(thread)
        thread.start()
        return job.cancelled.set

    def counters(self) -> Counters:
        """What was done."""
        return Counters(
            self._running,
            0,
            len(self.requests),
            self._finished,
            int(self.cancelled.is_set()),
            self.sent,
            0,
            self.problem,
        )

    def close(self) -> None:
        """End what plays."""
        self.go.set()

    def _play(self, job: _Job) -> None:
        try:
            if self.ahead:
                job.sink(Piece(ahead=self.ahead))
            for at, word in enumerate(self.words, start=1):
                while not self.go.wait(0.01):
                    if job.cancelled.is_set():
                        break
                if job.cancelled.is_set():
                    self.cancelled.set()
                    job.sink(Piece(finish="cancelled"))
                    return
                self.sent += 1
                job.sink(Piece(word, at))
            if self._fails:
                job.sink(self._fails)
                return
            self._finished += 1
            job.sink(Piece("", len(self.words), finish="stop"))
        finally:
            self._running -= 1


def write_notes(folder: Path, **notes: str) -> Path:
    """A knowledge folder; a name such as `adam__sgd` becomes adam/sgd.md."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in notes.items():
        file = folder / (name.replace("__", "/") + ".md")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def hit(text: str, rank: int = 1, title: str = "Note", heading: str = "", score: float = 0.5) -> Hit:
    """A hit made of its text alone."""
    return Hit(rank, score, Passage(f"{title.lower()}.md", title, heading, 1, text))


DROPOUT = """---
title: Dropout
topics: [regularization]
references:
  - author: Srivastava
    title: "Dropout: A Simple Way"
    year: 2014
    link: https://jmlr.org/papers/v15/srivastava14a.html
reviewed: 2026-11-22
---

## What is dropout?

Dropout sets random units to zero during training. Dropout prevents units from relying on one another.

## Dropout at test time

Dropout is switched off at test time, so predictions use all units.
"""

ADAM = """---
title: Adam
---

## What is Adam?

Adam adapts the step size of each weight from running moments of its gradient. Adam needs little tuning.
"""
