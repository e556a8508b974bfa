"""A section taken apart into what can be quoted from it whole: sentences, lists, tables, code and formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.core.caching import memoize_text
from assistant.core.markdown import Block, blocks, split_sentences

SHORTEST_WORDS = 4  # of a sentence that stands by itself
LONGEST_WORDS = 90  # of a list, table or code block that is quoted whole

_PROSE = {"paragraph_open", "blockquote_open"}
_KINDS = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
    "math_block": "formula",
}
_ENDED = re.compile(r"[.!?…][\"'”’)\]*_`]*$")
# Words that point back at the sentence before: some when they begin one, some a little later, some anywhere.
_POINTS_BACK = re.compile(
    r"^\W*+(?:(?:its?|this|that|these|those|they|their|he|she|such|then|here|where|again|but|however|therefore|thus|hence|"
    r"also|otherwise|consequently|moreover|furthermore|additionally|similarly|likewise|conversely|and|or|"
    r"for (?:example|instance)|in (?:that|this|other|contrast)|on the other hand|as a result)\b|"
    r"so\b(?!-)|(?:instead|finally|second|third|next)\b(?=,)|both\b(?!.*\band\b)|neither\b(?!.*\bnor\b)|"
    r"(?:[\w`'’-]+\s+){1,3}(?:then|therefore|thus|instead|likewise|still)\b|"
    r".*\b(?:the (?:former|latter)|the same (?:trick|reason|problem|effect|way))\b)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Quotable:
    """A part of a section that is quoted whole or not at all."""

    kind: str  # "sentence", "list", "table", "code" or "formula"
    text: str  # Markdown
    starts_paragraph: bool
    needs: frozenset[int] = frozenset()  # places in the section of what must be quoted with it

    @property
    def words(self) -> int:
        """Counted by white space."""
        return len(self.text.split())


@memoize_text(8192)
def quotables(source: str) -> tuple[Quotable, ...]:
    """The parts of a section in their order, each with what it cannot stand without.

    A sentence that points back, such as one that begins with "It", needs the one before it. A list, table, code block
    or formula needs the sentence before it, and a sentence that announces it, being unfinished or ending in a colon,
    needs it.
    """
    parts = list(_parts(blocks(source)))
    needs: list[set[int]] = [set() for _ in parts]
    for at, part in enumerate(parts[1:], start=1):
        before = parts[at - 1]
        if part.kind != "sentence":
            needs[at].add(at - 1)
            if before.kind == "sentence" and not _ENDED.search(before.text):
                needs[at - 1].add(at)
        elif _POINTS_BACK.match(part.text) or part.text[:1].islower():
            needs[at].add(at - 1)
    return tuple(
        Quotable(part.kind, part.text, part.starts_paragraph, frozenset(needed))
        for part, needed in zip(parts, needs, strict=True)
    )


def closure(parts: Sequence[Quotable], at: int) -> frozenset[int]:
    """The place and every place that it needs, directly or through others."""
    seen: set[int] = set()
    waiting = [at]
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting.extend(parts[place].needs)
    return frozenset(seen)


def stands_alone(part: Quotable) -> bool:
    """Whether a part may be quoted at all: fragments say too little, and long blocks too much."""
    if part.kind == "sentence":
        return part.words >= SHORTEST_WORDS and (bool(_ENDED.search(part.text)) or part.text.endswith(":"))
    return part.words <= LONGEST_WORDS


def _parts(found: Sequence[Block]) -> Iterator[Quotable]:
    for block in found:
        if block.kind in _PROSE:
            text = re.sub(r"^\s*>\s?", "", block.text, flags=re.M)
            for at, sentence in enumerate(split_sentences(" ".join(text.split()))):
                yield Quotable("sentence", sentence, at == 0)
        elif block.kind in _KINDS:
            yield Quotable(_KINDS[block.kind], block.text, True)
