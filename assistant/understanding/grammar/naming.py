"""Several things after one head: "what are precision and recall", "explain momentum, weight decay and warmup"."""

from __future__ import annotations

import re

from assistant.understanding.grammar.words import PREPOSITIONS, Held, content_of, is_name, word_set, words_of

_HEAD = re.compile(
    r"^\W*(?:please\s+)?(?:(?:can|could)\s+you\s+)?(?P<head>what\s+(?:is|are)|what['’]?s|explain|define|describe|"
    r"tell\s+me\s+about)\s+",
    re.I,
)
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|&)\s+", re.I)
_SYMBOL = 2  # characters of a letter that stands for something only beside another: "Q and K"
_NOT_IN_ONE = PREPOSITIONS | word_set("of most more")
_FEW = 5  # sections that must hold a name before it is taken for one
_MOST = 4  # things; and words of each


def named_apart(question: str, held: Held | None = None) -> tuple[str, ...]:
    """A question for each of the things that one asks to be defined; empty where it is one thing."""
    found = _HEAD.match(question)
    if not found:
        return ()
    *before, behind = _AND.split(question[found.end() :].rstrip(" ?.!"))
    last, tail = _with_tail(behind)
    names = [name.strip() for name in (*before, last)]
    if not 2 <= len(names) <= _MOST or not all(map(_can_be_asked_alone, names)) or tail.startswith("of "):
        return ()  # "the pros and cons of" is one thing
    if names[0].lower().startswith("the "):
        return ()
    if held is not None:
        names = _with_shared_head(names, held)
        if min(map(held, names)) < _FEW or _is_one_name(names, held):
            return ()
    head = re.sub(r"\bare\b", "is", found["head"])
    return tuple(f"{head} {name} {tail}".strip() for name in names)


def _with_tail(text: str) -> tuple[str, str]:
    """The last name, and what is said of all of them: "weight decay", "in SGD"."""
    words = text.split()
    at = next((at for at, word in enumerate(words) if at and word.lower() in PREPOSITIONS), len(words))
    return " ".join(words[:at]), " ".join(words[at:])


def _can_be_asked_alone(name: str) -> bool:
    named = is_name(name, _MOST) and bool(content_of(name)) and len(name) > _SYMBOL
    return named and not _NOT_IN_ONE.intersection(words_of(name))


def _with_shared_head(names: list[str], held: Held) -> list[str]:
    """The names of "batch and layer normalization", each with its last word."""
    *before, last = names
    head = last.split()[-1]
    shared = [f"{name} {head}" for name in before]
    return [*shared, last] if len(last.split()) > 1 and min(map(held, shared)) >= _FEW else names


def _is_one_name(names: list[str], held: Held) -> bool:
    """Whether the notes hold two names as one: "train and test split"."""
    longer = len(names) == 2 and len(names[1].split()) > len(names[0].split())
    return longer and held(" and ".join(names)) > 0
