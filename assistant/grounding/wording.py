"""The words of a sentence as they are compared: stems in their order, numbers, formulas, negations, opposites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import Stemmer

from assistant.core.caching import memoize_text
from assistant.core.markdown import plain_text
from assistant.grounding.opposites import ABSOLUTES, NEGATIONS, ONE_WAY, Pole, poles, synonyms

NEAR = 3  # words on each side that tell what a word is about
REACH = 1  # content words behind a negation that it turns around
BESIDE = 6  # content words on each side of a joining word that count as its sides

_TOKEN = re.compile(r"[a-z]+(?:\d+)?|\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?|[.;:,!?]")
_POWER = re.compile(r"\b10\s*+\^\s*+\{?+\s*+([+-]?\d+)\s*+\}?")
_SYMBOL = re.compile(r"(?<![\w-])[B-HJ-Z](?![\w'-])")  # a single capital that is neither an article nor a pronoun
_NAME = re.compile(r"\bsymbol[a-z]\b|(?<![.!?:] )(?<!^)\b[A-Z][A-Za-z]*\d*\b|\b[A-Za-z]+\d+\b|\b[A-Z]+[a-z]*[A-Z]\w*\b")
_SWITCHED = re.compile(
    r"\b(?:(?:switch|turn)(?:e[ds]|s|ing)?|is|are|stays?)\s+(on|off)\b(?=\s*(?:[.,;:)]|$|at|in|during|by|for))"
)
_PERCENT = re.compile(r"(?<!\d)(?<![\d,],)(\d[\d,]*+(?:\.\d++)?)\s*+\\?(?:%|percent\b)")  # begins once in each number
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$|\\\((.{1,2000}?)\\\)|\\\[(.{1,2000}?)\\\]", re.S)
_RELATION = re.compile(r"[\w)\]}]\s*(?:=|≈|\\approx|≤|≥|<=|>=)\s*[\w(\\[{+-]")
_COUNTED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_JOINING = ("and", "or", "which", "because", "so", "while", "whereas", "but", "that", "by", "to")  # begin a clause
_NUMBERS_AS_WORDS = {word: float(value) for value, word in enumerate(_COUNTED, start=2)}
_PASSED_OVER = Path(__file__).with_name("function_words.txt")  # words without which a sentence says the same


@dataclass(frozen=True, slots=True)
class Word:
    """A content word."""

    key: str  # its stem, or the stem that stands for its synonyms
    poles: tuple[Pole, ...] = ()  # the opposites that it takes part in
    negated: bool = False
    number: float | None = None


@dataclass(frozen=True)
class Wording:
    """A sentence, or several that stand together, taken apart."""

    words: tuple[Word, ...]
    clauses: tuple[tuple[str, ...], ...]  # keys between commas and joining words, at least three each
    numbers: frozenset[float]
    formulas: tuple[str, ...]  # those that state a relation, without spaces and marks
    absolutes: frozenset[str]
    names: frozenset[str]  # keys of words written with capitals or digits inside the sentence: ReLU, L1, Adam
    sides: tuple[tuple[str, frozenset[str], frozenset[str]], ...]  # a joining word, the keys left and right of it

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Keys of the content words in their order."""
        return tuple(word.key for word in self.words)

    @cached_property
    def bag(self) -> frozenset[str]:
        """Keys without order."""
        return frozenset(self.keys)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Keys that follow one another, with at most two others between them."""
        keys = self.keys
        return frozenset((keys[at], other) for at in range(len(keys)) for other in keys[at + 1 : at + 4])

    @cached_property
    def neighbours(self) -> tuple[dict[str, int], ...]:
        """For each word the keys that stand near it, with their distance in words."""
        keys = self.keys
        found: list[dict[str, int]] = [{} for _ in keys]
        for at, near in enumerate(found):
            for distance in range(NEAR, 0, -1):
                for other in (at - distance, at + distance):
                    if 0 <= other < len(keys):
                        near[keys[other]] = distance
        return tuple(found)


@memoize_text(16384)
def wording_of(text: str) -> Wording:
    """The wording of a Markdown text."""
    plain = _without_marks(text)
    tokens = _TOKEN.findall(_spelled_alike(plain))
    reading = _Reading()
    for token, stem in zip(tokens, _stems(tokens), strict=True):
        reading.take(token, stem)
    return Wording(
        words=tuple(reading.words),
        clauses=tuple(tuple(clause) for clause in reading.clauses if len(clause) >= 3),
        numbers=frozenset(word.number for word in reading.words if word.number is not None),
        formulas=_formulas(text),
        absolutes=frozenset(token for token in tokens if token in ABSOLUTES),
        names=frozenset(key for token in _NAME.findall(plain) for key in (_key_of(token.lower()),) if key),
        sides=reading.sides(),
    )


def _without_marks(text: str) -> str:
    """The plain text without the mark of a list or a quotation; single capitals become words."""
    plain = re.sub(r"^\s*(?:[-*+>]|\d{1,3}[.)])\s+", "", plain_text(text) or text)
    return _SYMBOL.sub(lambda match: f"symbol{match[0].lower()}", plain)


def _spelled_alike(plain: str) -> str:
    """In small letters; negations, powers of ten, percentages and what is switched on or off are written one way."""
    lower = plain.lower().replace("’", "'").replace("non-", "non ")
    lower = _POWER.sub(lambda match: f"1e{match[1]}", re.sub(r"n't\b|(?<=can)not\b", " not", lower))
    lower = _SWITCHED.sub(lambda match: "enabled" if match[1] == "on" else "disabled", lower)
    lower = lower.replace("on-policy", "onpolicy").replace("off-policy", "offpolicy")
    return _PERCENT.sub(lambda match: f"{_number(match[1]) / 100:g} percent", lower)


class _Reading:
    """What was read of a sentence so far, token by token."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.clauses: list[list[str]] = [[]]
        self._marks: list[tuple[str, int]] = []  # joining words, and how many content words stand before each
        self._negated_until = -1

    def take(self, token: str, stem: str) -> None:
        """The next word, number or punctuation mark."""
        if not token[0].isalnum():
            self._negated_until = -1
            self.clauses.append([])
            return
        if token in NEGATIONS:
            self._negated_until = len(self.words) + REACH
            return
        if token in ONE_WAY:
            self._marks.append((token, len(self.words)))
        if token in _JOINING:
            self.clauses.append([])
        if token[0].isdigit() or token in _NUMBERS_AS_WORDS:
            number = _NUMBERS_AS_WORDS.get(token) or _number(token)
            self._add(Word(f"{number:g}", number=number))
        elif key := _key(token, stem):
            self._add(Word(key, poles().get(stem, ()), len(self.words) < self._negated_until))

    def sides(self) -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
        """Each joining word with the keys left and right of it."""
        keys = [word.key for word in self.words]
        return tuple(
            (mark, frozenset(keys[max(0, at - BESIDE) : at]), frozenset(keys[at : at + BESIDE]))
            for mark, at in self._marks
        )

    def _add(self, word: Word) -> None:
        self.words.append(word)
        self.clauses[-1].append(word.key)


def _key_of(token: str) -> str:
    return _key(token, _stems([token])[0])


def _key(token: str, stem: str) -> str:
    """What a word is compared by; empty for a function word or a single letter."""
    places = poles().get(stem, ())
    if (token in function_words() and not places) or len(token) == 1:
        return ""
    return synonyms().get(stem) or (places[0].key if places else stem)


def bare(text: str) -> str:
    """A formula or the text around it without spaces, braces and commands that only set type."""
    text = re.sub(r"\\(?:text|mathrm|mathbf|mathit|operatorname|left|right|,|;|!|quad)\b\s*", "", text)
    text = re.sub(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2", text)
    text = text.replace("\\cdot", "*").replace("\\times", "*").replace("×", "*").replace("·", "*").replace("−", "-")
    return re.sub(r"[\s{}()\\$`]", "", text).lower()


@cache
def function_words() -> frozenset[str]:
    """Words that carry no content of their own, from a file beside this one; a line that begins with # is a remark."""
    lines = _PASSED_OVER.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _formulas(text: str) -> tuple[str, ...]:
    found = [next(filter(None, groups)) for groups in _FORMULA.findall(text)]
    return tuple(bare(formula) for formula in found if _RELATION.search(formula))


def _number(token: str) -> float:
    return float(token.rstrip(",").replace(",", ""))


def _stems(tokens: Sequence[str]) -> list[str]:
    # A stemmer of its own for each call: the C object must not be shared by threads.
    stems: list[str] = Stemmer.Stemmer("english").stemWords(list(tokens))
    return stems
