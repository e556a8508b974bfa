"""Notices when a model has begun to say the same again: small models do, and no reader is served by it."""

from __future__ import annotations

import re

from assistant.core.markdown import split_sentences

SAME_SHARE = 0.7  # of a sentence's word triples that stood before: then it says nothing new
SHORTEST_WORDS = 5


def without_repetition(text: str) -> str | None:
    """The text up to the first complete sentence that repeats what stands before it; None while nothing repeats."""
    said: set[tuple[str, ...]] = set()
    kept = 0
    for sentence in split_sentences(text):
        at = text.find(sentence, kept)
        if at < 0 or not sentence.rstrip().endswith((".", "!", "?")):
            return None
        triples = _triples(sentence)
        if len(triples) >= SHORTEST_WORDS - 2 and sum(triple in said for triple in triples) >= SAME_SHARE * len(
            triples
        ):
            return text[:at].rstrip()
        said.update(triples)
        kept = at + len(sentence)
    return None


def _triples(sentence: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", sentence.lower())
    return list(zip(words, words[1:], words[2:], strict=False))
