"""Where one sentence asks a second time: "what is dropout and when do I use it"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.grammar.openings import Joint, asks_again
from assistant.understanding.grammar.words import begins_question, is_name, words_of

# Between two clauses: a mark, a word that joins, or both, and a letter behind.
_JOINT = re.compile(
    r"(?P<mark>\s*[,;:]\s+|\s*\.{3}\s*|\s+[-–—]{1,2}\s+|\s+)"
    r"(?P<word>(?:and|but|plus)\s+(?:also\s+|then\s+)?|(?<=[,;:]\s)(?:also|then|so)\s+)?(?=(?P<behind>[a-z]))",
    re.I,
)
_TOPIC = re.compile(r"(?P<name>[^:]{2,80}?)(?P<mark>:\s+|\s+[-–—]\s+)(?P<rest>\S.*)", re.S)
_FRAGMENT = 6  # words behind a topic that ask without a verb: "data drift vs concept drift: difference?"
_READ = 200  # characters behind a joint that tell whether a question begins there


@dataclass(frozen=True, slots=True)
class Clauses:
    """A sentence taken apart: what stands before its first question, with its mark, and its questions."""

    head: str
    asked: tuple[str, ...]


def clauses_of(sentence: str) -> Clauses:
    """The questions of a sentence; a head only where the sentence does not open with a question."""
    bare = sentence.rstrip(" ?!.\n")
    cuts = _cuts(bare)
    ends, begins = [*(end for end, _ in cuts), len(bare)], [0, *(begin for _, begin in cuts)]
    first, *others = (bare[begin:end].strip() for begin, end in zip(begins, ends, strict=True))
    if begins_question(first):
        return Clauses("", (first, *others) if others else (sentence,))
    topic = _TOPIC.match(first)
    asks = bool(others) or sentence.endswith("?")
    if topic and is_name(topic["name"]):
        rest = topic["rest"]
        if begins_question(rest) or (asks and is_name(rest, _FRAGMENT)):
            return Clauses(topic["name"] + topic["mark"], (rest, *others))
    if not others:
        return Clauses("", (sentence,))
    joined = words_of(bare[slice(*cuts[0])])
    if (
        joined and "," not in first and is_name(first, _FRAGMENT)
    ):  # "dropout and when to use it": the name alone is the first question
        return Clauses("", (first, *others))
    return Clauses(bare[: cuts[0][1]], tuple(others))


def _cuts(text: str) -> list[tuple[int, int]]:
    """Where clauses end, and where the next ones begin."""
    cuts: list[tuple[int, int]] = []
    begin = 0
    for found in _JOINT.finditer(text):
        mark, word = found["mark"].strip(), (found["word"] or "").strip().lower()
        left = text[begin : found.start()].strip()
        if not left or not (mark or word):
            continue
        at = found.start("behind")
        head = not cuts and not begins_question(left)
        if asks_again(Joint(left, mark, word, text[at : at + _READ], head)):
            cuts.append((found.start(), at))
            begin = at
    return cuts
