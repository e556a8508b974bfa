"""Asks the labelled questions and measures whole answers: whether lead and answer say what is needed, and how."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.chat.assistant import Assistant
from assistant.chat.events import answer_of
from assistant.core.errors import EngineError
from assistant.core.records import Answer
from assistant.inference.decoding import Decoding
from assistant.lab.evaluation.gold import Question
from assistant.lab.evaluation.measures import all_facts, mean
from assistant.retrieval.index.catalog import Catalog

REPEATED_WORDS = 4  # words in a row that count as a repetition when they occur again


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Means over the questions that were asked, for one model and preset; None where there was nothing to average."""

    model: str
    preset: str
    covered: int  # questions that the notes answer
    lead_holds: float | None  # share of them whose lead alone states every key fact
    answer_holds: float | None  # share whose lead and generated text together do
    supported: float | None  # share of the generated sentences that the notes support
    lead_repeated: float | None  # share of the 4-grams of the lead that stood in it before
    repeated: float | None  # the same of the generated text
    lead_words: float | None
    words: float | None  # of the generated text
    seconds_to_lead: float | None
    seconds: float | None  # for the whole answer
    off_topic: int  # questions that the notes do not answer
    off_topic_written: int  # of those, how many got generated text


def measure_answers(
    assistant: Assistant,
    catalog: Catalog,
    decoding: Decoding,
    questions: Sequence[Question],
    snippets: int = 3,
    report: Callable[[Answer], None] = lambda answer: None,
) -> AnswerFigures:
    """Ask every question once. ``report`` is called with each answer.

    Raises AssistantError when the model fails: half a measurement is none.
    """
    asked = []
    for question in questions:
        began = time.perf_counter()
        answer = _ask(assistant, catalog, decoding, question.text, snippets)
        asked.append(_Asked(question, answer, time.perf_counter() - began))
        report(answer)
    return _figures(asked, decoding.preset)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with its answer."""

    question: Question
    answer: Answer
    seconds: float

    @property
    def lead(self) -> str:
        """What the lead says."""
        return lead_of(self.answer)

    @property
    def text(self) -> str:
        """What a model wrote."""
        return written_in(self.answer)


def _figures(asked: Sequence[_Asked], preset: str) -> AnswerFigures:
    """The means over all that was asked."""
    covered = [one for one in asked if one.question.covered]
    off_topic = [one for one in asked if not one.question.covered]
    leads = [one.lead for one in covered if one.lead]
    texts = [one.text for one in covered if one.text]
    checked = [sentence for one in covered for sentence in one.answer.sentences]
    return AnswerFigures(
        model=next((one.answer.model for one in asked if not one.answer.abstained), "none"),
        preset=preset,
        covered=len(covered),
        lead_holds=_mean([holds(one.question, one.lead) for one in covered]),
        answer_holds=mean([holds(one.question, f"{one.lead}\n{one.text}") for one in covered]),
        supported=_mean([float(sentence.is_supported) for sentence in checked]),
        lead_repeated=_mean([repeated_share(lead) for lead in leads]),
        repeated=_mean([repeated_share(text) for text in texts]),
        lead_words=_mean([len(lead.split()) for lead in leads]),
        words=_mean([len(text.split()) for text in texts]),
        seconds_to_lead=_mean([one.answer.seconds_to_retrieve for one in covered]),
        seconds=_mean([one.seconds for one in covered]),
        off_topic=len(off_topic),
        off_topic_written=sum(bool(one.text) for one in off_topic),
    )


def holds(question: Question, text: str) -> float:
    """1 when a text states every key fact of a question, else 0."""
    return float(all_facts(question.facts, [text.lower()]))


def lead_of(answer: Answer) -> str:
    """The text of the lead."""
    return " ".join(sentence.text for sentence in answer.lead)


def written_in(answer: Answer) -> str:
    """What a model wrote; nothing when the notes or the program answered alone, or the question was declined."""
    return "" if answer.abstained or answer.finish in ("notes", "reply") else answer.text


def shown_as_supported(answer: Answer) -> list[dict[str, str | float]]:
    """The generated sentences that count as supported, each with the passage that it cites.

    Readers see them, but for those that the lead has said already.
    """
    passages = {hit.rank: hit.passage for hit in answer.sources}
    return [
        {
            "model": answer.model,
            "preset": answer.preset,
            "question": answer.question,
            "sentence": sentence.text,
            "section": passages[sentence.source].section,
            "passage": passages[sentence.source].text,
            "support": sentence.support,
        }
        for sentence in answer.sentences
        if sentence.source is not None and sentence.is_supported
    ]


def repeated_share(text: str) -> float:
    """Share of a text's 4-grams of words that stood in it before; 0 for fewer than four words."""
    words = re.findall(r"\w+", text.lower())
    grams = list(zip(*(words[at:] for at in range(REPEATED_WORDS)), strict=False))
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def sample(questions: Sequence[Question], limit: int | None) -> list[Question]:
    """At most ``limit`` of the questions, evenly spread, so that every subject has its part; all of them without."""
    if limit is None or limit >= len(questions):
        return list(questions)
    return [questions[at * len(questions) // limit] for at in range(limit)]


def _ask(assistant: Assistant, catalog: Catalog, decoding: Decoding, question: str, snippets: int) -> Answer:
    answer = answer_of(assistant.ask(question, catalog, decoding, snippets=snippets))
    if answer.problem:
        raise EngineError(f"The model failed at {question!r}: {answer.problem}")
    return answer


def _mean(values: Sequence[float]) -> float | None:
    return mean(values) if values else None
