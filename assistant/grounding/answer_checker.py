"""Checks an answer while it is written: each sentence as it is complete, the rest at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from assistant.core.records import CheckedSentence
from assistant.grounding.citations import Citations
from assistant.grounding.units import Cutter, Unit, cut


class AnswerChecker:
    """The sentences of one answer. The passages are taken apart in a thread while the model reads its prompt."""

    def __init__(self, prepare: Callable[[], Citations]) -> None:
        executor = ThreadPoolExecutor(1, "citations")
        self._citations: Future[Citations] = executor.submit(prepare)
        executor.shutdown(wait=False)
        self._cutter = Cutter()
        self._checked: list[CheckedSentence] = []

    def wrote(self, text: str) -> list[CheckedSentence]:
        """The sentences that this further text of the answer completes."""
        return [self._check(unit) for unit in self._cutter.feed(text)]

    def finish(self, text: str, *, cut_off: bool) -> list[CheckedSentence]:
        """The sentences of the whole text that have not been given out yet.

        ``text`` may be shorter than what was written: sentences that it does not hold are forgotten. ``cut_off`` says
        that the model did not come to an end by itself.
        """
        self._checked = within(text, self._checked)
        rest = cut(text[sum(len(one.gap) + len(one.text) for one in self._checked) :])
        return [self._check(unit, cut_off=cut_off and unit is rest[-1] and not unit.ends) for unit in rest]

    @property
    def sentences(self) -> tuple[CheckedSentence, ...]:
        """Every sentence checked so far; joined with their gaps they are the text."""
        return tuple(self._checked)

    def _check(self, unit: Unit, *, cut_off: bool = False) -> CheckedSentence:
        checked = self._citations.result().check(unit, cut_off=cut_off)
        self._checked.append(checked)
        return checked


def within(text: str, checked: Sequence[CheckedSentence]) -> list[CheckedSentence]:
    """The sentences, from the first on, that stand in the text as they were written."""
    kept: list[CheckedSentence] = []
    at = 0
    for sentence in checked:
        if not text.startswith(sentence.gap + sentence.text, at):
            break
        at += len(sentence.gap) + len(sentence.text)
        kept.append(sentence)
    return kept
