"""The questions that one message asks, each told such that it can be searched alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.understanding.grammar.clauses import clauses_of
from assistant.understanding.grammar.comparing import sides_of
from assistant.understanding.grammar.marks import numbered, sentences
from assistant.understanding.grammar.naming import named_apart
from assistant.understanding.grammar.openings import asks_for_word
from assistant.understanding.grammar.said import Said
from assistant.understanding.grammar.words import (
    AUXILIARIES,
    LONGEST,
    QUESTION_WORDS,
    Held,
    begins_question,
    content_of,
    is_name,
    is_request,
    one_spaced,
    without_connective,
    word_set,
    words_of,
)

MOST_PARTS = 4
_CODE = ("```", "Traceback (most", "\n  File ")
_BARE = QUESTION_WORDS | word_set("come not so else exactly")  # "why?", "how come?"
_VERDICTS = word_set(
    "normal legit possible true correct bug problem safe enough fine dangerous common necessary required intended "
    "expected really serious allowed stupid dumb nonsense crazy weird"
)

Kind = Literal["asked", "side"]


@dataclass(frozen=True, slots=True)
class Part:
    """One question: ``label`` is how the asker numbered it, a "side" tells of one thing in the comparison before it."""

    text: str
    label: str = ""
    kind: Kind = "asked"


def parts_of(question: str, held: Held | None = None) -> tuple[Part, ...]:
    """The parts of a question in the order asked, one to four; an ordinary question is its only part, unchanged.

    ``held`` tells how many sections of the notes hold a phrase: names are told from their neighbours by it. Without it
    fewer things are taken for names. The sides of a comparison follow it where there is room for all of them.
    """
    if len(question) > LONGEST or any(mark in question for mark in _CODE):
        return (Part(question),)
    text = one_spaced(question).strip()
    parts = _numbered(text, held) or _asked(text, held)
    if len(parts) < 2:
        parts = [Part(one) for one in named_apart(text, held)] or [Part(question)]
    return tuple(_with_sides(_at_most(parts), held))


def _numbered(text: str, held: Held | None) -> list[Part]:
    """The items of a numbered row, empty where there is none."""
    head, items = numbered(text)
    if begins_question(f"{head} ") and not any(begins_question(item.text) for item in items):
        return [Part(f"{head.rstrip(' :,-–—')} {item.text}", item.label) for item in items]
    said = Said(held)
    said.hears(head)
    return [Part(said.asks(item.text, after_head=bool(head)), item.label) for item in items]


def _asked(text: str, held: Held | None) -> list[Part]:
    """The questions of running text."""
    told: list[Part] = []
    said = Said(held)
    for sentence in sentences(text):
        clauses = clauses_of(sentence)
        asks = bool(clauses.head) or len(clauses.asked) > 1 or begins_question(sentence)
        asks = asks or (sentence.endswith("?") and said.leads_to(sentence))
        if told and (not asks or (len(clauses.asked) == 1 and _echoes(clauses.asked[0]))):
            told[-1] = replace(told[-1], text=f"{told[-1].text} {sentence}")
        elif not asks:
            said.hears(sentence)
        else:
            said.hears(clauses.head)
            for clause in clauses.asked:
                told.append(Part(said.asks(clause, after_head=bool(clauses.head) or not told)))
    return told


def _echoes(clause: str) -> bool:
    """Whether a question only asks whether the one before it was meant so: "is that normal?", "why?", "or both?"."""
    text = without_connective(clause)
    words = words_of(text)
    content = [word for word in content_of(text) if word.isalpha()]
    if not words or words_of(clause)[0] == "or" or asks_for_word(text):
        return True
    if is_request(text):  # "explain why", "list all parts"
        return len(content) < (2 if words[0] in ("explain", "describe", "define", "compare") else 3)
    if not begins_question(text):
        return not content or not is_name(text, 6)
    return set(words) <= _BARE or (words[0] in AUXILIARIES and _VERDICTS.issuperset(content))


def _at_most(parts: Sequence[Part]) -> list[Part]:
    """The parts, those beyond the fourth joined to it."""
    kept = list(parts[:MOST_PARTS])
    for part in parts[MOST_PARTS:]:
        kept[-1] = replace(kept[-1], text=f"{kept[-1].text} {part.text}")
    return kept


def _with_sides(parts: Sequence[Part], held: Held | None) -> list[Part]:
    """The parts, the first comparison followed by its sides where there is room for all of them."""
    for at, part in enumerate(parts):
        if sides := sides_of(part.text, held):
            said = {part.text.lower().rstrip(" ?") for part in parts}
            new = [Part(side, kind="side") for side in sides if side.lower() not in said]
            room = len(parts) + len(new) <= MOST_PARTS
            return [*parts[: at + 1], *(new if room else ()), *parts[at + 1 :]]
    return list(parts)
