"""The words of a sentence as they are compared: stems in their order, numbers, formulas, negations, opposites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

import Stemmer

from assistant.markup import plain_text
from assistant.opposites import ABSOLUTES, NEGATIONS, ONE_WAY, poles, synonyms

NEAR = 3  # words on each side that tell what a word is about
REACH = 3  # words behind a negation that it turns around

_TOKEN = re.compile(r"[a-z]+(?:\d+)?|\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?|[.;:,!?]")
_POWER = re.compile(r"\b10\s*\^\s*\{?\s*([+-]?\d+)\s*\}?")
_PERCENT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*\\?(?:%|percent\b)")
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.S)
_RELATION = re.compile(r"[\w)\]}]\s*(?:=|≈|\\approx|≤|≥|<=|>=)\s*[\w(\\[{+-]")
_COUNTED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS_AS_WORDS = {word: float(value) for value, word in enumerate(_COUNTED, start=2)}
_PASSED_OVER = Path(__file__).with_name("function_words.txt")  # words without which a sentence says the same


@dataclass(frozen=True, slots=True)
class Word:
    """A content word."""

    key: str  # its stem, or the stem that stands for its synonyms
    axes: tuple[tuple[int, int], ...]  # the opposites that it takes part in, each with 1 or -1
    negated: bool = False
    number: float | None = None


@dataclass(frozen=True)
class Wording:
    """A sentence, or several that stand together, taken apart."""

    words: tuple[Word, ...]
    clauses: tuple[frozenset[str], ...]  # keys between commas and joining words, at least three each
    numbers: frozenset[float]
    formulas: tuple[str, ...]  # those that state a relation, without spaces and marks
    absolutes: frozenset[str]
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
    def neighbours(self) -> tuple[frozenset[str], ...]:
        """For each word the keys that stand near it."""
        keys = self.keys
        return tuple(frozenset(keys[max(0, at - NEAR) : at] + keys[at + 1 : at + 1 + NEAR]) for at in range(len(keys)))


@lru_cache(maxsize=16384)
def wording_of(text: str) -> Wording:
    """The wording of a Markdown text."""
    plain = re.sub(r"^\s*(?:[-*+>]|\d{1,3}[.)])\s+", "", plain_text(text) or text)
    lower = plain.lower().replace("’", "'").replace("non-", "non ")
    lower = _POWER.sub(lambda match: f"1e{match[1]}", re.sub(r"n't\b|(?<=can)not\b", " not", lower))
    lower = _PERCENT.sub(lambda match: f"{_number(match[1]) / 100:g} percent", lower)
    tokens = _TOKEN.findall(lower)
    stems = _stems(tokens)
    words: list[Word] = []
    clauses: list[set[str]] = [set()]
    numbers: set[float] = set()
    marks: list[tuple[str, int]] = []
    negated_until = -1
    for token, stem in zip(tokens, stems, strict=True):
        if not token[0].isalnum():
            negated_until = -1
            clauses.append(set())
            continue
        if token in NEGATIONS:
            negated_until = len(words) + REACH
            continue
        if token in ONE_WAY:
            marks.append((token, len(words)))
            if token in ("while", "whereas", "but"):
                negated_until = -1
        if token in ("and", "or", "which", "because", "so", "while", "whereas", "but", "that", "by", "to"):
            clauses.append(set())
        if token[0].isdigit() or token in _NUMBERS_AS_WORDS:
            number = _NUMBERS_AS_WORDS.get(token) or _number(token)
            numbers.add(number)
            words.append(Word(f"{number:g}", (), number=number))
            clauses[-1].add(words[-1].key)
            continue
        axes = poles().get(stem, ())
        if (token in function_words() and not axes) or (len(token) == 1 and not token.isdigit()):
            continue
        key = synonyms().get(stem) or (f"{axes[0][0]}{'+' if axes[0][1] > 0 else '-'}" if axes else stem)
        words.append(Word(key, axes, len(words) < negated_until))
        clauses[-1].add(key)
    keys = [word.key for word in words]
    return Wording(
        words=tuple(words),
        clauses=tuple(frozenset(clause) for clause in clauses if len(clause) >= 3),
        numbers=frozenset(numbers),
        formulas=_formulas(text),
        absolutes=frozenset(token for token in tokens if token in ABSOLUTES),
        sides=tuple((mark, frozenset(keys[max(0, at - 6) : at]), frozenset(keys[at : at + 6])) for mark, at in marks),
    )


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
