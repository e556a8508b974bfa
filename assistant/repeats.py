"""The last answers that models wrote, so that the same prompt with the same decoding gets the same answer again.

An engine alone cannot promise that: what else is in its batch, and how much of a prompt is cached already, changes the
order of its sums, and with it now and then a word.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

from assistant.decoding import Decoding
from assistant.records import ModelInfo, Piece, Prompt

MOST = 256  # answers; of some KB each
WHOLE = ("stop", "length", "repeated")  # an answer that was stopped or failed may go otherwise next time


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    tokens: int
    finish: str


class Repeats:
    """Answers by what they were made from. The prompts themselves are not kept."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def key(model: ModelInfo, prompt: Prompt, decoding: Decoding) -> str:
        """What an answer is made from, in short; the name of a preset changes nothing."""
        made_from = (model, prompt.text, prompt.stop, replace(decoding, preset=""))
        return hashlib.sha256(repr(made_from).encode("utf-8", "replace")).hexdigest()

    def pieces(self, key: str) -> tuple[Piece, ...]:
        """The answer as a generator would send it; empty when there is none."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return ()
            self._kept.move_to_end(key)
        return Piece(kept.text, kept.tokens), Piece(tokens=kept.tokens, finish=kept.finish)

    def keep(self, key: str, text: str, tokens: int, finish: str) -> None:
        """Remember an answer if it is whole."""
        if finish not in WHOLE:
            return
        with self._lock:
            self._kept[key] = _Kept(text, tokens, finish)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
