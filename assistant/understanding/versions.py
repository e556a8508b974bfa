"""Versions that the notes do not know of a name that they do: "BERT 7", "YOLOv47", "int13"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.index.word_counts import form_of, name_and_number
from assistant.understanding.closed_words import FUNCTION
from assistant.understanding.english import english
from assistant.understanding.named_words import NamedWord
from assistant.understanding.odd_words import Span, compound

SHORTEST = 2  # letters of a name that may have versions
USUAL = 3  # occurrences of such a name in the notes
MANY = 4  # numbers that stand behind an English word before another one is missed there
SOMETIMES = 0.1  # share of a word's occurrences with a capital
LONGEST = 6  # digits of a version
YEARS = range(1950, 2050)
_SIZE = re.compile(r"\d+(?:\.\d+)?[bdkmtx]")  # of a model, a context, a picture: any may exist
_MODEL = re.compile(r"[a-z]\d{2,5}")  # of a device: "H100"
_COUNTED = """
    bit bits byte bytes cm d dim dimensional fps g gb ghz gib h hz k kb khz km m mb mhz min million billion trillion
    thousand ms nm percent pixel point s sec shot tb times to w watt x
"""
_UNITS = frozenset(_COUNTED.split())


def unknown_versions(words: Sequence[NamedWord], vocabulary: Vocabulary) -> Iterator[Span]:
    """Where such versions stand: the name with its number, and with what is joined to them."""
    for at, word in enumerate(words):
        if not any(map(str.isdigit, word.text)):
            continue
        joined = word.follows == "-" and _is_unknown_joined(words, at, vocabulary)
        if joined or _is_unknown_word(word.lower, vocabulary):
            yield compound(words, at)
        elif word.follows == " " and _is_unknown_beside(words, at, vocabulary):
            yield _begin(words, at - 1, vocabulary), compound(words, at)[1]


def _begin(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> int:
    """Where the name begins whose last word is given: with "Stable" in "Stable Diffusion 17"."""
    begin = compound(words, at)[0]
    if begin and words[begin].follows == " ":
        before, word = words[begin - 1], words[begin]
        if (before.is_capital and word.is_capital) or vocabulary.count(before.lower + word.lower):
            begin -= 1
    return begin


def is_proper(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a word of the notes is a name there: written as one, or often and no English word."""
    if len(name) < SHORTEST or name in FUNCTION or vocabulary.count(name) < USUAL:
        return False
    return vocabulary.is_name(name) or (name not in english() and not name.endswith("s"))


def _is_unknown_word(word: str, vocabulary: Vocabulary) -> bool:
    """A name and its number in one word: "StyleGAN14"."""
    parts = name_and_number(word)
    if not parts or vocabulary.knows(word):
        return False
    name, number = parts
    known = vocabulary.numbers(name)
    if not known and name.endswith("v"):
        known = vocabulary.numbers(name[:-1])
    return bool(known) and not _is_known(number, known) and (is_proper(name, vocabulary) or len(known) >= MANY)


def _is_unknown_joined(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """A number joined to a name, or to what is joined to one: "GPT-40", "BERT-medium-9", "DeepSeek-R41"."""
    begin, _ = compound(words, at)
    number = words[at].lower
    names = [word.lower for word in words[begin:at] if is_proper(word.lower, vocabulary)]
    if not names or words[at - 1].text[-1].isdigit() or vocabulary.pair(words[at - 1].lower, number):
        return False
    if any(_is_known(form_of(number), vocabulary.numbers(name)) for name in names):
        return False
    if _SIZE.fullmatch(number):
        suffix = number[-1]
        known = [known for name in names for known in vocabulary.numbers(name)]
        return bool(known) and not any(other.endswith(suffix) for other in known)
    return number[0].isdigit() or number[0] == "v" or not vocabulary.count(number)


def _is_unknown_beside(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """A number behind a name that counts nothing: "llama 12", but not "BERT 512 tokens"."""
    name, number = words[at - 1].lower, form_of(words[at].lower)
    if at > 1 and words[at - 1].follows and vocabulary.count(glued := words[at - 2].lower + name):
        name = glued  # "flash attention 11"
    known = vocabulary.numbers(name)
    if not name.isalpha() or not (is_proper(name, vocabulary) or _is_written_so(words[at - 1], known, vocabulary)):
        return False
    if name in english() and len(known) < MANY and not words[at - 1].is_capital and not vocabulary.is_name(name):
        return False
    if not number[0].isdigit():  # "NVIDIA H9000"
        return bool(_MODEL.fullmatch(number)) and words[at].text[0].isupper() and not vocabulary.count(number)
    if _SIZE.fullmatch(number) or number.startswith("0") or number.endswith("%"):
        return False
    if number.isdigit() and (len(number) > LONGEST or int(number) in YEARS or _counts(words, at)):
        return False
    digits = max((len(_leading(other)) for other in known if other.replace(".", "").isdigit()), default=2)
    return len(_leading(number)) <= max(2, digits) + 1 and not _is_known(number, known)


def _counts(words: Sequence[NamedWord], at: int) -> bool:
    """Whether a number says how many there are of something, or stands before another number."""
    after = words[at + 1].lower if at + 1 < len(words) and words[at + 1].follows else ""
    return after in _UNITS or after.endswith("s") or after[:1].isdigit()


def _is_written_so(word: NamedWord, known: frozenset[str], vocabulary: Vocabulary) -> bool:
    """Whether a word with a capital ends a name that has versions: "Stable Diffusion"."""
    return word.is_capital and len(known) >= MANY and vocabulary.capital(word.lower) >= SOMETIMES


def _is_known(number: str, known: frozenset[str]) -> bool:
    """Whether a number, or another one of the same leading number, is known: "12" of "12.6", "3.3" of "3.1"."""
    return number in known or _leading(number) in map(_leading, known)


def _leading(number: str) -> str:
    return number[: next((at for at, letter in enumerate(number) if not letter.isdigit()), len(number))]
