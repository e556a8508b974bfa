"""Questions that want a list, and what they leave out of it: "which optimizers do not use momentum"."""

from __future__ import annotations

import re

from assistant.understanding.grammar.exclusions import exclusions_in
from assistant.understanding.grammar.listing import asks_for_several
from assistant.understanding.grammar.words import LONGEST, one_spaced


def wants_list(question: str) -> bool:
    """Whether a question asks for several things of a kind, by the words around their name alone."""
    text = one_spaced(question)[:LONGEST]
    return asks_for_several(text) or bool(exclusions_in(text))


def excluded(question: str) -> tuple[str, ...]:
    """What an exception or a negation takes out of what is asked for; empty where the lack itself is asked about.

    "which optimizers do not use momentum" excludes "momentum"; "why does my loss not decrease" excludes nothing.
    """
    return tuple(thing for exclusion in exclusions_in(one_spaced(question)) for thing in exclusion.things)


def without_exclusion(question: str) -> str:
    """The question with its exclusions left out: "which optimizers"; unchanged where it has none."""
    text = one_spaced(question)
    found = exclusions_in(text)
    if not found:
        return question
    for exclusion in reversed(found):
        text = text[: exclusion.begin].rstrip() + text[exclusion.end :]
    return re.sub(r"\s+([,.?!:;)])", r"\1", text).strip(" ,;:-–—") or question
