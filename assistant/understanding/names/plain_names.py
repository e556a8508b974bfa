"""Names of plain words that nobody knows: "ribbon decoding", "copper attention".

The second word is a term of the notes and the first never stands before it. Whether the two are meant as a name, or
only describe something ("crazy outliers"), a logistic model tells. It learned from learners' questions, which hold no
such name, and from the same questions with the first word of a known name exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from assistant.core.logistic import LogisticModel
from assistant.retrieval.index.abbreviations import SHORTHAND
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.index.word_counts import form_of
from assistant.retrieval.query.spelling import as_in_notes
from assistant.understanding.names.closed_words import ASKING, FUNCTION, NUMBERS, POSSESSIVES
from assistant.understanding.names.english import english
from assistant.understanding.names.known_words import is_english
from assistant.understanding.names.named_words import NamedWord
from assistant.understanding.names.odd_words import compound

MODEL = Path(__file__).with_name("plain_names.json")  # written by `assistant/lab/evaluation/fit_names.py`
SHORTEST = 3  # letters
USUAL = 5  # occurrences of a word that the notes use as a term
TERM = 20.0  # times more often than by chance: two words are a term
EVERYDAY, SELDOM = 5_000_000, 10  # occurrences of an everyday word in English, and of a rare name in the notes
DERIVED = ("ing", "tion", "sion", "ment", "ance", "ence", "ness", "ity", "ism", "or", "er", "al")


@dataclass(frozen=True, slots=True)
class PairSigns:
    """What speaks for two words being a name: of the first word, the second, and what is around them."""

    first_count: float  # logarithms, here and where something is counted
    first_held: float
    first_capital: float  # share of its occurrences
    first_leads: float
    first_led: float
    first_common: float
    plural: float
    past: float
    gerund: float
    adverb: float
    joined: float  # to a word before it: "fish-ladder", and the notes do not hold that either
    capital: float
    second_count: float
    second_led: float
    second_variety: float
    second_determined: float
    second_verb: float
    second_predicate: float
    second_derived: float
    second_past: float
    plural_before_verb: float
    after_asking: float
    after_possessive: float
    after_known: float  # how often the word before stands before the first
    after_strange: float  # a plain word that the notes never have there, and how rarely at all
    before_known: float
    words: float


def strange_pairs(words: Sequence[NamedWord], vocabulary: Vocabulary) -> Iterator[int]:
    """Where two words stand as they never do in the notes, the second a term of theirs: the place of the first."""
    for at in range(len(words) - 1):
        one, other = words[at].lower, words[at + 1].lower
        if words[at + 1].follows != " ":
            continue
        if words[at].follows == "-" and (words[at - 1].lower in NUMBERS or words[at - 1].text[0].isdigit()):
            continue  # "four-legged" counts
        if not (_is_plain(one) and _is_plain(other) and is_english(one)) or _is_name(words[at], vocabulary):
            continue  # what only the notes hold is a name of theirs, and what neither hold is odd alone
        if not _is_term(other, vocabulary) or vocabulary.pair(one, other) or vocabulary.count(one + other):
            continue
        yield at


def _is_name(word: NamedWord, vocabulary: Vocabulary) -> bool:
    """Whether a name of the notes is meant, and not what everybody calls so: there is silver beside David Silver."""
    everyday = (
        word.text.islower() and english().get(word.lower, 0) >= EVERYDAY and vocabulary.count(word.lower) <= SELDOM
    )
    return vocabulary.is_name(word.lower) and not everyday


def _is_term(word: str, vocabulary: Vocabulary) -> bool:
    """Whether the notes use a word often enough, in any form and spelling."""
    known = form_of(as_in_notes(word, vocabulary.frequency))
    return vocabulary.frequency(known) >= USUAL or word in SHORTHAND


def _is_plain(word: str) -> bool:
    return len(word) >= SHORTEST and word.isascii() and word.isalpha() and word not in FUNCTION


def pair_signs(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> PairSigns:
    """The signs of the pair that begins at a place."""
    one, other = words[at].lower, words[at + 1].lower
    before = words[at - 1].lower if at and words[at].follows else ""
    after = words[at + 2].lower if at + 2 < len(words) and words[at + 2].follows else ""
    pair = vocabulary.pair
    count = max(1, vocabulary.frequency(form_of(other)))
    plural = float(one.endswith("s") and not one.endswith("ss"))
    verb = _share(pair("to", other) + pair("can", other), count)
    return PairSigns(
        first_count=math.log1p(vocabulary.count(one)),
        first_held=float(vocabulary.knows(one)),
        first_capital=vocabulary.capital(one),
        first_leads=math.log1p(len(vocabulary.followers(one))),
        first_led=math.log1p(vocabulary.led(one)),
        first_common=math.log(english().get(one, 1_000)),
        plural=plural,
        past=float(one.endswith("ed")),
        gerund=float(one.endswith("ing")),
        adverb=float(one.endswith("ly")),
        joined=float(words[at].follows == "-" and _is_plain(before) and not pair(before, one)),
        capital=float(words[at].is_capital),
        second_count=math.log(count),
        second_led=math.log1p(vocabulary.led(other)),
        second_variety=vocabulary.led(other) / count,
        second_determined=_share(pair("the", other) + pair("a", other) + pair("of", other), count),
        second_verb=verb,
        second_predicate=_share(pair("is", other) + pair("are", other) + pair("very", other), count),
        second_derived=float(other.endswith(DERIVED)),
        second_past=float(other.endswith("ed")),
        plural_before_verb=plural * verb,
        after_asking=float(not before or before in ASKING),
        after_possessive=float(before in POSSESSIVES),
        after_known=math.log1p(pair(before, one)) if before and before not in FUNCTION else 0.0,
        after_strange=1 / (1 + vocabulary.count(before)) if _is_plain(before) and not pair(before, one) else 0.0,
        before_known=math.log1p(pair(other, after)) if after and after not in FUNCTION else 0.0,
        words=math.log(len(words)),
    )


def _share(part: int, whole: int) -> float:
    return math.log1p(20 * part / whole)


class PlainNameModel(LogisticModel):
    """Weights of the signs, and the probability from which on a pair is taken for a name."""

    __slots__ = ()

    def named(self, words: Sequence[NamedWord], vocabulary: Vocabulary) -> Iterator[tuple[int, int]]:
        """Spans of words that are such names, each with what is joined to it."""
        for at in strange_pairs(words, vocabulary):
            if self.says_yes(self.probability(asdict(pair_signs(words, at, vocabulary)))):
                yield _begin(words, at), _behind(words, at + 1, vocabulary)


def _begin(words: Sequence[NamedWord], at: int) -> int:
    """Where the name begins: with what is joined, and with words that have a capital as it has."""
    begin = compound(words, at)[0]
    while begin and words[begin].follows == " " and words[begin].is_capital and words[begin - 1].is_capital:
        begin -= 1
    return begin


def _behind(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> int:
    """Where the name is over: behind what its second word is known with, such as "descent" in "gradient descent"."""
    behind = compound(words, at)[1]
    while behind < len(words) and words[behind].follows == " " and words[at].is_capital and words[behind].is_capital:
        behind = compound(words, behind)[1]
    if behind < len(words) and words[behind].follows == " " and _is_plain(words[behind].lower):
        last, after = words[behind - 1].lower, words[behind].lower
        if vocabulary.pair(last, after) >= USUAL and vocabulary.lift(last, after) >= TERM:
            behind += 1
    return behind


@cache
def shipped_plain_names() -> PlainNameModel:
    """The model that was learned from learners' questions."""
    return PlainNameModel.read(MODEL)
