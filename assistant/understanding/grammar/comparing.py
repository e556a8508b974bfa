"""Which things a question sets side by side, and what is asked of each."""

from __future__ import annotations

import re

from assistant.understanding.grammar.names import bare_name, first_name, is_thing, last_name
from assistant.understanding.grammar.words import DETERMINERS, Held, is_name, words_of

MOST_THINGS = 3  # with the question itself they make four parts; more are a table, not a comparison

_LEFT = r"(?P<left>[^,;:?]{2,60}?)"
_VERSUS = re.compile(r"\s+(?:vs\.?|versus)\s+", re.I)
_RELATIONS = (
    re.compile(
        r"\b(?:differences?|differs?|distinction|distinguish|relation(?:ship)?|choose|trade-?off)\s+between\s+", re.I
    ),
    re.compile(rf"^\W*(?:please\s+)?compare\s+{_LEFT}\s+(?:with|to|and|against)\s+", re.I),
    re.compile(
        rf"\bhow\s+(?:does|do|is|are)\s+{_LEFT}\s+(?:differ(?:s|ent)?\s+(?:from|than|to)|compare\s+(?:to|with))\s+",
        re.I,
    ),
    re.compile(
        rf"^\W*(?:is|are)\s+{_LEFT}\s+"
        r"(?:the\s+same\s+(?:thing\s+)?as|(?:better|faster|worse|cheaper|slower|stronger)\s+than)\s+",
        re.I,
    ),
)
_COMPARED = re.compile(r"^\W*(?:please\s+)?compare\s+", re.I)
_CHOSEN = re.compile(r"\b(?:use|choose|pick|take|prefer|better[:,]?)\s+(?=[^,;:?]{2,60}\sor\s)", re.I)
_OR = re.compile(r"\s+or\s+", re.I)
_TOPIC = re.compile(
    r"^\W*(?P<things>[^:;?.]{3,120}?)"
    r"(?::\s+|\s+[-–—]\s+|\.{3}\s+|,\s+(?=(?:what|how|which|when|why|where)\b))(?P<rest>.+)$",
    re.I | re.S,
)
_LISTED = re.compile(r"\s*,\s*(?:and|or)?\s*|\s+(?:and|or|vs\.?|versus)\s+|\s+/\s+", re.I)
_CLAUSES = re.compile(r",\s+(?:and\s+)?|\s+and\s+(?=what|which|how|when)", re.I)
_OF_EACH = re.compile(r"\beach(?:\s+(?:one|of\s+(?:them|these|those|the\s+(?:two|three))))?\b", re.I)
_OF_BOTH = re.compile(
    r"\b(?:each|both|differences?|differs?|different|the\s+(?:two|three)|in\s+common|compared?|which)\b", re.I
)
_PLURAL = re.compile(r"[a-z](?<![suia])s$")


def sides_of(question: str, held: Held | None = None) -> tuple[str, ...]:
    """A question on each thing that is compared, at most three; none where nothing is, or the things are not clear."""
    things = things_compared(question, held)
    if not 2 <= len(things) <= MOST_THINGS:
        return ()
    asked = _asked_of_each(question)
    if asked:
        return tuple(_OF_EACH.sub(thing.replace("\\", r"\\"), asked, count=1).strip(" ?.") for thing in things)
    return tuple(f"what {'are' if _PLURAL.search(thing) else 'is'} {thing}" for thing in things)


def things_compared(question: str, held: Held | None = None) -> tuple[str, ...]:
    """The names of what is compared, as they stand in the question."""
    text = question.strip()
    things = _versus(text, held) or _related(text, held) or _topics(text, held) or _choice(text, held)
    things = _with_shared_head(things, held)
    if len({thing.lower() for thing in things}) < len(things) or not all(is_thing(thing, held) for thing in things):
        return ()
    return things if len(things) > 1 else ()


def _asked_of_each(question: str) -> str:
    """The clause behind a topic that asks "what does each do"."""
    topic = _TOPIC.match(question)
    clauses = _CLAUSES.split(topic["rest"]) if topic else []
    return next((clause for clause in clauses if _OF_EACH.search(clause)), "")


def _versus(text: str, held: Held | None) -> tuple[str, ...]:
    """The things of "A vs B" and "A vs B vs C"."""
    first, *others = _VERSUS.split(text)
    middle = [piece.strip(" ,") for piece in others[:-1]]
    if not others or not all(is_name(piece, 5) for piece in middle):
        return ()
    return (last_name(first), *middle, first_name(others[-1], held))


def _related(text: str, held: Held | None) -> tuple[str, ...]:
    """Those of "the difference between A and B", "how does A differ from B", "is A the same as B"."""
    for pattern in (*_RELATIONS, _COMPARED):
        if found := pattern.search(text):
            behind = text[found.end() :]
            left = found.groupdict().get("left")
            if left is None:
                return _listed(behind, held)
            return (bare_name(left), *(_listed(behind, held) or (first_name(behind, held),)))
    return ()


def _listed(behind: str, held: Held | None) -> tuple[str, ...]:
    """The names of "A and B", "A, B and C" at the beginning of a text; none where there is only one."""
    things: list[str] = []
    for piece in _LISTED.split(behind):
        name = first_name(piece, held)
        if not name:
            break
        things.append(name)
        if len(words_of(name)) < sum(word not in DETERMINERS for word in words_of(piece)):
            break  # what follows the name belongs to the question again
    return tuple(things) if len(things) > 1 else ()


def _topics(text: str, held: Held | None) -> tuple[str, ...]:
    """Those of "A and B: what does each do"; only where what follows asks for both."""
    topic = _TOPIC.match(text)
    return _listed(topic["things"], held) if topic and _OF_BOTH.search(topic["rest"]) else ()


def _choice(text: str, held: Held | None) -> tuple[str, ...]:
    """Those of "A or B?" and "should I use A or B"."""
    found = _CHOSEN.search(text)
    *before, last = _OR.split(text[found.end() :] if found else text, maxsplit=MOST_THINGS)
    if not before or not all(is_name(piece, 4) for piece in before):
        return ()
    return (*map(bare_name, before), first_name(last, held))


def _with_shared_head(things: tuple[str, ...], held: Held | None) -> tuple[str, ...]:
    """The things, the last word of the last given to those that the notes know with it: "batch vs layer norm"."""
    last = things[-1].split() if things else []
    if held is None or len(last) < 2:
        return things
    return tuple(
        f"{thing} {last[-1]}" if thing and len(thing.split()) < len(last) and held(f"{thing} {last[-1]}") > 1 else thing
        for thing in things
    )
