"""Citations after the fact: which passage of the prompt supports a sentence that the model wrote, if any does.

No model has to obey for this. A sentence is compared with each sentence of the passages and with each run of two and
three of them: the cosine of their vectors picks what is near, the words, numbers, negations and opposites decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.core.markdown import plain_text, statements
from assistant.core.records import CheckedSentence, Hit, Passage
from assistant.core.vectors import Embed, Vectors
from assistant.grounding.stretch import Stretch
from assistant.grounding.support_features import Rarity, SupportFeatures, support_features
from assistant.grounding.support_model import SupportModel
from assistant.grounding.units import Unit
from assistant.grounding.wording import bare, wording_of

LONGEST_RUN = 3  # neighbouring sentences that may support a sentence together
APART = 4  # words that the end of a sentence counts for when a sentence is aligned across it
LOOKED_AT = 8  # stretches that are compared word by word
SAME_SUBJECT = 0.6  # cosine and recall from which on a stretch that opposes is taken to contradict
SHORTEST_WITHOUT_END = 9  # words of a line without a full stop that is taken for a sentence rather than a title
SHORTEST_QUOTE = 6  # characters of code or of a formula, white space left out, that must be quoted to count

_COMPARES = re.compile(r"\b(?:vs|versus|or|and|difference|compared|between)\b|,", re.I)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A sentence beside one stretch of a passage."""

    source: int  # rank of the hit
    stretch: Stretch
    signs: SupportFeatures


class Citations:
    """The passages of one prompt, taken apart once, and the sentences of the answer compared with them."""

    def __init__(self, question: str, hits: Sequence[Hit], embed: Embed, rarity: Rarity, model: SupportModel) -> None:
        """``hits`` are the passages that the model reads, ``rarity`` is that of a word in all notes."""
        self._question = wording_of(question)
        self._embed = embed
        self._rarity = rarity
        self._model = model
        self._hits = [(hit.rank, bare(plain_text(hit.passage.text))) for hit in hits]
        self._sources: list[int] = []
        self._stretches: list[Stretch] = []
        texts: list[str] = []
        runs: list[tuple[int, int]] = []
        for hit in hits:
            said = statements(hit.passage.text)
            heading = _subject(hit.passage)
            whole = frozenset().union(heading, *(wording_of(text).bag for text in said))
            names = frozenset().union(*(wording_of(text).names for text in said))
            for first in range(len(said)):
                for last in range(first + 1, min(first + LONGEST_RUN, len(said)) + 1):
                    run = " ".join(said[first:last])
                    self._sources.append(hit.rank)
                    keys = _joined([wording_of(text).keys for text in said[first:last]])
                    self._stretches.append(
                        Stretch(wording_of(run), keys, heading, whole, names, last - first, bare(run))
                    )
                    runs.append((len(texts) + first, len(texts) + last))
            texts += [plain_text(text) for text in said]
        self._vectors = _means(embed(texts), runs) if texts else np.zeros((0, 1), dtype=np.float32)

    def check(self, unit: Unit, *, cut_off: bool = False) -> CheckedSentence:
        """The unit with the number of the passage that supports it, if one does.

        ``cut_off`` says that the text ended in the middle of the unit: what it would have said is not known, so it is
        never supported. Code and displayed formulas are supported when a passage holds them word for word.
        """
        nothing = CheckedSentence(unit.text, None, 0.0, gap=unit.gap)
        if unit.kind in ("code", "block"):
            source = self._quoted(unit.text)
            return nothing if source is None or cut_off else CheckedSentence(unit.text, source, 1.0, gap=unit.gap)
        if not self.claims(unit):
            return nothing
        compared = self.compare(unit.text)
        if not compared:
            return nothing
        support, best = max(((self._model.support(one.signs), one) for one in compared), key=lambda pair: pair[0])
        support = 0.0 if cut_off else round(support, 4)
        if self._model.supports(support):
            return CheckedSentence(unit.text, best.source, support, gap=unit.gap)
        return CheckedSentence(unit.text, None, support, any(map(_contradicts, compared)), unit.gap)

    def compare(self, text: str) -> list[Comparison]:
        """The sentence beside each of the stretches that are nearest to it in vector and words."""
        if not self._stretches:
            return []
        said = wording_of(text)
        cosines = self._vectors @ self._embed([plain_text(text) or text])[0]
        shared = np.array([len(said.bag & one.wording.bag) for one in self._stretches]) / max(1, len(said.bag))
        nearest = np.argsort(-(cosines + shared), kind="stable")[:LOOKED_AT]
        return [
            Comparison(
                self._sources[at],
                self._stretches[at],
                support_features(said, self._question, self._stretches[at], float(cosines[at]), self._rarity),
            )
            for at in nearest
        ]

    def claims(self, unit: Unit) -> bool:
        """Whether the unit says something that could be true or false: headings, questions and fillers do not."""
        said = wording_of(unit.text)
        title = not unit.ends and len(unit.text.split()) < SHORTEST_WITHOUT_END and unit.text[0].isalnum()
        if title or unit.kind == "heading" or unit.text.rstrip("*_ ").endswith("?"):
            return False
        new = said.bag - self._question.bag if unit.text.rstrip("*_ ").endswith(":") else said.bag
        return len(new) >= 2

    def _quoted(self, text: str) -> int | None:
        """Rank of the passage that holds the code or formula word for word."""
        lines = [line for line in text.split("\n") if not line.lstrip().startswith("```")]
        quote = bare("\n".join(lines))
        if len(quote) < SHORTEST_QUOTE:
            return None
        return next((rank for rank, passage in self._hits if quote in passage), None)


def _contradicts(one: Comparison) -> bool:
    return one.signs.opposes and one.signs.recall >= SAME_SUBJECT and one.signs.cosine >= SAME_SUBJECT


def _joined(sentences: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The keys of neighbouring sentences with a distance between them."""
    keys = list(sentences[0])
    for sentence in sentences[1:]:
        keys += [*[""] * APART, *sentence]
    return tuple(keys)


def _subject(passage: Passage) -> frozenset[str]:
    """Words of title and headings that the sentences below take for granted: not those of a comparison."""
    parts = [passage.title, *passage.heading.split(" › ")]
    return frozenset().union(*(wording_of(part).bag for part in parts if not _COMPARES.search(part)))


def _means(vectors: Vectors, runs: Sequence[tuple[int, int]]) -> Vectors:
    """The unit vector of each run of sentences: the direction of the sum of theirs."""
    sums = np.stack([vectors[first:last].sum(axis=0) for first, last in runs])
    means: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return means
