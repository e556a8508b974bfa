"""What a negation or an exception takes out of what is asked for, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.understanding.grammar.listing import asks_for_several, names_several
from assistant.understanding.grammar.words import (
    AUXILIARIES,
    DETERMINERS,
    LONGEST,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    content_of,
    is_name,
    word_set,
)

_NEGATED = (
    r"(?:(?:do|does|did|is|are|was|were|can|could|will|would|should)\s+not|cannot|"
    r"(?:do|does|did|is|are|was|were|ca|could|wo|would|should)n['’]?t)"
)
_USING = (
    r"(?:use|using|need|require|have|rely\s+on|depend\s+on|involve|contain|include|employ|based\s+on|want|come\s+from)"
)
_THING = r"(?P<thing>[^\n\"]{1,80})"
_EXCEPT = re.compile(
    r"(?:,\s*|\(\s*)?\b(?:other\s+than|besides|apart\s+from|aside\s+from|except(?:\s+for)?|excluding|"
    rf"not\s+counting|not\s+including)\s+{_THING}",
    re.I,
)
_WITHOUT = re.compile(rf"(?<!do )(?<!and )(?<!or )\bwithout\s+{_THING}", re.I)
_NEGATIONS = (
    re.compile(rf"(?:\b(?:that|which|who)\s+)?\b{_NEGATED}\s+(?:really\s+|also\s+)?{_USING}\s+{_THING}", re.I),
    re.compile(rf"\b(?:(?:that|which)\s+(?:uses?|needs?|requires?|have|has|contains?)|with)\s+no\s+{_THING}", re.I),
    re.compile(
        r"(?:\b(?:that|which)\s+|(?<=s\s))(?:are|is)(?:\s+not|n['’]?t)\s+"
        rf"(?:from\s+|made\s+by\s+|based\s+on\s+)?{_THING}",
        re.I,
    ),
    re.compile(rf"\b(?:that|which)\s+(?:are|is|use|uses|need|needs)\s+neither\s+{_THING}", re.I),
    re.compile(r"(?:,\s*|\(\s*)(?:but\s+|so\s+)?(?:not|no)\s+(?P<thing>[^\n,()\"]{1,60})\)?", re.I),
    re.compile(rf",?\s*\b(?:but\s+)?i\s+(?:do\s+not|don['’]?t)\s+want(?:\s+to)?\s+{_THING}", re.I),
)
_SET_APART = re.compile(r"\b(?:sets?|tells?|told|keeps?|kept)\b[^?]{0,60}\bapart\s+from\b", re.I)
# Questions on a lack itself: what is lacking is their subject.
_ABOUT_LACK = re.compile(
    r"^\W*(?:(?:so|and|but)\s+)?(?:why|is|are|was|does|do|did|can|could|should|would|will|must|when|explain|my|the|our|"
    r"it|i['’]?m|what['’]?s|what\s+(?:is|are|happens|if|goes|does|do|would|changes)|"
    r"how\s+(?:bad|much|many|well|come|is|are|long|good))\b",
    re.I,
)
_HOW_TO = re.compile(r"^\W*(?:how\s+to|how\s+(?:do|can|could|should|would)\s+(?:i|we|you|one)|ways?\s+to)\b", re.I)
# "how to train without a critic", "without storing it": how the lack can be borne is what is asked.
_ONE_OF_THEM = re.compile(r"(?:an?|such|the|any|my|much|more|\w+ing)\s+\S", re.I)
_RELATIVE = re.compile(r"\W*(?:that|which)\b", re.I)
_DONE = re.compile(r"\w+(?:ed\s+by|ing)\b", re.I)  # "that are not affected by", "that is not decreasing" name no thing
_SENTENCE = re.compile(r"[^.?!\n]+(?:[.?!](?!\s|$)[^.?!\n]+)*[.?!]*")
_ROW = re.compile(r"\s*\S+(?:\s+\S+)?(?:,|\s+(?:and|or)\s)")  # behind a comma in a row: "Adam, SGD and RMSprop"
_JOINED = re.compile(r"\s*,\s*(?:and|or|nor)?\s*|\s+(?:and|or|nor)\s+")
_ENDS = (
    AUXILIARIES | PRONOUNS | QUESTION_WORDS | (PREPOSITIONS - {"of"}) | word_set("if because since so then but please")
)
_SKIPPED = DETERMINERS | word_set("using use with new explicit own extra buying having adding such")
_MOST_WORDS = 4  # of a thing


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The characters of a question that exclude, and the names of what they exclude."""

    begin: int
    end: int
    things: tuple[str, ...]


def exclusions_in(question: str) -> list[Exclusion]:
    """The exclusions of a question, in order."""
    found: list[Exclusion] = []
    for sentence in _SENTENCE.finditer(question[:LONGEST]):
        for match in _matches(sentence[0]):
            things, length = _things(match["thing"])
            begin, end = match.start(), match.start("thing") + length
            end += match[0].lstrip(", ").startswith("(") and sentence[0][end : end + 1] == ")"
            new = Exclusion(sentence.start() + begin, sentence.start() + end, things)
            if things and all(new.end <= other.begin or new.begin >= other.end for other in found):
                found.append(new)
    return sorted(found, key=lambda exclusion: exclusion.begin)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """The places of a sentence where something is excluded."""
    if not _SET_APART.search(text):
        yield from _EXCEPT.finditer(text)
    several = asks_for_several(text)
    if _ABOUT_LACK.match(text) and not several:
        return
    how_to = bool(_HOW_TO.match(text))
    for pattern in (*_NEGATIONS, _WITHOUT):
        for match in pattern.finditer(text):
            plain_lack = pattern is _WITHOUT and not _ONE_OF_THEM.match(match["thing"])
            before = text[: match.start()]
            described = bool(_RELATIVE.match(match[0])) and is_name(before, 6)  # "LLM decoding that is not random"
            if pattern is not _WITHOUT and _DONE.match(match["thing"]):
                continue
            if several or described or names_several(before) or (how_to and plain_lack):
                yield match


def _things(text: str) -> tuple[tuple[str, ...], int]:
    """The names at the beginning of a text, without articles, and how many characters they take with these."""
    taken: list[str] = []
    length = 0
    for match in re.finditer(r"\S+", text):
        raw, word = match[0], match[0].lower().strip("()\"'“”,;:.?!")
        if taken and taken[0].lower().endswith("ing") and word in ("it", "them", "this", "that"):
            length = match.end()
            break
        if word in ("one", "ones"):  # "other than the main one"
            return (), 0
        if word in _ENDS or raw[0] in "(-–—" or len(taken) > 2 * _MOST_WORDS:
            break
        length = match.start() + len(raw.rstrip(",;:.?!)"))
        taken.append(raw)
        if raw[-1] in ";:.?!)" or (raw[-1] == "," and not _ROW.match(text[match.end() :])):
            break
    names = map(_bare, _JOINED.split(" ".join(taken).strip(" ,;:.?!()")))
    return tuple(name for name in names if content_of(name) and len(name.split()) <= _MOST_WORDS), length


def _bare(name: str) -> str:
    words = name.split()
    while words and words[0].lower() in _SKIPPED:
        words = words[1:]
    return " ".join(words)
