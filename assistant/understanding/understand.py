"""A message becomes what is searched, and what must be said beside it: the steps of this room in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.core.records import Turn
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.understanding.follow_up import resolve
from assistant.understanding.following.resolved import Intent
from assistant.understanding.kinds import Kind, kind_of
from assistant.understanding.lists import excluded, wants_list
from assistant.understanding.messages.about_answer import is_about_answer
from assistant.understanding.messages.about_assistant import AssistantFacts, reply_about
from assistant.understanding.messages.error_query import error_query
from assistant.understanding.messages.greetings import greeting_reply, without_greeting
from assistant.understanding.messages.language import language_of, reply_not_english
from assistant.understanding.messages.nonsense import not_understood_reply
from assistant.understanding.parts import Part, parts_of
from assistant.understanding.spelling import Correction, Speller
from assistant.understanding.unknown_names import asks_only_for, unknown_names

LONGEST_LISTED = 5  # sections that are named as the source of the last answer

Facts = Callable[[], AssistantFacts]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message asks."""

    kind: Kind
    parts: tuple[Part, ...] = ()  # what is searched, in the order asked; empty: ``reply`` is all
    reply: str = ""  # what the program itself says, in place of the notes or before what they hold
    searched_for: str = ""  # the question after spelling and history
    corrected: tuple[tuple[str, str], ...] = ()  # words as typed and as searched for
    unknown_terms: tuple[str, ...] = ()  # names that no note holds
    is_only_unknown: bool = False  # nothing else was asked for
    intent: Intent = "new"  # how it goes on from the turn before
    said: tuple[str, ...] = ()  # sentences that were shown already and need not be again
    excluded: tuple[str, ...] = ()  # what an answer must not name: "activations other than relu"
    wants_list: bool = False


def understand(
    message: str, turns: Sequence[Turn], catalog: Catalog, facts: Facts, *, as_typed: bool = False
) -> Understood:
    """What a message asks in the light of the turns before it, for the notes of a catalog.

    ``as_typed`` takes no word for misspelt.
    """
    answered = [turn for turn in turns if turn.answered]
    kind = kind_of(message, bool(answered))
    if kind == Kind.GREETING:
        return Understood(kind, reply=greeting_reply(message))
    if kind == Kind.NONSENSE:
        return Understood(kind, reply=not_understood_reply(is_about_answer(message)))
    if kind == Kind.ABOUT_ASSISTANT:
        return Understood(kind, reply=reply_about(without_greeting(message), facts()))
    if kind == Kind.NOT_ENGLISH:
        language = language_of(message) or ""
        return Understood(kind, (Part(message),), reply_not_english(language), searched_for=message)
    if kind == Kind.ERROR:
        query = error_query(message) or message
        return Understood(kind, (Part(query),), searched_for=query)
    return _question(kind, without_greeting(message), answered, catalog, as_typed)


def _question(kind: Kind, message: str, turns: Sequence[Turn], catalog: Catalog, as_typed: bool) -> Understood:
    speller = Speller.of(catalog.vocabulary)
    spelled = Correction(message) if as_typed else speller.correct(message)
    resolved = resolve(spelled.text, turns)
    if resolved.intent == "source" and turns:
        return Understood(Kind.ABOUT_ANSWER, reply=_sources_of(turns[-1]), intent="source")
    question = resolved.question
    names = unknown_names(spelled.text, catalog.vocabulary, speller)
    said = [text for turn in turns for text in turn.said] if resolved.skip_said else []
    return Understood(
        kind if resolved.intent == "new" or kind == Kind.ABOUT_ANSWER else Kind.QUESTION,
        parts_of(question, held_in(catalog.vocabulary)),
        searched_for=question,
        corrected=_worth_telling(spelled),
        unknown_terms=names,
        is_only_unknown=asks_only_for(question, names),
        intent=resolved.intent,
        said=tuple(said),
        excluded=excluded(question),
        wants_list=wants_list(question),
    )


def held_in(vocabulary: Vocabulary) -> Callable[[str], int]:
    """How often the notes hold a phrase, told from its words and their neighbours."""

    def held(phrase: str) -> int:
        words = re.findall(r"\w+", phrase.lower())
        if len(words) < 2:
            return sum(map(vocabulary.count, words))
        return min(vocabulary.pair(first, second) for first, second in pairwise(words))

    return held


def _worth_telling(spelled: Correction) -> tuple[tuple[str, str], ...]:
    """The changes that a reader should see: not those of an apostrophe or a capital."""
    return tuple(
        (typed, meant)
        for typed, meant in spelled.changes
        if "".join(filter(str.isalnum, typed.lower())) != "".join(filter(str.isalnum, meant.lower()))
    )


def _sources_of(turn: Turn) -> str:
    """Which sections the last answer quoted."""
    if not turn.sections:
        return "The last answer quoted no note."
    named = [f"- {section.partition('#')[2] or section}" for section in turn.sections[:LONGEST_LISTED]]
    return "\n".join(["The last answer quotes these sections, which its numbers open:", "", *named])
