"""What a question names and the notes do not hold: "KRONIX", "ribbon decoding", "BERT 7"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.understanding.names.closed_words import ASPECTS, FUNCTION
from assistant.understanding.names.named_words import NamedWord, named_words
from assistant.understanding.names.odd_words import Span, odd_names
from assistant.understanding.names.plain_names import PlainNameModel, shipped_plain_names
from assistant.understanding.names.typed_words import without_code
from assistant.understanding.names.versions import unknown_versions
from assistant.understanding.spelling import Speller

_FAULT = re.compile(r"[a-z](?:Error|Exception|Warning)\b")
_IDENTIFIER = re.compile(r"\w[_/\\.]\w")
MOST_WORDS = 80  # of a question: what is longer quotes a log or a text, in which nothing is asked for by name
MOST = 8  # words that nobody knows: with more the question is in another language
MOST_NAMES = 3  # more are no names either


def unknown_names(
    question: str, vocabulary: Vocabulary, speller: Speller, model: PlainNameModel | None = None
) -> tuple[str, ...]:
    """The names in a question that the notes do not hold, as they were typed, in their order.

    A misspelling is none: the question is corrected first, if that was not done yet. Empty for a vocabulary without
    words, for code and tracebacks.
    """
    if not vocabulary.size or without_code(question) != question or _quotes_a_fault(question):
        return ()
    text = speller.correct(question).text
    words = named_words(text)
    if len(words) > MOST_WORDS or sum(not speller.knows(word.lower) for word in words if word.text.isalpha()) > MOST:
        return ()
    spans = [*odd_names(words, vocabulary, speller), *unknown_versions(words, vocabulary)]
    spans += (model or shipped_plain_names()).named(words, vocabulary)
    names = [text[words[begin].start : words[end - 1].end] for begin, end in _merged(spans)]
    return tuple(dict.fromkeys(names)) if len(names) <= MOST_NAMES else ()


def _quotes_a_fault(question: str) -> bool:
    """Whether an error is named, or identifiers and paths stand in a message of several lines."""
    return bool(_FAULT.search(question)) or ("\n" in question.strip() and bool(_IDENTIFIER.search(question)))


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in their order, those that overlap as one."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def asks_only_for(question: str, names: Sequence[str]) -> bool:
    """Whether a question asks for nothing but names, or for something of theirs: "who invented KRONIX".

    Then there is nothing that the notes could say to it. "What is KRONIX quantization" also names quantization.
    """
    if not names:
        return False
    for name in sorted(names, key=len, reverse=True):
        question = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", question, flags=re.IGNORECASE)
    return all(_is_about(word) for word in named_words(question))


def _is_about(word: NamedWord) -> bool:
    """Whether a word beside a name says what sort of thing it is, or what is to be known of it."""
    lower = word.lower
    return (
        len(lower) < 2
        or lower.isdigit()
        or lower in FUNCTION
        or not {lower, lower.removesuffix("s")}.isdisjoint(ASPECTS)
    )
