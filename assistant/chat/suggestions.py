"""Questions to ask next, from the headings beside the passages that were found: no model is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.core.records import Hit, Passage
from assistant.understanding.follow_up import leans

MOST = 3
LONGEST = 80  # characters of a suggestion: it must fit on a button
NEAR = 0.4  # cosine from which a passage has something to do with a question
TOO_ALIKE = 0.6  # share of common words from which two questions ask the same
_SAYS_WHAT = re.compile(r"^what (?P<subject>.+) (?P<verb>is|are|was|were|means|mean|does|do)$", re.I)
_UNHEARD_TEXT = """
a an and are as at be between can do does for from how i if in is it its of on or should so that the to use used using
was we what when where which why with you your
"""
_UNHEARD = frozenset(_UNHEARD_TEXT.split())


def suggest(hits: Sequence[Hit], passages: Sequence[Passage], asked: Iterable[str], most: int = MOST) -> list[str]:
    """At most ``most`` questions that the notes answer, near to what was found and not ``asked`` yet.

    ``hits`` come best first; ``passages`` are those of the library, in the order of notes and lines. Sections next to
    the best hit come first, then those next to the others, then sections of notes that share a topic with the best.
    """
    answered = [_words(hit.passage.heading) for hit in hits]
    return _new_questions(_near(hits, passages), [*map(_words, asked), *answered], most)


def suggest_nearest(nearest: Sequence[Hit], asked: Iterable[str], most: int = MOST) -> list[str]:
    """What the nearest passages answer, for a question that the notes do not cover; distant ones are not offered."""
    near = (hit.passage for hit in nearest if hit.score >= NEAR)
    return _new_questions(near, [*map(_words, asked)], most)


def _new_questions(passages: Iterable[Passage], taken: list[frozenset[str]], most: int) -> list[str]:
    chosen: list[str] = []
    for passage in passages:
        question = as_question(passage)
        words = _words(question)
        if not question or leans(question) or any(_alike(words, other) for other in taken):
            continue
        taken.append(words)
        chosen.append(question)
        if len(chosen) == most:
            break
    return chosen


def as_question(passage: Passage) -> str:
    """A section's heading as something to ask; empty when it makes no sense alone."""
    heading = passage.heading.rsplit(" › ", 1)[-1].strip()
    if not heading.endswith("?"):
        says_what = _SAYS_WHAT.match(heading)
        if says_what and says_what["verb"] in ("is", "are", "was", "were"):
            heading = f"What {says_what['verb']} {says_what['subject']}?"
        elif len(heading.split()) < 3 and passage.title.lower() not in heading.lower():
            heading = f"{passage.title}: {heading}" if heading else ""  # such as "Limits", which could be of anything
    return heading if len(heading) <= LONGEST else ""


def _near(hits: Sequence[Hit], passages: Sequence[Passage]) -> Iterator[Passage]:
    """Passages of the same notes, nearest to each hit first and turn by turn among the hits; then of related notes."""
    notes: dict[str, list[Passage]] = {}
    for passage in passages:
        notes.setdefault(passage.note, []).append(passage)
    rings = [_ring(hit, notes.get(hit.passage.note, [])) for hit in hits]
    for step in range(max(map(len, rings), default=0)):
        yield from (ring[step] for ring in rings if step < len(ring))
    if hits:
        topics = set(hits[0].passage.topics)
        known = {hit.passage.note for hit in hits}
        yield from (
            section[0]
            for note, section in notes.items()
            if note not in known and topics.intersection(section[0].topics)
        )


def _ring(hit: Hit, section: Sequence[Passage]) -> list[Passage]:
    """The other passages of a hit's note, the next ones first where both sides are equally near."""
    others = [passage for passage in section if passage.line != hit.passage.line]
    at = sum(passage.line < hit.passage.line for passage in others)
    order = sorted(range(len(others)), key=lambda place: (place - at if place >= at else at - 1 - place, place < at))
    return [others[place] for place in order]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w+#-]+", text.lower())) - _UNHEARD


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if not one or not other:
        return not one
    return len(one & other) / len(one | other) >= TOO_ALIKE
