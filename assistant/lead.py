"""The sentences of the notes that answer a question best: shown first, always cited, true by construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.embedder import Vectors
from assistant.markup import plain_text, sentences
from assistant.records import Hit, LeadSentence

MOST_SENTENCES = 4
OPENING_BONUS = 0.10  # a section's first sentence answers its heading
RANK_COST = 0.06  # for each place that a passage stands behind the best
TOO_ALIKE = 0.85  # cosine above which a sentence repeats one already chosen
SHORTEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    source: int  # rank of the hit
    position: int  # in its passage


def choose_lead(
    question: str, hits: Sequence[Hit], embed: Callable[[Sequence[str]], Vectors], most: int = MOST_SENTENCES
) -> tuple[LeadSentence, ...]:
    """At most ``most`` whole sentences from the hits, chosen for the question, in the order of the notes.

    Each is scored by its cosine with the question, with a bonus for opening its section and a cost for coming from a
    lower-ranked passage; sentences that repeat one another are left out.
    """
    candidates = [
        _Candidate(text, hit.rank, position)
        for hit in hits
        for position, text in enumerate(sentences(hit.passage.text))
        if len(text.split()) >= SHORTEST_WORDS
    ]
    if not candidates:
        return ()
    vectors = embed([question, *(plain_text(candidate.text) for candidate in candidates)])
    relevance = vectors[1:] @ vectors[0]

    def score(at: int) -> float:
        candidate = candidates[at]
        opening = OPENING_BONUS if candidate.position == 0 else 0.0
        return float(relevance[at]) + opening - RANK_COST * (candidate.source - 1)

    chosen: list[int] = []
    for at in sorted(range(len(candidates)), key=score, reverse=True):
        if all(float(vectors[1 + at] @ vectors[1 + other]) < TOO_ALIKE for other in chosen):
            chosen.append(at)
        if len(chosen) == most:
            break
    picked = sorted((candidates[at] for at in chosen), key=lambda candidate: (candidate.source, candidate.position))
    return tuple(LeadSentence(candidate.text, candidate.source) for candidate in picked)
