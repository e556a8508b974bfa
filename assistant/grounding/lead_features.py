"""What speaks for quoting a part of a section in answer to a question: the features that the lead's model weighs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.core.markdown import plain_text
from assistant.core.records import Hit
from assistant.core.subjects import subjects_of, subjects_of_heading
from assistant.core.vectors import Embed, Vectors
from assistant.grounding.quotable import Quotable, closure, stands_alone
from assistant.grounding.wording import wording_of

Sections = Sequence[Sequence[Quotable]]  # the parts of each hit's passage
Place = tuple[int, int]  # of a part: its section's index among the hits, and its own in the section
Features = Mapping[str, float]

FAR = 8  # parts from the beginning or the end of a section, beyond which distance says no more
LONG = 60  # words, likewise
# What a question asks for, by its small words, and what in a sentence answers it.
_ASKS: Mapping[str, re.Pattern[str]] = {
    "code": re.compile(
        r"\b(?:code|snippet|pytorch|torch|keras|tensorflow|python|sklearn|implement\w*|example)\b", re.I
    ),
    "number": re.compile(
        r"\b(?:how (?:many|much|large|big|long|often|high|low|small|fast)|what (?:value|rate|size|number)|typical|"
        r"default)\b",
        re.I,
    ),
    "reason": re.compile(r"\b(?:why|reason|cause)\b", re.I),
    "way": re.compile(r"\b(?:how (?:do|can|to|should)|fix|avoid|prevent|what should|what can|help)\b", re.I),
    "definition": re.compile(r"^\W*(?:what (?:is|are|does)|define|explain|describe|meaning)\b", re.I),
    "difference": re.compile(r"\b(?:vs\.?|versus|differen\w+|compare\w*|better|or)\b", re.I),
}
_NUMBER = re.compile(r"\d")
_REASON = re.compile(r"\b(?:because|since|so that|due to|therefore|reason|causes?|caused|hence)\b", re.I)
_ORDER = re.compile(
    r"^(?:\W*(?:use|set|try|check|reduce|lower|raise|increase|add|start|pick|choose|train|keep|call|apply|put|move|"
    r"replace|freeze|print|compare|measure|look|run|plot|normalize|scale|clip)\b|to \w+)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The parts that can be quoted, with their features and unit vectors."""

    features: dict[Place, Features]
    vectors: dict[Place, Vectors]


def weigh(question: str, hits: Sequence[Hit], sections: Sections, embed: Embed) -> Weighed:
    """The features of every part that can be shown with what it cannot stand without."""
    places = [
        (hit, at)
        for hit, parts in enumerate(sections)
        for at in range(len(parts))
        if all(stands_alone(parts[place]) for place in closure(parts, at))
    ]
    headings = [hit.passage.heading or hit.passage.title for hit in hits]
    vectors = embed([question, *headings, *(plain_text(sections[hit][at].text) for hit, at in places)])
    own = dict(zip(places, vectors[1 + len(hits) :], strict=True))
    cosine = {place: float(vector @ vectors[0]) for place, vector in own.items()}
    about = _Question.of(question)
    near = [float(value) for value in vectors[1 : 1 + len(hits)] @ vectors[0]]
    best, best_score = max(cosine.values(), default=0.0), max((hit.score for hit in hits), default=0.0)
    best_vote = max((vote for hit in hits for vote in hit.votes), default=0.0)
    found: dict[Place, Features] = {}
    for hit, parts in enumerate(sections):
        here = {place: cosine[place] for place in places if place[0] == hit}
        if not here:
            continue
        section = _Section(
            rank=hit,
            lack=best_score - hits[hit].score,
            score=hits[hit].score,
            heading=near[hit],
            defines=bool(about.subjects & subjects_of_heading(headings[hit])),
            first=here.get((hit, 0), 0.0),
            best=max(here.values()),
            votes=hits[hit].votes,
            best_vote=best_vote,
        )
        for place in here:
            found[place] = _features(about, section, parts, place[1], cosine[place], best)
    return Weighed(found, own)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is compared of a question."""

    asks: Mapping[str, bool]
    words: frozenset[str]
    length: int
    subjects: frozenset[str]

    @classmethod
    def of(cls, question: str) -> _Question:
        asks = {kind: bool(pattern.search(question)) for kind, pattern in _ASKS.items()}
        return cls(asks, frozenset(wording_of(question).bag), len(question.split()), subjects_of(question))


@dataclass(frozen=True, slots=True)
class _Section:
    """What is compared of a section."""

    rank: int
    score: float
    lack: float  # to the best section's score
    heading: float  # cosine of its heading
    defines: bool  # its heading asks for just what the question does
    first: float  # cosine of its first part
    best: float  # of its best part
    votes: tuple[float, ...]  # of learners' questions for its parts
    best_vote: float  # among all sections


def _features(
    about: _Question, section: _Section, parts: Sequence[Quotable], at: int, cosine: float, best: float
) -> Features:
    part = parts[at]
    shared = len(about.words & wording_of(part.text).bag) / max(1, len(about.words))
    is_first, is_code, is_table = at == 0, part.kind == "code", part.kind == "table"
    holds_number, gives_reason = bool(_NUMBER.search(part.text)), bool(_REASON.search(part.text))
    is_order = bool(_ORDER.match(part.text))
    asks = about.asks
    vote = section.votes[at] if at < len(section.votes) else 0.0
    values = {
        "vote": vote,
        "has_vote": vote > 0,
        "has_votes": bool(section.votes),
        "vote_lack": section.best_vote - vote if section.votes else 0.0,
        "vote_lack_in_section": max(section.votes) - vote if section.votes else 0.0,
        "cosine": cosine,
        "behind_best": best - cosine,
        "behind_best_of_section": section.best - cosine,
        "second_section": section.rank == 1,
        "later_section": section.rank > 1,
        "section_score": section.score,
        "section_lack": section.lack,
        "heading": section.heading,
        "first_cosine": section.first,
        "defines": section.defines,
        "is_first": is_first,
        "is_second": at == 1,
        "from_start": min(at, FAR) / FAR,
        "to_end": min(len(parts) - 1 - at, FAR) / FAR,
        "is_last": at == len(parts) - 1,
        "shared_words": shared,
        "length": min(part.words, LONG) / LONG,
        "question_length": min(about.length, 25) / 25,
        "holds_number": holds_number,
        "gives_reason": gives_reason,
        "is_order": is_order,
        "is_list": part.kind == "list",
        "is_table": is_table,
        "is_code": is_code,
        "is_formula": part.kind == "formula",
        **{f"asks_{kind}": value for kind, value in asks.items()},
        "code_for_code": asks["code"] and is_code,
        "number_for_number": asks["number"] and holds_number,
        "reason_for_reason": asks["reason"] and gives_reason,
        "order_for_way": asks["way"] and is_order,
        "first_for_definition": asks["definition"] and is_first,
        "code_for_definition": asks["definition"] and is_code,
        "table_for_difference": asks["difference"] and is_table,
        "first_for_way": asks["way"] and is_first,
        "first_for_number": asks["number"] and is_first,
        "cosine_of_first": is_first * cosine,
        "behind_of_first": is_first * (section.best - cosine),
    }
    return {name: float(value) for name, value in values.items()}
