"""What is said before the notes' own words: names that no note holds, parts that the notes do not cover."""

from __future__ import annotations

from assistant.chat.looking import Look
from assistant.core.records import Told
from assistant.understanding.understand import Understood

NOT_COVERED = "My notes do not cover this, so I will not make up an answer."
LONGEST_QUOTED = 120  # characters of a part that is quoted


def told_of(understood: Understood, seen: Look) -> Told:
    """What the reader should know of how a message was taken."""
    return Told(
        kind=str(understood.kind),
        searched_for=understood.searched_for,
        corrected=understood.corrected,
        unknown_terms=understood.unknown_terms,
        remark=_remark(understood, seen),
    )


def refusal_of(told: Told) -> str:
    """What is said in place of an answer; names that no note holds are told."""
    if told.remark or not told.unknown_terms:
        return told.remark or NOT_COVERED
    return f"{NOT_COVERED} They do not mention {' or '.join(told.unknown_terms)}."


def _remark(understood: Understood, seen: Look) -> str:
    """The sentences in their order; empty when nothing has to be said."""
    names = " or ".join(understood.unknown_terms)
    if not seen.retrieval.covered:
        only = understood.is_only_unknown
        return f"The notes do not mention {names}, so I will not make up an answer." if only else ""
    sentences = []
    if names:
        sentences.append(f"The notes do not mention {names}.")
    unexplained = [part for part in seen.uncovered if not any(name in part for name in understood.unknown_terms)]
    sentences += [f"The notes do not cover “{_cut(part)}”." for part in unexplained]
    if names:
        sentences.append("On the rest of the question they say:")
    return " ".join(sentences)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTED else text[:LONGEST_QUOTED].rsplit(" ", 1)[0] + " …"
