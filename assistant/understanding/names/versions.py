"""Versions that the notes do not know of a name that they do: "BERT 7", "YOLOv47", "int13"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.index.word_counts import form_of, name_and_number
from assistant.understanding.names.closed_words import FUNCTION
from assistant.understanding.names.english import english
from assistant.understanding.names.named_words import NamedWord
from assistant.understanding.names.odd_words import Span, compound
from assistant.understanding.names.proper_names import SOMETIMES, is_given, is_proper, is_variant

MANY = 4  # numbers that stand behind an English word before another one is missed there
LONGEST = 6  # digits of a version
YEARS = range(1950, 2050)
FEW = 2  # numbers that any word may have before it
OFTEN, USED = 10, 100  # numbers before a plural, and occurrences from which on it has as many if it is counted
COUNTED = 0.02  # numbers before a word that is counted, in relation to its occurrences
_RELEASE = frozenset(("edition", "gen", "generation", "release", "version"))
_VERSION = re.compile(r"v\d.*")
_DECIMAL = re.compile(r"\d+(?:\.\d+)+")
_DEVICE = re.compile(r"[A-Z]\d{3,4}[a-z]?")  # "H100"
_NUMBER = re.compile(r"[1-9]\d*(?:\.\d+)*[a-df-z]?")
_SIZE = re.compile(r"\d+(?:\.\d+)?[bdkmtx]")  # of a context or a picture; any may exist
_PARAMETERS = re.compile(r"\d+(?:\.\d+)?[bt]")  # of a model
_COUNTED = """
    bit bits byte bytes cm d dim dimensional fps g gb ghz gib h hz k kb khz km m mb mhz min million billion trillion
    thousand ms nm percent pixel point s sec shot tb times to w watt x
"""
_UNITS = frozenset(_COUNTED.split())


def unknown_versions(words: Sequence[NamedWord], vocabulary: Vocabulary) -> Iterator[Span]:
    """Where such versions stand: the name with its number, and with what is joined to them."""
    for at, word in enumerate(words):
        if not any(map(str.isdigit, word.text)):
            if is_variant(words, at, vocabulary):
                yield compound(words, at - 1)[0], compound(words, at)[1]
        elif _is_unknown_alone(word, vocabulary) or (word.follows == "-" and _is_joined(words, at, vocabulary)):
            yield compound(words, at)
        elif word.follows == " ":
            begin = _beside(words, at, vocabulary)
            if begin is not None:
                yield begin, compound(words, at)[1]


def _is_unknown_alone(word: NamedWord, vocabulary: Vocabulary) -> bool:
    """A name and its number in one word: "StyleGAN14", "bf24", "H9000"."""
    if vocabulary.knows(word.lower):
        return False
    parts = name_and_number(word.lower)
    if not parts:
        return bool(_DEVICE.fullmatch(word.text))
    name, number = parts
    if name.endswith("v") and not vocabulary.count(name):
        name = name[:-1]  # "YOLOv47"
    known = vocabulary.numbers(name)
    is_name = is_proper(name, vocabulary) or len(known) >= MANY or (known and not vocabulary.count(name))
    return bool(is_name) and not is_given(number, known)


def _is_joined(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """A number joined to a name, or to what is joined to one: "GPT-40", "BERT-medium-9", "DeepSeek-R41"."""
    number, before = words[at].lower, words[at - 1].lower
    if vocabulary.pair(before, number):
        return False
    if _VERSION.fullmatch(number) and vocabulary.count(before) and before not in english():  # "T5-v12"
        return not is_given(form_of(number), vocabulary.numbers(before))
    names = [word.lower for word in words[compound(words, at)[0] : at] if is_proper(word.lower, vocabulary)]
    if not names or before[-1].isdigit():
        return False
    if before not in names and not vocabulary.pair(words[at - 2].lower, before):  # "gpt-neo-zeta-4"
        return True
    known = frozenset().union(*map(vocabulary.numbers, names))
    if _PARAMETERS.fullmatch(number):
        return not vocabulary.count(number)
    if is_given(form_of(number), known):
        return False
    return (number[0].isdigit() and not _SIZE.fullmatch(number)) or number[0] == "v" or not vocabulary.count(number)


def _beside(words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> int | None:
    """Where the name begins that an unknown version stands behind: "llama 12", but not "BERT 512 tokens"."""
    last = at - 1
    while last and words[last].lower in _RELEASE and words[last].follows:
        last -= 1  # "PyTorch version 17"
    begin, name = _name(words, last, vocabulary)
    known = vocabulary.numbers(name)
    told = last < at - 1 or any(kind.fullmatch(words[at].lower) for kind in (_VERSION, _DECIMAL))
    if not vocabulary.knows(name):  # a name of somebody else, as in "Orange 3.6"
        named = name.isalpha() and name not in FUNCTION and (told or words[last].is_capital)
    elif any(is_proper(word.lower, vocabulary) for word in words[begin:last]):
        named = True
    elif is_proper(name, vocabulary):
        named = name not in english() or len(known) >= MANY or words[last].is_capital or vocabulary.is_name(name)
    else:  # "Stable Diffusion 17"
        named = words[last].is_capital and len(known) >= MANY and vocabulary.capital(name) >= SOMETIMES
    if not named:
        return None
    if _PARAMETERS.fullmatch(words[at].lower):
        return None if vocabulary.count(words[at].lower) else begin
    number = form_of(words[at].lower)
    if not _may_be_version(number, known) or is_given(number, known):
        return None
    return begin if told or not _counts(number, words, at, vocabulary) else None


def _name(words: Sequence[NamedWord], last: int, vocabulary: Vocabulary) -> tuple[int, str]:
    """Where the name begins whose last word is given, and the word that has its versions."""
    begin, name = compound(words, last)[0], words[last].lower
    if begin and words[begin].follows == " ":
        glued = words[begin - 1].lower + words[begin].lower
        if vocabulary.count(glued):
            return begin - 1, glued  # "flash attention 11"
        if words[begin - 1].is_capital and words[begin].is_capital:
            begin -= 1
    return begin, name


def _may_be_version(number: str, known: frozenset[str]) -> bool:
    if _SIZE.fullmatch(number) or not _NUMBER.fullmatch(number):
        return False
    if number.isdigit() and (len(number) > LONGEST or int(number) in YEARS):
        return False
    digits = [len(other.split(".")[0]) for other in known if other.replace(".", "").isdigit()]
    return len(number.split(".")[0]) <= max(2, *digits, 2) + 1


def _counts(number: str, words: Sequence[NamedWord], at: int, vocabulary: Vocabulary) -> bool:
    """Whether a whole number says how many there are of something, or stands before another number."""
    after = words[at + 1].lower if at + 1 < len(words) and words[at + 1].follows else ""
    if not number.isdigit() or not after or after in FUNCTION:
        return False
    times, occurrences = vocabulary.counted(after), vocabulary.frequency(form_of(after))
    plural = after.endswith("s") and (times >= OFTEN or occurrences < USED)
    return after in _UNITS or after[0].isdigit() or plural or times > max(FEW, COUNTED * occurrences)
