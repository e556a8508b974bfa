"""The last answers that models wrote, so that the same prompt with the same decoding gets the same answer again.

An engine alone cannot promise that: what else is in its batch, and how much of a prompt is cached already, changes the
order of its sums, and with it now and then a word.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from assistant.core.caching import LRUCache
from assistant.core.records import ModelInfo, Piece, Prompt
from assistant.inference.decoding import Decoding

MOST = 256  # answers; of some KB each
WHOLE = ("stop", "length", "repeated")  # an answer that was stopped or failed may go otherwise next time


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    tokens: int
    finish: str


class AnswerCache:
    """Answers by what they were made from. The prompts themselves are not kept."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: LRUCache[str, _Kept] = LRUCache(most)

    @staticmethod
    def key(model: ModelInfo, prompt: Prompt, decoding: Decoding) -> str:
        """What an answer is made from, in short; the name of a preset changes nothing."""
        made_from = (model, prompt.text, prompt.stop, replace(decoding, preset=""))
        return hashlib.sha256(repr(made_from).encode("utf-8", "replace")).hexdigest()

    def pieces(self, key: str) -> tuple[Piece, ...]:
        """The answer as a generator would send it; empty when there is none."""
        kept = self._kept.get(key)
        if kept is None:
            return ()
        return Piece(kept.text, kept.tokens), Piece(tokens=kept.tokens, finish=kept.finish)

    def keep(self, key: str, text: str, tokens: int, finish: str) -> None:
        """Remember an answer if it is whole."""
        if finish in WHOLE:
            self._kept.put(key, _Kept(text, tokens, finish))
