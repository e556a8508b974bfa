"""One answer of the model: pieces as they come, each sentence checked as it is complete, the whole at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.chat.answer_cache import AnswerCache
from assistant.chat.events import Checked, Event, Finished, Found, Prompted, Waited, Wrote
from assistant.chat.repetition import without_repetition
from assistant.core.errors import AssistantError
from assistant.core.records import Answer, Piece, Prompt
from assistant.grounding.answer_checker import AnswerChecker
from assistant.grounding.lead import lead_text
from assistant.inference.decoding import Decoding
from assistant.inference.generator import Generator

NO_MODEL = "notes"  # name of the engine that is none


def blank(found: Found, decoding: Decoding) -> Answer:
    """An answer of which nothing is written yet."""
    return Answer(
        question=found.retrieval.question,
        text="",
        abstained=False,
        sources=found.retrieval.hits,
        model="none",
        engine=NO_MODEL,
        preset=decoding.preset,
        lead=found.lead,
        seconds_to_retrieve=found.seconds,
        told=found.told,
    )


def from_notes(found: Found, decoding: Decoding, problem: str = "") -> Answer:
    """The notes' sentences as the answer; ``problem`` says why no model added to them."""
    return replace(blank(found, decoding), text=lead_text(found.lead), finish="notes", problem=problem)


@dataclass
class Writing:
    """What the model has sent so far."""

    text: str = ""
    tokens: int = 0
    first_tokens: int = 0  # of the piece that held the first text
    first_at: float | None = None  # time.monotonic() of it
    finish: str = ""
    problem: str = ""

    def take(self, piece: Piece) -> None:
        """Add a piece; a text that begins to say the same again ends where it does."""
        if piece.text and self.first_at is None:
            self.first_at, self.first_tokens = time.monotonic(), piece.tokens
        self.text += piece.text
        self.tokens, self.finish = piece.tokens, piece.finish
        shorter = without_repetition(self.text) if piece.text else None
        if shorter is not None:
            self.text, self.finish = shorter, "repeated"

    @property
    def is_cut_off(self) -> bool:
        """Whether the model did not come to an end by itself."""
        return self.finish not in ("stop", "repeated")

    @property
    def tokens_per_second(self) -> float | None:
        """Speed after the first text; None when there is nothing to measure."""
        elapsed = time.monotonic() - self.first_at if self.first_at is not None else 0.0
        return (self.tokens - self.first_tokens) / elapsed if elapsed > 0 and self.tokens > self.first_tokens else None


@dataclass(frozen=True)
class AnswerWriter:
    """What one answer is written with."""

    found: Found
    decoding: Decoding
    prompt: Prompt
    generator: Generator
    cache: AnswerCache

    def write(self, began: float, checker: AnswerChecker) -> Iterator[Event]:
        """Prompted, then Wrote, Checked and Waited as it goes, then Finished. Closing the iterator stops the model.

        ``began`` is the time.monotonic() of the question. A model that fails does not lose what it wrote.
        """
        yield Prompted(self.prompt)
        key = self.cache.key(self.generator.info, self.prompt, self.decoding)
        known = self.cache.pieces(key)
        writing = Writing()
        try:
            # An engine that is down says so here.
            yield from self._take(writing, known, checker)
        except AssistantError as fault:
            writing.finish, writing.problem = "failed", str(fault)
        if writing.problem and not writing.text:
            yield Finished(from_notes(self.found, self.decoding, writing.problem))
            return
        speed = None if known else writing.tokens_per_second
        self.cache.keep(key, writing.text, writing.tokens, writing.finish)
        for sentence in checker.finish(writing.text, cut_off=writing.is_cut_off):
            yield Checked(sentence)
        yield Finished(self._answer(writing, began, speed, checker))

    def _take(self, writing: Writing, known: Sequence[Piece], checker: AnswerChecker) -> Iterator[Event]:
        pieces = iter(known) if known else self.generator.stream(self.prompt.text, self.decoding, self.prompt.stop)
        try:
            for piece in pieces:
                if piece.idle:
                    yield Waited()
                    continue
                writing.take(piece)
                yield Wrote(piece)
                if writing.finish == "repeated":
                    return
                for sentence in checker.wrote(piece.text):
                    yield Checked(sentence)
        finally:
            close = getattr(pieces, "close", None)  # a plain iterator has nothing to end
            if close:
                close()

    def _answer(self, writing: Writing, began: float, speed: float | None, checker: AnswerChecker) -> Answer:
        found, prompt = self.found, self.prompt
        kept = max([len(prompt.placed), *(sentence.source for sentence in found.lead)])
        return replace(
            blank(found, self.decoding),
            text=writing.text.strip(),
            sentences=checker.sentences,
            sources=found.retrieval.hits[:kept],
            model=self.generator.info.name,
            engine=self.generator.info.engine,
            prompt=prompt,
            prompt_tokens=prompt.tokens,
            answer_tokens=writing.tokens,
            seconds_to_first_token=writing.first_at - began if writing.first_at is not None else None,
            tokens_per_second=speed,
            finish=writing.finish,
            problem=writing.problem,
        )
