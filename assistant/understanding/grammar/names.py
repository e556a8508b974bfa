"""Names at the beginning and at the end of a text, as far as function words bound them."""

from __future__ import annotations

from assistant.understanding.grammar.words import (
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    Held,
    content_of,
    is_name,
    word_set,
)

_STOPS = (
    AUXILIARIES
    | PRONOUNS
    | QUESTION_WORDS
    | CONJUNCTIONS
    | (PREPOSITIONS - {"of"})
    | word_set("use using should but better faster")
)
_STOPS_BEFORE = _STOPS | word_set("compare explain difference between")
_POINTING = word_set("this that these those my")
_LOOSE = word_set("and or of a an the")
_ENDS = (_STOPS | word_set("used useful good then")) - _LOOSE
_UNSAID = DETERMINERS | word_set("using plain ordinary normal")  # in front of a name and no part of it
_MOST_WORDS = 7
_MARKS = "()\"'“”,;:.?!"


def first_name(text: str, held: Held | None) -> str:
    """The name of one thing at the beginning of a text, without its article.

    A preposition belongs to it only where the notes know the longer name, such as "reduce on plateau".
    """
    taken: list[str] = []
    raws = text.split()
    for at, raw in enumerate(raws):
        word = raw.lower().strip(_MARKS)
        if word in _STOPS:
            longer = " ".join((*taken, *raws[at : at + 2])).strip(" ,;:?!.")
            known = held is not None and taken and word in PREPOSITIONS and at + 1 < len(raws) and held(longer) > 1
            if not known:
                break
        taken.append(raw)
        if raw[-1] in ",;:?!" or (raw[-1] == "." and len(raw) > 2) or len(taken) == _MOST_WORDS:
            break
    return bare_name(" ".join(taken))


def last_name(text: str) -> str:
    """The name of one thing at the end of a text, without its article."""
    taken: list[str] = []
    for raw in reversed(text.split()):
        ended = bool(taken) and raw[-1] in ",;:?!."
        if ended or raw.lower().strip(_MARKS) in _STOPS_BEFORE or len(taken) == _MOST_WORDS:
            break
        taken.append(raw)
    return bare_name(" ".join(reversed(taken)))


def whole_name(text: str) -> str:
    """The names of one or more things at the beginning of a text, article and all: "the E4M3 and E5M2 formats"."""
    taken: list[str] = []
    for raw in text.split("(")[0].split():
        if raw.lower().strip(_MARKS) in _ENDS or len(taken) == _MOST_WORDS:
            break
        taken.append(raw)
        if raw[-1] in ";:?!":
            break
    while taken and taken[-1].lower() in _LOOSE:
        taken.pop()
    name = " ".join(taken).strip(" ,;:.?!")
    return name if content_of(name) and taken[0].lower() not in _POINTING else ""


def bare_name(name: str) -> str:
    """A name without marks around it and without its article."""
    words = name.strip(" ,;:?!-–—").removesuffix(".").split()
    while words and words[0].lower() in _UNSAID:
        words = words[1:]
    return " ".join(words)


def is_thing(name: str, held: Held | None) -> bool:
    """Whether this is the name of something that can be looked up."""
    lettered = any(word[0].isalpha() for word in content_of(name))
    return lettered and is_name(name, 5) and (held is None or held(name) > 0)
