"""The rows of a training: those that are learned and those that only measure it, from notes that do not overlap."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.core.errors import NoteError
from assistant.core.records import ModelInfo, Note
from assistant.lab.finetuning.examples import derive_questions, split_notes
from assistant.lab.finetuning.rows import Row, RowMaker

HELD_OUT_MOST = 64  # rows of each kind that are measured: enough for a figure, and minutes at most


@dataclass(frozen=True, slots=True)
class Data:
    """Rows of one model's tokens."""

    training: tuple[Row, ...]
    held_out: tuple[Row, ...]
    notes: int  # trained on
    notes_held_out: int
    left_out: int  # questions whose section does not fit the model's window

    @property
    def longest(self) -> int:
        """Tokens of the longest row."""
        return max(len(row.ids) for row in (*self.training, *self.held_out))

    @property
    def digest(self) -> str:
        """Changes with any token of any row that is trained on."""
        return hashlib.sha256(repr([(row.ids, row.masked) for row in self.training]).encode()).hexdigest()


def prepare(notes: Sequence[Note], tokenizer: Any, info: ModelInfo, limit: int | None, seed: int) -> Data:
    """Questions and plain text of the notes as rows.

    At most ``limit`` rows are trained on, chosen by ``seed``; the rows held out are the same whatever the seed. Raises
    NoteError when the notes give no row to train on or none to measure with.
    """
    maker = RowMaker(tokenizer, info)
    training, held_out = split_notes(notes)
    # Held-out questions may stand among passages of every note, as in use; training sees nothing of the held-out ones.
    answers = list(maker.from_questions(derive_questions(training, among=training)))
    questions = list(maker.from_questions(derive_questions(held_out, among=notes)))
    learned = _some([*(row for row in answers if row), *maker.from_notes(training)], limit, seed)
    most = min(HELD_OUT_MOST, limit or HELD_OUT_MOST)
    kinds = [[row for row in questions if row], list(maker.from_notes(held_out))]
    measured = [row for rows in kinds for row in _some(rows, most, 0)]
    if not learned or not measured:
        raise NoteError(
            f"The notes must hold sections that fit the model's window of {info.window} tokens; none does. "
            "Write shorter sections or choose a model with a longer window."
        )
    left_out = sum(row is None for row in (*answers, *questions))
    return Data(tuple(learned), tuple(measured), len(training), len(held_out), left_out)


def _some(rows: Sequence[Row], most: int | None, seed: int) -> list[Row]:
    return list(rows) if most is None else random.Random(seed).sample(rows, min(most, len(rows)))  # noqa: S311
