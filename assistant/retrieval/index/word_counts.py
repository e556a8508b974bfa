"""What one collection of passages is written in: how often each word occurs, and which words stand side by side."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import Stemmer

from assistant.core.records import Passage

Ids = npt.NDArray[np.int32]
Pairs = npt.NDArray[np.int64]

# A possessive's ending, which is passed over, a number with its decimals, a word, or something that keeps its
# neighbours apart. Hyphens, underscores and the dot in "optimizer.step" do not: their parts stand side by side. Nor
# does the end of a line inside a paragraph.
_TOKEN = re.compile(r"['’]s\b|\d+(?:[.,]\d+)+|[^\W_]+|[.,;:!?](?=\s|$)|[()\[\]{}|=<>\"“”]|\n(?=[\n|#>*\d-])")
_VERSION = re.compile(r"v(\d[^\W_]*)")  # its form is the number: "v3" stands behind a name as "3" does
_NAME_AND_NUMBER = re.compile(r"([^\W\d_]{2,}?)v?(\d[^\W_]*)")  # "yolov8" also counts as "yolo 8"
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDS = frozenset(".!?:|\n")  # what the first word of a sentence, an entry or a cell can follow
BREAK = 0  # the number of whatever keeps words apart
_HALF = 32  # bits


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class WordCounts:
    """Counts of words and of neighbouring forms. A form is the stem of a word; words and forms are numbered."""

    ids: Mapping[str, int]  # of words in lower case; also of some that no passage holds any more
    counts: Ids  # [words] occurrences
    capitals: Ids  # [words] of these, with a capital inside a sentence or inside the word
    size: int  # occurrences of all words together
    forms: Mapping[str, int]
    form_counts: Ids  # [forms] occurrences
    leaders: Ids  # [forms] how many different forms stand right before
    counted: Ids  # [forms] how many of these are numbers, and no years
    pairs: Pairs  # sorted: the number of the first form in the upper half, that of the second in the lower
    pair_counts: Ids  # [pairs]
    names: Sequence[str]  # [forms] the other way round
    held: Sequence[str]  # the words that some passage holds, sorted
    rows: Mapping[Passage, Ids]  # the words of each passage in their order, times two, plus one for a capital

    @classmethod
    def of(cls, passages: Sequence[Passage], before: WordCounts | None = None) -> WordCounts:
        """Count the words of some passages; those of passages that ``before`` holds are taken from there."""
        ids = dict(before.ids) if before else {"": BREAK}
        known: Mapping[Passage, Ids] = before.rows if before else {}
        rows = {passage: known[passage] if passage in known else _numbered(passage, ids) for passage in passages}
        written = np.concatenate([np.zeros(1, dtype=np.int32), *(rows[passage] for passage in passages)])
        flat = written >> 1
        counts = np.bincount(flat, minlength=len(ids)).astype(np.int32)
        capitals = np.bincount(flat[written % 2 == 1], minlength=len(ids)).astype(np.int32)
        forms: dict[str, int] = {"": BREAK}
        words = [word if counts[at] else "" for word, at in ids.items()]
        form_of = np.array([forms.setdefault(form, len(forms)) for form in forms_of(words)], dtype=np.int64)
        first, second, weights = form_of[flat[:-1]], form_of[flat[1:]], np.ones(len(flat) - 1, dtype=np.int64)
        glued = [(at, *parts) for word, at in ids.items() if counts[at] and (parts := name_and_number(word))]
        if glued:
            heads = forms_of([name for _, name, _ in glued])
            first = np.append(first, [forms.setdefault(head, len(forms)) for head in heads])
            second = np.append(second, [forms.setdefault(number, len(forms)) for _, _, number in glued])
            weights = np.append(weights, counts[[at for at, _, _ in glued]])
        apart = (first == BREAK) | (second == BREAK)
        keys, places = np.unique((first << _HALF | second)[~apart], return_inverse=True)
        pair_counts = np.bincount(places, weights[~apart], minlength=len(keys)).astype(np.int32)
        form_counts = np.bincount(form_of, counts[: len(form_of)], minlength=len(forms)).astype(np.int32)
        leaders = np.bincount(keys & ((1 << _HALF) - 1), minlength=len(forms)).astype(np.int32)
        size = int(counts[1:].sum())
        numbers = np.array([form[:1].isdigit() and not _YEAR.fullmatch(form) for form in forms])
        counted = np.bincount(keys[numbers[keys >> _HALF]] & ((1 << _HALF) - 1), minlength=len(forms)).astype(np.int32)
        held = tuple(sorted(filter(None, words)))
        return cls(
            ids,
            counts,
            capitals,
            size,
            forms,
            form_counts,
            leaders,
            counted,
            keys,
            pair_counts,
            tuple(forms),
            held,
            rows,
        )

    def count(self, word: str) -> int:
        """Occurrences of a word in lower case."""
        at = self.ids.get(word)
        return int(self.counts[at]) if at else 0

    def begins(self, letters: str, more: int) -> bool:
        """Whether a word begins so and goes on for some letters more."""
        at = bisect_left(self.held, letters)
        while at < len(self.held) and self.held[at].startswith(letters):
            if len(self.held[at]) >= len(letters) + more:
                return True
            at += 1
        return False

    def capital(self, word: str) -> int:
        """How many occurrences of a word in lower case have a capital that no beginning of a sentence explains."""
        at = self.ids.get(word)
        return int(self.capitals[at]) if at else 0

    def form_count(self, form: str) -> int:
        """Occurrences of a word in all its forms."""
        at = self.forms.get(form)
        return int(self.form_counts[at]) if at else 0

    def pair(self, first: str, second: str) -> int:
        """How often a form stands right before another one."""
        one, other = self.forms.get(first), self.forms.get(second)
        if not one or not other:
            return 0
        key = one << _HALF | other
        at = int(np.searchsorted(self.pairs, key))
        return int(self.pair_counts[at]) if at < len(self.pairs) and self.pairs[at] == key else 0

    def led(self, form: str) -> int:
        """How many different forms stand right before this one."""
        at = self.forms.get(form)
        return int(self.leaders[at]) if at else 0

    def numbered(self, form: str) -> int:
        """How many different numbers stand right before a form."""
        at = self.forms.get(form)
        return int(self.counted[at]) if at else 0

    def followers(self, form: str) -> tuple[str, ...]:
        """The different forms that stand right behind this one."""
        at = self.forms.get(form)
        if not at:
            return ()
        begin, end = np.searchsorted(self.pairs, (at << _HALF, (at + 1) << _HALF))
        return tuple(self.names[int(key) & ((1 << _HALF) - 1)] for key in self.pairs[begin:end])


def forms_of(words: list[str]) -> list[str]:
    """The forms of words in lower case, in which neighbours are counted: stems, and the plain number of "v3"."""
    # A stemmer of its own for each call: the C object must not be shared by threads.
    stems = Stemmer.Stemmer("english").stemWords(words)
    return [
        version[1] if (version := _VERSION.fullmatch(word)) else stem for word, stem in zip(words, stems, strict=True)
    ]


@lru_cache(maxsize=20_000)
def form_of(word: str) -> str:
    """The form of one word in lower case; of a question's words, which are looked up many times over."""
    return forms_of([word])[0]


def name_and_number(word: str) -> tuple[str, str] | None:
    """The parts of a word such as "yolov8": a name of two letters or more, and a number; None for other words."""
    found = _NAME_AND_NUMBER.fullmatch(word)
    return (found[1], found[2]) if found else None


def _numbered(passage: Passage, ids: dict[str, int]) -> Ids:
    """The words of a passage as ``rows`` holds them, behind each part of it a break; new ones are added to ``ids``."""
    text = "\n\n".join((passage.title, passage.heading, *passage.topics, passage.text, ""))
    numbers = []
    begins = True
    for token in _TOKEN.findall(text):
        if token[0].isalnum():
            capital = not token.islower() and (not begins or any(map(str.isupper, token[1:])))
            numbers.append(2 * ids.setdefault(token.lower(), len(ids)) + capital)
            begins = False
        elif token[0] not in "'’":
            numbers.append(2 * BREAK)
            begins = begins or token in _ENDS
    return np.array(numbers, dtype=np.int32)
