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
_NUMBER = re.compile(r"[1-9]\d*(?:\.\d+)*[a-df-z]?")
_SIZE = re.compile(r"\d+(?:\.\d+)?[bdkmtx]")  # of a model, a context, a picture: any may exist
FEW = 2
OFTEN, USED = 10, 100  # numbers before a plural, and occurrences from which on it has as many if it is counted
COUNTED = 0.02  # numbers before a word that is counted, in relation to its occurrences
_RELEASE = frozenset(("edition", "gen", "generation", "release", "version"))
_VERSION = re.compile(r"v\d.*")
_MODEL = re.compile(r"[a-z]\d{2,5}")  # of a device: "H100"
_COUNTED = """
    bit bits byte bytes cm d dim dimensional fps g gb ghz gib h hz k kb khz km m mb mhz min million billion trillion
    thousand ms nm percent pixel point s sec shot tb times to w watt x
"""
_UNITS = frozenset(_COUNTED.split())


def unknown_versions(words: Sequence[NamedWord], vocabulary: Vocabulary) -> Iterator[Span]:
    """Where such versions stand: the name with its number, and with what is joined to them."""
    for at, word in enumerate(words):
        if any(map(str.isdigit, word.text)):
            joined = word.follows == "-" and _is_unknown_joined(words, at, vocabulary)
            if joined or _is_unknown_word(word.lower, vocabulary):
                yield compound(words, at)
            elif word.follows == " ":
                begin = _named(words, at, vocabulary)
                if begin is not None:
                    yield begin, compound(words, at)[1]
        elif _is_variant(words, at, vocabulary):
            yield compound(words, at - 1)[0], compound(words, at)[1]


def is_proper(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a word of the notes is a name there: written as one, or often and no English word."""
    if len(name) < SHORTEST or name in FUNCTION or name[-1].isdigit() or vocabulary.count(name) < USUAL:
        return False
    return vocabulary.is_name(name) or (name not in english() and not name.endswith("s"))


def _is_unknown_word(word: str, vocabulary: Vocabulary) -> bool:
    """A name and its number in one word: "StyleGAN14"."""
    parts = name_and_number(word)
    if not parts or vocabulary.knows(word):
        return False
    name, number = parts
    if name.endswith("v") and not vocabulary.count(name):
        name = name[:-1]  # "YOLOv47"
    known = vocabulary.numbers(name)
    return not _is_known(number, known) and (is_proper(name, vocabulary) or len(known) >= MANY)


def _is_unknown_joined(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """A number joined to a name, or to what is joined to one: "GPT-40", "BERT-medium-9", "DeepSeek-R41"."""
    begin, _ = compound(words, at)
    number, before = words[at].lower, words[at - 1].lower
    if vocabulary.pair(before, number):
        return False
    if _VERSION.fullmatch(number) and vocabulary.count(before) and before not in english():  # "T5-v12"
        return not _is_known(form_of(number), vocabulary.numbers(before))
    names = [word.lower for word in words[begin:at] if is_proper(word.lower, vocabulary)]
    if not names or before[-1].isdigit():
        return False
    if before not in names and not vocabulary.pair(words[at - 2].lower, before):  # "gpt-neo-zeta-4"
        return True
    if any(_is_known(form_of(number), vocabulary.numbers(name)) for name in names):
        return False
    if _SIZE.fullmatch(number):
        suffix = number[-1]
        known = [known for name in names for known in vocabulary.numbers(name)]
        return bool(known) and not any(other.endswith(suffix) for other in known)
    return number[0].isdigit() or number[0] == "v" or not vocabulary.count(number)


def _named(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> int | None:
    """Where the name begins that an unknown version stands behind: "llama 12", but not "BERT 512 tokens"."""
    number = form_of(words[at].lower)
    last = at - 1
    while last and words[last].lower in _RELEASE and words[last].follows:
        last -= 1  # "PyTorch version 17"
    begin = compound(words, last)[0]
    name = words[last].lower
    if begin and words[begin].follows == " ":
        glued = words[begin - 1].lower + words[begin].lower
        if vocabulary.count(glued):
            begin, name = begin - 1, glued  # "flash attention 11"
        elif words[begin - 1].is_capital and words[begin].is_capital:
            begin -= 1  # "Stable Diffusion 17"
    known = vocabulary.numbers(name)
    proper = is_proper(name, vocabulary) or _is_written_so(words[last], known, vocabulary)
    if not proper and not any(is_proper(word.lower, vocabulary) for word in words[begin:last]):
        return None
    if (
        begin == last
        and name in english()
        and len(known) < MANY
        and not (words[last].is_capital or vocabulary.is_name(name))
    ):
        return None
    told = last < at - 1 or _VERSION.fullmatch(words[at].lower) is not None
    unknown = _is_version(number, words[at], known, vocabulary) and (told or not _counts(number, words, at, vocabulary))
    return begin if unknown else None


def _is_version(number: str, word: NamedWord, known: frozenset[str], vocabulary: Vocabulary) -> bool:
    """Whether a number can be a version, and is none of those that are known."""
    if not number[0].isdigit():  # "NVIDIA H9000"
        return bool(_MODEL.fullmatch(number)) and word.text[0].isupper() and not vocabulary.count(number)
    if _SIZE.fullmatch(number) or not _NUMBER.fullmatch(number):
        return False
    if number.isdigit() and (len(number) > LONGEST or int(number) in YEARS):
        return False
    digits = max((len(_leading(other)) for other in known if other.replace(".", "").isdigit()), default=2)
    return len(_leading(number)) <= max(2, digits) + 1 and not _is_known(number, known)


def _counts(number: str, words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """Whether a whole number says how many there are of something, or stands before another number."""
    after = words[at + 1].lower if at + 1 < len(words) and words[at + 1].follows else ""
    if not number.isdigit() or not after or after in FUNCTION:
        return False
    times, occurrences = vocabulary.counted(after), vocabulary.frequency(form_of(after))
    plural = after.endswith("s") and (times >= OFTEN or occurrences < USED)
    return after in _UNITS or after[0].isdigit() or plural or times > max(FEW, COUNTED * occurrences)


def _is_variant(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """A word with a capital behind a name that never has it: "BERT-Gigantic"."""
    word = words[at]
    if not at or not word.follows or not word.text[0].isupper() or not word.is_capital:
        return False
    before, lower = words[at - 1].lower, word.lower
    if not words[at - 1].text[0].isupper() or not is_proper(before, vocabulary) or not lower.isalpha():
        return False
    if vocabulary.pair(before, lower) or lower in FUNCTION:
        return False
    if len(lower) == 1:
        return word.follows == "-"
    if word.follows == "-" and lower in english() and word.text[1:].islower():
        return True
    return not is_proper(lower, vocabulary) and vocabulary.capital(lower) < SOMETIMES


def _is_written_so(word: NamedWord, known: frozenset[str], vocabulary: Vocabulary) -> bool:
    """Whether a word with a capital ends a name that has versions: "Stable Diffusion"."""
    return word.is_capital and len(known) >= MANY and vocabulary.capital(word.lower) >= SOMETIMES


def _is_known(number: str, known: frozenset[str]) -> bool:
    """Whether a number, or another one of the same leading number, is known: "12" of "12.6", "3.3" of "3.1"."""
    return number in known or _leading(number) in map(_leading, known)


def _leading(number: str) -> str:
    return number[: next((at for at, letter in enumerate(number) if not letter.isdigit()), len(number))]
