"""Examples become token ids: the prompt exactly as in use, the answer behind it, and which tokens are learned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from assistant.chat.prompt import build_prompt, snippet
from assistant.core.errors import AssistantError
from assistant.core.records import Hit, ModelInfo, Note
from assistant.lab.finetuning.examples import Question

Kind = Literal["answers", "text"]
IGNORED = -100  # label of a token that is not learned: PyTorch's own choice
LONGEST_ANSWER = 0.25  # of the window; a longer answer loses its last sentences


@dataclass(frozen=True, slots=True)
class Row:
    """One stretch of tokens, at most the window long."""

    kind: Kind
    note: str  # path of the note that it teaches
    ids: tuple[int, ...]
    masked: int  # tokens at the start that are read and not learned; at least 1, which nothing comes before

    @property
    def learned(self) -> int:
        """How many tokens count in the loss."""
        return len(self.ids) - self.masked


class RowMaker:
    """Turns examples into rows for one model."""

    def __init__(self, tokenizer: Any, info: ModelInfo) -> None:
        """``tokenizer`` is Hugging Face's; ``info`` gives the window and the chat template of the model in use."""
        self._tokenizer = tokenizer
        self._info = info

    def from_questions(self, questions: Iterable[Question]) -> Iterator[Row | None]:
        """A row for each question, learned from the answer's first token to the end-of-text token.

        None for a question whose own section does not fit the window beside it.
        """
        for question in questions:
            yield self._answer(question)

    def from_notes(self, notes: Iterable[Note]) -> Iterator[Row]:
        """The text of each note, its sections end to end, in rows of a whole window."""
        for note in notes:
            ids: list[int] = []
            for passage in note.passages:
                ids += [*self._encode(snippet(Hit(1, 0.0, passage))), self._end]
            for at in range(0, len(ids), self._info.window):
                part = tuple(ids[at : at + self._info.window])
                if len(part) > 1:
                    yield Row("text", note.path, part, 1)

    @property
    def _end(self) -> int:
        return int(self._tokenizer.eos_token_id)

    def _answer(self, question: Question) -> Row | None:
        sentences = list(question.answer)
        while len(self._encode(" ".join(sentences))) > LONGEST_ANSWER * self._info.window:
            if len(sentences) == 1:
                return None
            sentences.pop()
        answer = " ".join(sentences)
        reserve = len(self._encode(f" {answer}")) + 1
        alone = (Hit(1, 0.0, question.source),)
        for hits in (question.hits, alone):
            try:
                prompt = build_prompt(question.text, hits, [], self._info, self._count, reserve)
            except AssistantError:  # the question alone is too long for this window
                return None
            if any(hit.passage == question.source for hit in prompt.placed):
                gap = "" if prompt.text[-1].isspace() else " "
                head = self._encode(prompt.text)
                return Row("answers", question.source.note, (*head, *self._encode(gap + answer), self._end), len(head))
        return None

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _count(self, texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in self._tokenizer(list(texts), add_special_tokens=False)["input_ids"]]


@dataclass(frozen=True)
class Batch:
    """Rows side by side, int64 [rows, longest]; shorter ones are padded at their end."""

    ids: torch.Tensor
    mask: torch.Tensor  # 1 for a token, 0 for padding
    labels: torch.Tensor  # the ids, IGNORED where nothing is learned

    @classmethod
    def of(cls, rows: Sequence[Row], device: str) -> Batch:
        """The batch of some rows."""
        longest = max(len(row.ids) for row in rows)
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        labels = torch.full_like(ids, IGNORED)
        for at, row in enumerate(rows):
            end = len(row.ids)
            ids[at, :end] = torch.tensor(row.ids)
            mask[at, :end] = 1
            labels[at, row.masked : end] = ids[at, row.masked : end]
        return cls(ids.to(device), mask.to(device), labels.to(device))
