"""What the asker's own marks divide: numbered items, lines, sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.grammar.words import begins_question

_MARK = re.compile(
    r"(?<!\w)(?:\((?P<closed>\d{1,2}|[a-h]|i{1,3}|iv|v)\)|(?P<open>\d{1,2}|[a-h]|i{1,3}|iv|v)[.)](?=\s))", re.I
)
_ROWS = (tuple("123456789"), tuple("abcdefgh"), ("i", "ii", "iii", "iv", "v"))
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
# A full stop ends a sentence before a space, unless it belongs to an abbreviation or stands in a row of stops.
# Behind a number it does so only in running text: "1. what" is an item, "from 32 to 256. Do I" two sentences.
_END = re.compile(
    r"[?!]+(?=[\s?!]|$)[\s?!]*|"
    r"(?<![.\d])(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\betc)(?<!\bcf)\.\s+|"
    r"(?:(?<=[^\W\d]\s\d)|(?<=[^\W\d]\s\d\d)|(?<=\d\d\d))\.\s+(?=[A-Z])|"
    r"\n\s*"
)
_BETWEEN = re.compile(r"[\s,;:]+(?:and|or|&)?[\s,;:]*$", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    """One of the asker's items: how it was numbered, and its text."""

    label: str
    text: str


def numbered(message: str) -> tuple[str, tuple[Item, ...]]:
    """What stands before the first of at least two items that are numbered in order, and the items.

    "layer 1. and layer 2. freeze" holds no items: they must ask, or what stands before them must.
    """
    found = _in_order(list(_MARK.finditer(message)))
    if len(found) < 2:
        return "", ()
    head = message[: found[0].start()].strip()
    ends = [match.start() for match in found[1:]] + [len(message)]
    items = tuple(
        Item(match["closed"] or match["open"], _BETWEEN.sub("", message[match.end() : end]).strip())
        for match, end in zip(found, ends, strict=True)
    )
    if not all(item.text for item in items):
        return "", ()
    asking = all(begins_question(item.text) or item.text.endswith("?") for item in items)
    return (head, items) if asking or begins_question(f"{head} ") else ("", ())


def _in_order(found: list[re.Match[str]]) -> list[re.Match[str]]:
    """Those marks that count up from the first number or letter of a row."""
    best: list[re.Match[str]] = []
    for row in _ROWS:
        run: list[re.Match[str]] = []
        for match in found:
            if len(run) < len(row) and (match["closed"] or match["open"]).lower() == row[len(run)]:
                run.append(match)
        best = max(best, run, key=len)
    return best


def sentences(message: str) -> list[str]:
    """The sentences and lines of a message, in order, without bullets."""
    found: list[str] = []
    begin = 0
    for match in _END.finditer(message):
        found.append(message[begin : match.end()])
        begin = match.end()
    found.append(message[begin:])
    return [text for text in (_BULLET.sub("", each).strip() for each in found) if text]
