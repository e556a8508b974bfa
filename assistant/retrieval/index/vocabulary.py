"""What the notes are written in: their words, which of them stand side by side, and the numbers behind a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.core.records import Passage
from assistant.retrieval.index.word_counts import WordCounts, form_of

OFTEN_CAPITAL = 0.3  # of the occurrences of a name; at the beginning of a sentence any word has one


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one or several collections of passages, counted together. The empty one knows none."""

    collections: tuple[WordCounts, ...] = ()

    @classmethod
    def of(cls, passages: Sequence[Passage], before: Vocabulary | None = None) -> Vocabulary:
        """That of some passages, 4,400 of them in half a second; ``before`` lends what it counted in the same ones."""
        return cls((WordCounts.of(passages, before.collections[0] if before and before.collections else None),))

    def beside(self, other: Vocabulary) -> Vocabulary:
        """Both together."""
        return Vocabulary(self.collections + other.collections)

    def count(self, word: str) -> int:
        """How often a word occurs, in lower case and in just this form: "layers" is not "layer"."""
        return sum(collection.count(word) for collection in self.collections)

    def capital(self, word: str) -> float:
        """The share of a word's occurrences that have a capital which no beginning of a sentence explains."""
        return sum(collection.capital(word) for collection in self.collections) / max(1, self.count(word))

    def is_name(self, word: str) -> bool:
        """Whether the notes write a word as a name is written: "BERT", "Llama", "PyTorch"."""
        return self.capital(word) > OFTEN_CAPITAL

    def pair(self, first: str, second: str) -> int:
        """How often a word stands right before another one, both in any of their forms: "fine-tuned" is "fine tune"."""
        one, other = form_of(first), form_of(second)
        return sum(collection.pair(one, other) for collection in self.collections)

    def lift(self, first: str, second: str) -> float:
        """How many times more often two words stand side by side, in any form, than chance would have it."""
        one, other = form_of(first), form_of(second)
        by_chance = self.frequency(one) * self.frequency(other) / max(1, self.size)
        return self.pair(first, second) / by_chance if by_chance else 0.0

    @property
    def size(self) -> int:
        """How many words the notes have in all."""
        return sum(collection.size for collection in self.collections)

    def led(self, word: str) -> int:
        """How many different words stand right before this one, in any form."""
        form = form_of(word)
        return sum(collection.led(form) for collection in self.collections)

    def counted(self, word: str) -> int:
        """How many different numbers stand right before a word, in any form: it says what there are so many of."""
        form = form_of(word)
        return sum(collection.numbered(form) for collection in self.collections)

    def followers(self, word: str) -> tuple[str, ...]:
        """Stems and numbers that stand right behind a word, in any form."""
        form = form_of(word)
        return tuple(follower for collection in self.collections for follower in collection.followers(form))

    def numbers(self, name: str) -> frozenset[str]:
        """The numbers that stand behind a name: "4" and "4o" of "GPT-4" and "GPT-4o", "8" of "YOLOv8"."""
        return frozenset(follower for follower in self.followers(name) if follower[0].isdigit())

    def frequency(self, stem: str) -> int:
        """How often a stem occurs, whatever the forms."""
        return sum(collection.form_count(stem) for collection in self.collections)

    def knows(self, word: str) -> bool:
        """Whether some form of a word is held."""
        return self.frequency(form_of(word)) > 0

    def begins(self, letters: str) -> bool:
        """Whether a word that is held begins so, and goes on for three letters or more: "dedup" of "deduplication"."""
        return any(collection.begins(letters, 3) for collection in self.collections)
