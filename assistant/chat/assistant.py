"""The story of one question: find passages, show what the notes say, let the model write, account for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from copy import copy
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.chat.answer_cache import AnswerCache
from assistant.chat.prompt import build_prompt, retells
from assistant.chat.repetition import without_repetition
from assistant.core.errors import AssistantError
from assistant.core.heartbeat import run_with_heartbeat
from assistant.core.records import Answer, CheckedSentence, Hit, LeadSentence, Piece, Prompt, Retrieval, Turn
from assistant.grounding.answer_checker import AnswerChecker
from assistant.grounding.citations import Citations
from assistant.grounding.lead import choose_lead, lead_text
from assistant.grounding.support_model import SupportModel, shipped_support
from assistant.inference.decoding import Decoding
from assistant.inference.generator import Generator, held
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.retriever import Retriever

NOT_COVERED = "My notes do not cover this, so I will not make up an answer."
NO_MODEL = "notes"  # name of the engine that is none
LONGEST_EARLIER = 20_000  # characters of an earlier answer: a chat may come from a file, with any text in it
WAIT_SECONDS = 0.4  # for a model and its token counts, after which the reader is given a chance to stop


@dataclass(frozen=True, slots=True)
class Found:
    """Retrieval is done; the sentences of the notes can be shown."""

    retrieval: Retrieval
    lead: tuple[LeadSentence, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Prompted:
    """The prompt is built; the model is about to read it."""

    prompt: Prompt


@dataclass(frozen=True, slots=True)
class Wrote:
    """The model sent a piece."""

    piece: Piece


@dataclass(frozen=True, slots=True)
class Waited:
    """Nothing came for a moment. Who draws an answer can stop it here, too."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that the model wrote is complete and was compared with the notes."""

    sentence: CheckedSentence


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete."""

    answer: Answer


Event = Found | Prompted | Wrote | Waited | Checked | Finished


@dataclass(frozen=True, slots=True)
class _Ready:
    """What an answer is written with. The model is lent until the stack is closed."""

    model: Generator
    decoding: Decoding
    prompt: Prompt
    stack: ExitStack

    def close(self) -> None:
        """Give the model back."""
        self.stack.close()


class Catalogs(Protocol):
    """Where the current catalog comes from."""

    def catalog(self) -> Catalog:
        """The catalog of the notes as they are now."""


class Assistant:
    """Answers questions from one store of notes; the generator may be missing, and then the notes are the answer."""

    def __init__(
        self,
        store: Catalogs,
        retriever: Retriever,
        generator: Generator | None,
        question_limit: int = 2000,
        support: SupportModel | None = None,
        follow: Callable[[Iterator[Event]], Iterator[Event]] = iter,
    ) -> None:
        """``support`` judges the sentences that the generator writes; without it, the shipped model does. ``follow``
        gets the events of each answer and passes them on, as ``journal.Journal`` does.
        """
        self._follow = follow
        self._store = store
        self._retriever = retriever.remembering()
        self._generator = generator
        self._question_limit = question_limit
        self._support = support or shipped_support()
        self._repeats = AnswerCache()

    def over(self, store: Catalogs) -> Assistant:
        """The same assistant over other notes, such as the shared ones with a visitor's own beside them."""
        other = copy(self)
        other._store = store
        return other

    def search(self, question: str, history: Sequence[Turn] = (), snippets: int = 3) -> Retrieval:
        """The passages for a question, without an answer. Raises AssistantError when the question cannot be used."""
        return self._find(self._store.catalog(), question, self._cut(history), snippets)

    def _find(self, catalog: Catalog, question: str, history: Sequence[Turn], snippets: int) -> Retrieval:
        return self._retriever.find(catalog, self._checked(question), history, snippets)

    def ask(
        self, question: str, decoding: Decoding, history: Sequence[Turn] = (), snippets: int = 3
    ) -> Iterator[Event]:
        """The events of one answer, in order: Found, then Prompted and Wrote if a model answers, then Finished.

        While a model is waited for or says nothing, Waited comes now and then. Between and behind the pieces comes a
        Checked for each sentence that is complete, in the order of the text. Closing the iterator stops the model. A
        model that fails does not lose the answer: it ends with what there is and says why. Raises AssistantError when
        the question cannot be used.
        """
        return self._follow(self._answer(question, decoding, self._cut(history), snippets))

    def _answer(self, question: str, decoding: Decoding, history: Sequence[Turn], snippets: int) -> Iterator[Event]:
        began = time.monotonic()
        catalog = self._store.catalog()
        retrieval = self._find(catalog, question, history, snippets)
        lead = choose_lead(retrieval.query, retrieval.hits, self._retriever.embed) if retrieval.covered else ()
        found = Found(retrieval, lead, time.monotonic() - began)
        yield found
        if not retrieval.covered:
            yield Finished(self._abstained(found, decoding))
        elif self._generator is None:
            yield Finished(self._from_notes(found, decoding))
        else:

            def cite(read: Sequence[Hit]) -> Citations:
                return Citations(retrieval.query, read, self._retriever.embed, catalog.lexical.rarity, self._support)

            yield from self._generate(found, decoding, history, self._generator, began, cite)

    def _checked(self, question: str) -> str:
        readable = question.encode("utf-8", "replace").decode()  # bytes that are no UTF-8 arrive as surrogates
        question = " ".join(readable.replace("\0", " ").split())
        if not question:
            raise AssistantError("The question is empty. Type one, such as: What is dropout?")
        if len(question) > self._question_limit:
            raise AssistantError(
                f"A question may have at most {self._question_limit:,} characters, this one has {len(question):,}. "
                "Shorten it."
            )
        return question

    def _cut(self, history: Sequence[Turn]) -> list[Turn]:
        """Earlier turns, none longer than one that was asked and answered here."""
        return [Turn(turn.question[: self._question_limit], turn.answer[:LONGEST_EARLIER]) for turn in history]

    def _abstained(self, found: Found, decoding: Decoding) -> Answer:
        answer = self._blank(found, decoding)
        return replace(answer, text=NOT_COVERED, abstained=True, sources=(), lead=(), nearest=found.retrieval.hits)

    def _from_notes(self, found: Found, decoding: Decoding, problem: str = "") -> Answer:
        text = lead_text(found.lead)
        return replace(self._blank(found, decoding), text=text, finish="notes", problem=problem)

    def _blank(self, found: Found, decoding: Decoding) -> Answer:
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
        )

    def _generate(
        self,
        found: Found,
        decoding: Decoding,
        history: Sequence[Turn],
        generator: Generator,
        began: float,
        cite: Callable[[Sequence[Hit]], Citations],
    ) -> Iterator[Event]:
        def prepare() -> _Ready:
            with ExitStack() as stack:
                model = stack.enter_context(held(generator))
                suited = decoding.for_model(retells=model.info.engine == "openvino" and retells(model.info))
                prompt = build_prompt(
                    found.retrieval.question,
                    found.retrieval.hits,
                    history,
                    model.info,
                    model.count_tokens,
                    suited.max_new_tokens,
                )
                return _Ready(model, suited, prompt, stack.pop_all())

        try:
            ready = yield from run_with_heartbeat(prepare, _Ready.close, Waited(), WAIT_SECONDS)
        except AssistantError as fault:
            yield Finished(self._from_notes(found, decoding, str(fault)))
            return
        with closing(ready):
            checking = AnswerChecker(lambda: cite(ready.prompt.placed))
            yield from self._write(found, ready.decoding, ready.prompt, ready.model, began, checking)

    def _write(
        self,
        found: Found,
        decoding: Decoding,
        prompt: Prompt,
        generator: Generator,
        began: float,
        checking: AnswerChecker,
    ) -> Iterator[Event]:
        yield Prompted(prompt)
        text, tokens, first_tokens, finish, problem = "", 0, 0, "", ""
        first_at = None
        key = self._repeats.key(generator.info, prompt, decoding)
        again = self._repeats.pieces(key)
        pieces: Iterator[Piece] = iter(())
        try:
            # An engine that is down says so here.
            pieces = iter(again) if again else generator.stream(prompt.text, decoding, prompt.stop)
            for piece in pieces:
                if piece.idle:
                    yield Waited()
                    continue
                if piece.text and first_at is None:
                    first_at, first_tokens = time.monotonic(), piece.tokens
                text += piece.text
                tokens, finish = piece.tokens, piece.finish
                yield Wrote(piece)
                shorter = without_repetition(text) if piece.text else None
                if shorter is not None:
                    text, finish = shorter, "repeated"
                    break
                for sentence in checking.wrote(piece.text):
                    yield Checked(sentence)
        except AssistantError as fault:
            finish, problem = "failed", str(fault)
        finally:
            close = getattr(pieces, "close", None)
            if close:
                close()
        if problem and not text:
            yield Finished(self._from_notes(found, decoding, problem))
            return
        elapsed = time.monotonic() - first_at if first_at and not again else 0.0
        self._repeats.keep(key, text, tokens, finish)
        for sentence in checking.finish(text, cut_off=finish not in ("stop", "repeated")):
            yield Checked(sentence)
        kept = max([len(prompt.placed), *(sentence.source for sentence in found.lead)])
        yield Finished(
            replace(
                self._blank(found, decoding),
                text=text.strip(),
                sentences=checking.sentences,
                sources=found.retrieval.hits[:kept],
                model=generator.info.name,
                engine=generator.info.engine,
                prompt=prompt,
                prompt_tokens=prompt.tokens,
                answer_tokens=tokens,
                seconds_to_first_token=first_at - began if first_at else None,
                tokens_per_second=(tokens - first_tokens) / elapsed if elapsed > 0 and tokens > first_tokens else None,
                finish=finish,
                problem=problem,
            )
        )
