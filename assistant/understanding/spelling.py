"""Misspelt words of a question become what was meant, as far as the notes and common English tell it.

What the notes hold, also a visitor's own, is never changed, nor is common English, code or a name. A candidate is
judged by how common it is, by how it comes to be typed so, and by the words beside it, as in Church and Gale (1991).
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from assistant.retrieval.index.abbreviations import SHORTHAND
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.index.word_counts import WordCounts
from assistant.retrieval.query.spelling import as_in_notes
from assistant.understanding.english import english
from assistant.understanding.near_words import NearWords, near_english
from assistant.understanding.slips import slip_cost
from assistant.understanding.typed_words import TypedWord, prose_words

SHORTEST = 4  # letters: below, a word resembles too many others
FAR = 5  # letters from which on two edits may be wrong
LONGEST = 30  # letters of what somebody may have meant to be a word
MOST = 12  # unknown words that a misspelt message holds; with more it is no English, or a log
IN_NOTES = 2_000_000  # occurrences in English that one in the notes is worth
BESIDE = 0.65  # of what is expected beside a word is what stands there in the notes, the rest is anything
LONG = 6  # letters
SHORT = 3.0  # more for a shorter word, which resembles many others
TWICE = 2  # times that two words must stand together in the notes to be what was typed as one
CHEAP = 3.0  # the slip from a word that may well be one: "colapse" is no lapse
LEAST = 10.0  # what a candidate must reach

# Contractions as they are typed without their apostrophe, and what is written only in chats.
_CONTRACTIONS = frozenset(
    """aint arent cant couldnt couldve didnt doesnt dont hadnt hasnt havent heres hes howd hows isnt itll ive lets
    mightnt mustnt neednt oughtnt shant shes shouldnt shouldve thats theres theyd theyll theyre theyve wasnt werent
    whats whens wheres whos whys wont wouldnt wouldve yall youd youll youre youve dunno gimme gonna gotta kinda lemme
    outta sorta wanna thanx thnx""".split()
)
_AMERICAN = re.compile(r"or(?=$|s$|ed$|ing$|ful|ite)")
_PREFIX = re.compile(
    r"(?:anti|auto|co|de|inter|mis|multi|non|out|over|post|pre|re|self|semi|sub|super|un|under)(?=\w{4})"
)
_SENTENCE_END = re.compile(r"(?:^|[.?!:\n]\s*|[-*•]\s+)[\"'“‘(\[*_]*$")


@dataclass(frozen=True, slots=True)
class Correction:
    """A text spelt right, and what was changed in it."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()  # as typed, as meant


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a word may mean, how likely, and its outer words: of "learning rate" for "learningrate" these are two."""

    text: str
    score: float

    @property
    def first(self) -> str:
        return self.text.split(" ", 1)[0]

    @property
    def last(self) -> str:
        return self.text.rsplit(" ", 1)[-1]


class Speller:
    """Corrects by the words of one vocabulary. Cheap to make: what it looks words up in is made once and shared."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Speller:
        """That of a vocabulary. The first misspelt word it meets costs a second."""
        return cls(vocabulary)

    def correct(self, text: str) -> Correction:
        """The text with its misspelt words corrected. Milliseconds for each of them, far less where there are none."""
        words = list(prose_words(text))
        doubtful = [self._is_doubtful(word, text) for word in words]
        if not 0 < sum(doubtful) <= MOST:
            return Correction(text)
        readings = [
            self._readings(word, text) if doubt else [_Reading(word.text.lower(), 0.0)]
            for word, doubt in zip(words, doubtful, strict=True)
        ]
        beside = [
            bool(re.fullmatch(r"[ \t-]{1,3}", text[one.end : other.start])) for one, other in zip(words, words[1:])
        ]
        changes, parts, at = [], [], 0
        for word, doubt, chosen in zip(words, doubtful, self._best(readings, beside), strict=True):
            if doubt and chosen.text != word.text.lower():
                meant = chosen.text[0].upper() + chosen.text[1:] if word.text[0].isupper() else chosen.text
                changes.append((word.text, meant))
                parts += [text[at : word.start], meant]
                at = word.end
        return Correction("".join((*parts, text[at:])), tuple(changes))

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is one of the notes, in some form, or of English."""
        vocabulary = self._vocabulary
        if vocabulary.knows(word) or word in english() or word in _CONTRACTIONS or word.removesuffix("s") in SHORTHAND:
            return True
        if _AMERICAN.sub("our", word) in english():  # which the list holds in one spelling alone
            return True
        return as_in_notes(word, vocabulary.frequency) != word

    def derives(self, word: str) -> bool:
        """Whether a word in lower case is an English one behind a prefix: "miscount"."""
        prefix = _PREFIX.match(word)
        return bool(prefix) and word[prefix.end() :] in english()

    def resembles(self, word: str, most: float, notes: bool = False) -> bool:
        """Whether a slip of at most this cost makes a word in lower case one of English, or of the notes."""
        near = [meant for meant, _ in self._near(word) if not notes or self._vocabulary.count(meant)]
        return any(slip_cost(word, meant) <= most for meant in near)

    def _is_doubtful(self, word: TypedWord, text: str) -> bool:
        typed = word.text
        plain = typed.isascii() and typed.isalpha() and SHORTEST <= len(typed) <= LONGEST
        return plain and not any(map(str.isupper, typed[1:])) and not self.knows(typed.lower())

    def _readings(self, word: TypedWord, text: str) -> list[_Reading]:
        """What a doubtful word may mean, the word itself among them."""
        typed = word.text.lower()
        floor = LEAST if len(typed) >= LONG else LEAST + SHORT
        is_name = word.text[0].isupper() and not _SENTENCE_END.search(text, max(0, word.start - 8), word.start)
        readings = [_Reading(typed, floor)]
        if is_name and len(typed) < LONG:
            return readings
        derived = self.derives(typed)
        for meant, distance in self._near(typed):
            held, cost = self._vocabulary.count(meant), slip_cost(typed, meant)
            if (is_name and (distance > 1 or not held)) or (derived and cost > CHEAP):
                continue
            common = math.log(english().get(meant, 0) + IN_NOTES * held + 1)
            readings.append(_Reading(meant, common - cost))
        if not is_name and all(reading.score <= floor for reading in readings[1:]):
            readings += [reading for reading in self._apart(typed) if reading.score > floor]
        return readings

    def _apart(self, typed: str) -> Iterator[_Reading]:
        """Two words of the notes that were typed as one, of which one may be misspelt: "finetunning"."""
        pair = self._vocabulary.pair
        for one, other in _halves(typed):
            options = [(one, other)]
            if self._vocabulary.count(one):
                options += [(one, meant) for meant, distance in self._near(other) if distance == 1]
            elif self._vocabulary.count(other):
                options += [(meant, other) for meant, distance in self._near(one) if distance == 1]
            for first, second in options:
                times = pair(first, second)
                if times >= TWICE:
                    slips = slip_cost(one, first) + slip_cost(other, second)
                    yield _Reading(f"{first} {second}", math.log(IN_NOTES * times) - slips)

    def _near(self, typed: str) -> list[tuple[str, int]]:
        farthest = 1 if len(typed) < FAR else 2
        found: dict[str, int] = {}
        for collection in self._vocabulary.collections:
            found.update(near_notes(collection).near(typed, farthest))
        nearest = min(found.values(), default=farthest)  # English is asked for what is as near: it is much larger
        return list({**dict(near_english().nearest(typed, nearest)), **found}.items())

    def _best(self, readings: Sequence[list[_Reading]], beside: Sequence[bool]) -> list[_Reading]:
        """The readings that together fit best (Viterbi)."""
        paths = [(reading.score, [reading]) for reading in readings[0]]
        for options, adjoins in zip(readings[1:], beside, strict=True):
            longer = []
            for reading in options:
                ways = [
                    (score + reading.score + (self._together(path[-1].last, reading.first) if adjoins else 0.0), path)
                    for score, path in paths
                ]
                score, path = max(ways, key=lambda way: way[0])
                longer.append((score, [*path, reading]))
            paths = longer
        return max(paths, key=lambda way: way[0])[1]

    def _together(self, first: str, second: str) -> float:
        return math.log(1 - BESIDE + BESIDE * self._vocabulary.lift(first, second))


def _halves(word: str) -> Iterator[tuple[str, str]]:
    """Both parts of a word, cut at every place that leaves three letters on each side."""
    return ((word[:at], word[at:]) for at in range(3, len(word) - 2))


_made: WeakKeyDictionary[WordCounts, NearWords] = WeakKeyDictionary()
_making = threading.Lock()


def near_notes(collection: WordCounts) -> NearWords:
    """The plain words of a collection of passages, made once for it."""
    with _making:
        made = _made.get(collection)
        if made is None:
            words = (
                word for word in collection.ids if len(word) >= SHORTEST and word.isalpha() and collection.count(word)
            )
            made = _made[collection] = NearWords(words)
        return made
