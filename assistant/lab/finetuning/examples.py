"""Notes become questions with their answers, in the order in which the retriever would give the passages.

Nothing is made up: a question is a heading, or a heading in a fixed phrase, and its answer is the first sentences of
the section under it. The right section stands among sections of other notes, so that the model learns to find the
answer in the notes of its prompt and not to recite.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.chat.prompt import defuse
from assistant.core.errors import NoteError
from assistant.core.markdown import plain_text, sentences
from assistant.core.records import Hit, Note, Passage
from assistant.retrieval.index.lexical_index import LexicalIndex

HELD_OUT_SHARE = 0.1  # of the notes, whole
SNIPPETS = 3  # passages put before a question, as in use
FOUND_FIRST = 0.8  # share of questions whose own section stands first: the retriever's recall@1
ANSWER_SENTENCES = 3  # of a section; the notes say the main thing first
_PHRASES = ("What should I know about {}?", "Can you explain {}?", "Please explain {}.")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a learner could ask it, the passages before it, and the sentences that answer it."""

    text: str
    hits: tuple[Hit, ...]  # best first; one of them is ``source``
    source: Passage
    answer: tuple[str, ...]  # plain text


def split_notes(notes: Sequence[Note]) -> tuple[list[Note], list[Note]]:
    """The notes to train on and those held out, by a hash of each path: a note stays where it is when others come.

    Raises NoteError when there are fewer than two.
    """
    if len(notes) < 2:
        raise NoteError(f"Fine-tuning needs at least two notes, one to hold out; got {len(notes)}. Add some.")
    ranked = sorted(notes, key=lambda note: _share(note.path))
    count = sum(_share(note.path) < HELD_OUT_SHARE for note in ranked)
    count = min(max(count, 1), len(ranked) - 1)
    held_out = {note.path for note in ranked[:count]}
    return (
        [note for note in notes if note.path not in held_out],
        [note for note in notes if note.path in held_out],
    )


def derive_questions(notes: Sequence[Note], among: Sequence[Note]) -> list[Question]:
    """One question for each section of ``notes`` that holds a sentence; the other passages come from ``among``."""
    passages = [passage for note in among for passage in note.passages]
    index = LexicalIndex.of(passages)
    return [_question(section, answer, passages, index) for note in notes for section, answer in _sections(note)]


def phrase(passage: Passage) -> str:
    """The question that a section answers: its heading if that is one, else a fixed phrase around it."""
    heading = defuse(plain_text(passage.heading.rsplit(" › ", 1)[-1] or passage.title))
    if heading.endswith("?"):
        return heading
    if " vs " in heading:
        return f"{heading}: what is the difference?"
    words = {word for word in heading.lower().split() if len(word) > 3}
    if len(heading.split()) < 3 and passage.heading and not words & set(passage.title.lower().split()):
        heading = f"{heading} ({passage.title})"  # a short one, such as "Limits", says little by itself
    return _PHRASES[int(_share(passage.name) * len(_PHRASES))].format(heading)


def _sections(note: Note) -> Iterator[tuple[Passage, tuple[str, ...]]]:
    """The sections of a note with their answers; of a long section that was cut, the first piece."""
    seen = set()
    for passage in note.passages:
        answer = tuple(defuse(plain_text(sentence)) for sentence in sentences(passage.text)[:ANSWER_SENTENCES])
        if answer and passage.heading not in seen:
            yield passage, answer
        seen.add(passage.heading)


def _question(section: Passage, answer: tuple[str, ...], passages: Sequence[Passage], index: LexicalIndex) -> Question:
    text = phrase(section)
    scores = index.scores(text)
    others = [passages[row] for row in scores.argsort(kind="stable")[::-1] if scores[row] > 0]
    chosen = [passage for passage in others if passage.note != section.note][: SNIPPETS - 1]
    chance = _share(f"{section.note}:{section.line}")
    place = 0 if chance < FOUND_FIRST else 1 + int((chance - FOUND_FIRST) / (1 - FOUND_FIRST) * len(chosen))
    chosen.insert(min(place, len(chosen)), section)
    hits = tuple(Hit(rank, 0.0, passage) for rank, passage in enumerate(chosen, start=1))
    return Question(text, hits, section, answer)


def _share(text: str) -> float:
    """A number from 0 to 1 that depends on the text alone, evenly spread."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / 2**56
