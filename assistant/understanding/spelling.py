"""Misspelt words of a question become what was meant, as far as the notes and common English tell it.

What the notes hold, also a visitor's own, is never changed, nor is English, code or a name. A candidate is judged by
how common it is, by how it comes to be typed so, and by the words beside it (noisy channel, Church and Gale 1991).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.understanding.names.english import english
from assistant.understanding.names.known_words import is_derived, is_known, is_right
from assistant.understanding.names.near_words import near_english, near_notes
from assistant.understanding.names.readings import Reading, best_readings
from assistant.understanding.names.slips import slip_cost
from assistant.understanding.names.typed_words import TypedWord, prose_words

SHORTEST, LONGEST = 4, 30  # letters of what may be misspelt: a shorter word resembles too many others
FAR = 5  # letters from which on two edits may be wrong
MOST = 12  # words that nobody knows in a message that is misspelt: with more it is no English, or a log
FEW, HALF = 3, 0.5  # so many may always be misspelt, and with more this share of those that are long enough
IN_NOTES = 2_000_000  # occurrences in English that one in the notes is worth
LEAST = 10.0  # what a candidate must reach: the logarithm of its frequency, less what the slips cost
LONG, SHORT = 6, 3.0  # letters, and how much more must be reached for a word with fewer
CHEAP = 3.0  # what slips cost at most where the word may well be one: "colapse" is no lapse
A_LETTER = 1.75  # what slips cost at most for each letter of the word
GLUED = 20  # letters of two words that were typed as one
TWICE = 2  # times that they must stand together in the notes

_OPENS = re.compile(r"(?:^|[.?!:\n]\s*|[-*•]\s+)[\"'“‘(\[*_]*$")  # what stands before the first word of a sentence
_BESIDE = re.compile(r"[ \t-]{1,3}")


@dataclass(frozen=True, slots=True)
class Correction:
    """A text spelt right, and what was changed in it."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()  # as typed, as meant


class Speller:
    """Corrects by the words of one vocabulary. What it looks words up in is made once for each collection, on need."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Speller:
        """That of a vocabulary; costs nothing. The first misspelt word of a process costs a second."""
        return cls(vocabulary)

    def correct(self, text: str) -> Correction:
        """The text with its misspelt words corrected: two milliseconds, far less where every word is known."""
        words = list(prose_words(text))
        doubtful = [self._is_doubtful(word.text) for word in words]
        if not any(doubtful) or _is_no_english(words, sum(doubtful)):
            return Correction(text)
        options = [
            self._readings(word, text) if doubt else [Reading(word.text.lower(), 0.0)]
            for word, doubt in zip(words, doubtful, strict=True)
        ]
        beside = [bool(_BESIDE.fullmatch(text, one.end, other.start)) for one, other in pairwise(words)]
        changes, parts, at = [], [], 0
        chosen = best_readings(options, beside, self._vocabulary)
        for word, doubt, reading in zip(words, doubtful, chosen, strict=True):
            if doubt and reading.text != word.text.lower():
                meant = reading.text[0].upper() + reading.text[1:] if word.text[0].isupper() else reading.text
                changes.append((word.text, meant))
                parts += [text[at : word.start], meant]
                at = word.end
        return Correction("".join((*parts, text[at:])), tuple(changes))

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is one of the notes or of English."""
        return is_known(word, self._vocabulary)

    def resembles(self, word: str, most: float, notes: bool = False) -> bool:
        """Whether slips that cost ``most`` make a word in lower case one of English or the ``notes``, or of these."""
        near = (meant for meant in self._near(word) if not notes or self._vocabulary.count(meant))
        return any(slip_cost(word, meant) <= most for meant in near)

    def _is_doubtful(self, typed: str) -> bool:
        plain = typed.isascii() and typed.isalpha() and SHORTEST <= len(typed) <= LONGEST
        if not plain or any(map(str.isupper, typed[1:])) or is_right(typed.lower(), self._vocabulary):
            return False
        return len(typed) < LONG or not self._vocabulary.begins(typed.lower())  # "interp" is short for more

    def _readings(self, word: TypedWord, text: str) -> list[Reading]:
        """What a doubtful word may mean, the word itself among them."""
        typed = word.text.lower()
        least = LEAST if len(typed) >= LONG else LEAST + SHORT
        unchanged = Reading(typed, least)
        is_name = word.text[0].isupper() and not _OPENS.search(text, max(0, word.start - 8), word.start)
        if is_name and len(typed) < LONG:
            return [unchanged]
        derived = is_derived(typed)
        found = []
        for meant, distance in self._near(typed).items():
            held, cost = self._vocabulary.count(meant), slip_cost(typed, meant)
            if cost > (CHEAP if derived else A_LETTER * len(typed)) or (is_name and (distance > 1 or not held)):
                continue
            common = math.log(english().get(meant, 0) + IN_NOTES * held + 1)
            found.append(Reading(meant, common - cost))
        if not is_name and all(reading.score <= least for reading in found):
            found += [reading for reading in self._apart(typed) if reading.score > least]
        return [unchanged, *found]

    def _apart(self, typed: str) -> Iterator[Reading]:
        """Two words of the notes that were typed as one, of which one may be misspelt: "finetunning"."""
        for at in range(3, len(typed) - 2) if len(typed) <= GLUED else ():
            one, other = typed[:at], typed[at:]
            options = [(one, other)]
            if self._vocabulary.count(one):
                options += [(one, meant) for meant, distance in self._near(other).items() if distance == 1]
            elif self._vocabulary.count(other):
                options += [(meant, other) for meant, distance in self._near(one).items() if distance == 1]
            for first, second in options:
                times = self._vocabulary.pair(first, second)
                if times >= TWICE:
                    slips = slip_cost(one, first) + slip_cost(other, second)
                    yield Reading(f"{first} {second}", math.log(IN_NOTES * times) - slips)

    def _near(self, typed: str) -> dict[str, int]:
        """What is near a word, with the distance in edits."""
        farthest = 1 if len(typed) < FAR else 2
        held: dict[str, int] = {}
        for collection in self._vocabulary.collections:
            held.update(near_notes(collection).near(typed, farthest))
        nearest = min(held.values(), default=farthest)  # English is asked for what is as near: it is much larger
        return {**near_english().nearest(typed, nearest), **held}


def _is_no_english(words: Sequence[TypedWord], unknown: int) -> bool:
    """Whether too many words are unknown for a misspelt message."""
    long = sum(len(word.text) >= SHORTEST for word in words)
    return unknown > MOST or (unknown > FEW and unknown > HALF * long)
