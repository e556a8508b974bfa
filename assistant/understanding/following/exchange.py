"""One item of a question exchanged for another: "how does Adam work" and "RMSprop" are "how does RMSprop work"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.understanding.following.word_classes import PREPOSITIONS
from assistant.understanding.following.words import (
    Word,
    chunks_of,
    content_of,
    is_proper,
    keys_of,
    without_article,
    words_of,
)

LONGEST_CHUNK = 6  # words that stand together
SAME_ENDING = 5  # letters at the end of two words that make them a pair: encoder, decoder
_ARTICLE = re.compile(r"\b(an?|the)\s+$", re.I)
_DOERS = frozenset(("i", "we", "you", "to", "people", "one"))


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A question with another item in it."""

    question: str
    subject: str
    was_name: bool = False  # what was taken out is written as a name is


def exchanged(question: str, subject: str, item: str, instead_of: str = "") -> Exchanged:
    """The question asked of ``item``, which takes the place of what is most like it, or else of the subject.

    ``instead_of`` is what was named as not meant.
    """
    spans = _spans(words_of(question), len(content_of(words_of(item))))
    if not spans:
        return Exchanged(f"{question.rstrip(' ?.!')} {item}", item)
    best = max(spans, key=lambda span: _likeness(question, span, subject, item, instead_of))
    start, end, name = best[0].start, best[-1].end, without_article(item)
    old, before = question[start:end], _ARTICLE.search(question[:start])
    keeps_article = before is not None and before[1].lower() == "the" and name == item and not _is_name(item)
    if before is not None and not keeps_article:
        start = before.start()
    goes_inside = any(chunk[0].start < best[0].start < chunk[-1].end for chunk in chunks_of(words_of(question)))
    made = f"{question[:start]}{name if goes_inside else item}{question[end:]}"
    at = subject.lower().find(old.lower())
    if at >= 0:
        name = f"{_ARTICLE.sub('', subject[:at])}{name}{subject[at + len(old) :]}"
    return Exchanged(made, name, _is_name(old, inside=best[-1].start > 0))


def with_place(question: str, place: str) -> str:
    """The question with another circumstance: "in 4 bit" takes the place of "in fp16", or is added behind."""
    words, preposition = words_of(question), words_of(place)[0].lower
    for at in range(len(words) - 2, 0, -1):
        if words[at].lower == preposition:
            until = next((each for each in range(at + 1, len(words)) if words[each].lower in PREPOSITIONS), len(words))
            return f"{question[: words[at].start]}{place}{question[words[until - 1].end :]}".rstrip(" ?.!")
    return f"{question.rstrip(' ?.!')} {place}"


def _spans(words: Sequence[Word], length: int) -> list[list[Word]]:
    """Runs of content words, and the parts of each run; an item of several words takes no place inside one."""
    places = {word.start: at for at, word in enumerate(words)}
    spans = []
    for chunk in chunks_of(words):
        place = places[chunk[0].start]
        is_done = place and words[place - 1].lower in _DOERS  # then the first word is what somebody does
        named = chunk[1:][-LONGEST_CHUNK:] if is_done else chunk[-LONGEST_CHUNK:]
        ends = range(1, len(named) + 1) if length < 2 else range(len(named), len(named) + 1)
        spans += [named[start:end] for end in ends for start in range(end)]
    return spans


def _likeness(question: str, span: Sequence[Word], subject: str, item: str, instead_of: str) -> float:
    """How well an item could stand in a span's place."""
    text = question[span[0].start : span[-1].end].lower()
    own, new, not_meant = _keys(text), _keys(item), set(_keys(instead_of))
    if not new or not own:
        return 0.0
    score = 0.1 * len(span)
    if not_meant:
        score += 6.0 * len(not_meant & set(own)) / len(not_meant | set(own))
    if own[-1] == new[-1] and own != new:  # another kind of the same: batch norm, layer norm
        score += 3.0 + 0.2 * len(set(own) & set(new))
    if _is_pair(span[-1].text, words_of(item)[-1].text):
        score += 2.5
    elif own[0] == new[0] and own != new:  # BERT base, BERT large
        score += 2.0
    if (len(span) == 1) == (len(content_of(words_of(item))) == 1):
        score += _same_shape(span[0].text, item.rsplit(" ", 1)[-1], inside=span[0].start > 0)
    if text == subject.lower():
        return score + 1.2
    return score + (0.8 if subject.lower().startswith(text) else 0.4 if text in subject.lower() else 0.0)


def _is_pair(one: str, other: str) -> bool:
    """Whether two words differ in their beginnings alone (encoder, decoder), or only in their ends (Adam, AdamW)."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    if short == long:
        return False
    same_start = len(short) > 2 and (long.startswith(short) or (len(short) == len(long) and short[:-1] == long[:-1]))
    return same_start or short[-SAME_ENDING:] == long[-SAME_ENDING:]


def _same_shape(one: str, other: str, inside: bool) -> float:
    """How alike two words are written: both with capitals, both with digits, or both with neither."""
    capitals, digits = _has_capital(one, inside) + _has_capital(other), _has_digit(one) + _has_digit(other)
    if capitals + digits == 0:
        return 0.3
    return 1.0 * (capitals == 2) + 0.6 * (digits == 2)


def _has_capital(text: str, inside: bool = True) -> bool:
    return any(letter.isupper() for letter in (text if inside else text[1:]))


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _is_name(text: str, inside: bool = True) -> bool:
    """Whether a word is written as a name; a capital counts unless it may be that of a sentence's beginning."""
    return is_proper(text) or (inside and text[:1].isupper())


def _keys(text: str) -> list[str]:
    return keys_of(word.text for word in words_of(text) if word.is_content)
