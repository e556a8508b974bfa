"""What the embedder is trained on: the rows of the question book in batches, drawn by a seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.core.records import Passage
from assistant.lab.questions.book import Row, Section
from assistant.retrieval.embedding.passage_encoder import opening_text, whole_text

BATCH = 48  # rows
NEIGHBOURS = 6  # rows of one note that stand beside one another in a batch: sections that are hard to tell apart
OFF_TOPIC = 8  # questions of other fields in a batch, which no passage may come near to
PLANNED = 2  # sentences of a plan that may be the wanted one: later ones add to them


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts to be compared. What stands at the same place belongs together."""

    sections: tuple[str, ...]  # of each question
    questions: tuple[str, ...]
    passages: tuple[str, ...]
    off_topic: tuple[str, ...]
    planned: tuple[int, ...]  # questions that have a wanted sentence
    wanted: tuple[str, ...]  # theirs
    unwanted: tuple[str, ...]  # other sentences of the same sections
    unwanted_of: tuple[int, ...]  # for each of them, the place in `planned`


def with_headings(rows: Sequence[Row], sections: Mapping[str, Section]) -> list[Row]:
    """The rows whose sections exist, and each heading as a question that its section's first sentence answers."""
    headings = [
        Row(name, "", "heading", name.split("#", 1)[1].rsplit(" › ", 1)[-1] or section.passages[0].title, (0,))
        for name, section in sections.items()
    ]
    return [row for row in rows if row.section in sections] + headings


class Epoch:
    """One pass over all rows: half of each batch from a few notes, half from anywhere."""

    def __init__(self, rows: Sequence[Row], sections: Mapping[str, Section], off_topic: Sequence[str]) -> None:
        self._rows, self._sections, self._off_topic = rows, sections, off_topic
        self._parts = {name: section.parts for name, section in sections.items()}
        self._order = self._drawn(random.Random(0))  # noqa: S311  # drawn again the same way, not secret

    def __len__(self) -> int:
        """Number of batches."""
        return len(self._rows) // BATCH

    def batches(self, start: int) -> Iterator[Batch]:
        """The batches from one on. Each draws by its own number, so that a training that goes on sees the same."""
        for number in range(start, len(self)):
            yield self._batch(number, random.Random(number))  # noqa: S311

    def _drawn(self, draw: random.Random) -> list[list[Row]]:
        """The rows of each batch."""
        by_note: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self._rows):
            by_note[row.section.partition("#")[0]].append(place)
        groups = []
        for own in by_note.values():
            half = draw.sample(own, len(own))[: len(own) // 2]
            groups += [half[at : at + NEIGHBOURS] for at in range(0, len(half), NEIGHBOURS)]
        draw.shuffle(groups)
        near = [place for group in groups for place in group]
        beside = set(near)
        rest = [place for place in range(len(self._rows)) if place not in beside]
        draw.shuffle(rest)
        half_batch = BATCH // 2
        spans = (slice(number * half_batch, (number + 1) * half_batch) for number in range(len(self)))
        return [[self._rows[place] for place in near[span] + rest[span]] for span in spans]

    def _batch(self, number: int, draw: random.Random) -> Batch:
        rows = self._order[number]
        text = whole_text if draw.random() < 0.5 else opening_text  # what a passage's vector is made of, in turn
        passages: list[Passage] = [draw.choice(self._sections[row.section].passages) for row in rows]
        planned: list[int] = []
        wanted: list[str] = []
        unwanted: list[str] = []
        unwanted_of: list[int] = []
        for place, row in enumerate(rows):
            parts = self._parts[row.section]
            if not row.plan or max(row.plan) >= len(parts):
                continue  # the section says something else by now
            wanted.append(parts[draw.choice(row.plan[:PLANNED])])
            others = [part for at, part in enumerate(parts) if at not in row.plan]
            if others:
                unwanted.append(draw.choice(others))
                unwanted_of.append(len(planned))
            planned.append(place)
        return Batch(
            sections=tuple(row.section for row in rows),
            questions=tuple(row.question for row in rows),
            passages=tuple(map(text, passages)),
            off_topic=tuple(draw.sample(self._off_topic, min(OFF_TOPIC, len(self._off_topic)))),
            planned=tuple(planned),
            wanted=tuple(wanted),
            unwanted=tuple(unwanted),
            unwanted_of=tuple(unwanted_of),
        )
