"""One question from first to last: find passages, show what the notes say, let the model write, account for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace

from assistant.chat.answer_cache import AnswerCache
from assistant.chat.answer_writer import AnswerWriter, blank, from_notes
from assistant.chat.events import Event, Finished, Found, Waited
from assistant.chat.looking import look
from assistant.chat.prompt import build_prompt
from assistant.chat.prompt_layouts import retells
from assistant.chat.question import checked_question, on_one_line
from assistant.chat.remarks import refusal_of, told_of
from assistant.core.errors import AssistantError
from assistant.core.heartbeat import run_with_heartbeat
from assistant.core.records import Answer, Prompt, Retrieval, Turn
from assistant.grounding.answer_checker import AnswerChecker
from assistant.grounding.citations import Citations
from assistant.grounding.support_model import SupportModel, shipped_support
from assistant.inference.decoding import Decoding
from assistant.inference.generator import Generator, held
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.retriever import Retriever
from assistant.understanding.messages.about_assistant import unknown_facts
from assistant.understanding.understand import Facts, understand

LONGEST_EARLIER = 20_000  # characters of an earlier answer: a chat may come from a file, with any text in it
LONGEST_READ = 800  # characters of a message that a model reads: GPT-2's window holds passages and answer, too
WAIT_SECONDS = 0.4  # for a model and its token counts, after which the reader is given a chance to stop


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


class Assistant:
    """Answers questions from catalogs of notes; the generator may be missing, and then the notes are the answer."""

    def __init__(
        self,
        retriever: Retriever,
        generator: Generator | None,
        question_limit: int = 6000,
        support: SupportModel | None = None,
        follow: Callable[[Iterator[Event]], Iterator[Event]] = iter,
    ) -> None:
        """``support`` judges the sentences that the generator writes; without it, the shipped model does. ``follow``
        gets the events of each answer and passes them on, as ``journal.Journal`` does.
        """
        self._follow = follow
        self._retriever = retriever.remembering()
        self._generator = generator
        self._question_limit = question_limit
        self._support = support or shipped_support()
        self._cache = AnswerCache()  # one for all catalogs: what an answer is made from tells them apart

    def search(self, question: str, catalog: Catalog, snippets: int = 3) -> Retrieval:
        """The passages for a question, without an answer. Raises AssistantError when the question cannot be used."""
        return self._retriever.find(catalog, on_one_line(checked_question(question, self._question_limit)), snippets)

    def ask(
        self,
        question: str,
        catalog: Catalog,
        decoding: Decoding,
        history: Sequence[Turn] = (),
        snippets: int = 3,
        facts: Facts = unknown_facts,
        *,
        as_typed: bool = False,
    ) -> Iterator[Event]:
        """The events of one answer, in order: Found, then Prompted and Wrote if a model answers, then Finished.

        While a model is waited for or says nothing, Waited comes now and then. Between and behind the pieces comes a
        Checked for each sentence that is complete, in the order of the text. Closing the iterator stops the model. A
        model that fails does not lose the answer: it ends with what there is and says why. ``facts`` tells what the
        program knows of itself, for messages about it. ``as_typed`` takes no word for misspelt. Raises AssistantError
        when the question cannot be used.
        """
        return self._follow(self._answer(question, catalog, decoding, self._cut(history), snippets, facts, as_typed))

    def _answer(
        self,
        question: str,
        catalog: Catalog,
        decoding: Decoding,
        history: Sequence[Turn],
        snippets: int,
        facts: Facts,
        as_typed: bool,
    ) -> Iterator[Event]:
        began = time.monotonic()
        message = checked_question(question, self._question_limit)
        understood = understand(message, history, catalog, facts, as_typed=as_typed)
        seen = look(message, understood, catalog, self._retriever, snippets)
        found = Found(seen.retrieval, seen.lead, time.monotonic() - began, told_of(understood, seen))
        yield found
        if not understood.parts:
            yield Finished(replace(blank(found, decoding), text=understood.reply, finish="reply"))
        elif not seen.retrieval.covered:
            yield Finished(_abstained(found, decoding, understood.reply))
        elif self._generator is None:
            yield Finished(from_notes(found, decoding))
        else:
            yield from self._generate(found, catalog, decoding, history, self._generator, began)

    def _cut(self, history: Sequence[Turn]) -> list[Turn]:
        """Earlier turns, none longer than one that was asked and answered here."""
        return [
            replace(turn, question=turn.question[: self._question_limit], answer=turn.answer[:LONGEST_EARLIER])
            for turn in history
        ]

    def _generate(
        self,
        found: Found,
        catalog: Catalog,
        decoding: Decoding,
        history: Sequence[Turn],
        generator: Generator,
        began: float,
    ) -> Iterator[Event]:
        retrieval = found.retrieval

        def prepare() -> _Ready:
            with ExitStack() as stack:
                model = stack.enter_context(held(generator))
                suited = decoding.for_model(model.info, retells=retells(model.info))
                prompt = build_prompt(
                    _short(found),
                    retrieval.hits,
                    history,
                    model.info,
                    model.count_tokens,
                    suited.max_new_tokens,
                )
                return _Ready(model, suited, prompt, stack.pop_all())

        try:
            ready = yield from run_with_heartbeat(prepare, _Ready.close, Waited(), WAIT_SECONDS)
        except AssistantError as fault:
            yield Finished(from_notes(found, decoding, str(fault)))
            return
        with closing(ready):
            checker = AnswerChecker(
                lambda: Citations(
                    retrieval.query,
                    ready.prompt.placed,
                    self._retriever.embed,
                    catalog.lexical.rarity,
                    self._support,
                )
            )
            writer = AnswerWriter(found, ready.decoding, ready.prompt, ready.model, self._cache)
            yield from writer.write(began, checker)


def _short(found: Found) -> str:
    """The question as the model reads it: of a long message, such as one with a traceback, what was searched for."""
    message = on_one_line(found.retrieval.question)
    return message if len(message) <= LONGEST_READ else found.told.searched_for[:LONGEST_READ] or message[:LONGEST_READ]


def _abstained(found: Found, decoding: Decoding, reply: str = "") -> Answer:
    answer = blank(found, decoding)
    return replace(
        answer, text=reply or refusal_of(found.told), abstained=True, sources=(), lead=(), nearest=found.retrieval.hits
    )
