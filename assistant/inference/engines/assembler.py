"""Tokens become text that can be shown: no half characters, nothing behind a stop text."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Assembler:
    """Collects the tokens of one answer and hands out text as soon as it is final."""

    def __init__(self, decode: Callable[[list[int]], str], stop: Sequence[str] = ()) -> None:
        self._decode = decode
        self._stop = tuple(text for text in stop if text)
        self._tokens: list[int] = []
        self._shown = 0  # characters handed out
        self.stopped = False  # a stop text was met; nothing more will come

    @property
    def count(self) -> int:
        """Tokens so far."""
        return len(self._tokens)

    def add(self, tokens: Sequence[int]) -> str:
        """Text that became final with these tokens; empty while it is not."""
        self._tokens.extend(tokens)
        return self._release(last=False)

    def finish(self) -> str:
        """The rest of the text, once no more tokens come."""
        return self._release(last=True)

    def _release(self, *, last: bool) -> str:
        if self.stopped:
            return ""
        text = self._decode(self._tokens)
        end = len(text)
        cut = min((at for at in (text.find(stop) for stop in self._stop) if at >= 0), default=-1)
        if cut >= 0:
            end, self.stopped = cut, True
        elif not last:
            end -= self._held_back(text)
        piece = text[self._shown : end]
        self._shown = max(self._shown, end)
        return piece

    def _held_back(self, text: str) -> int:
        """Characters at the end that may still change: half a character, or the beginning of a stop text."""
        if text.endswith("\ufffd"):
            return len(text) - len(text.rstrip("\ufffd"))
        longest = 0
        for stop in self._stop:
            for length in range(min(len(stop) - 1, len(text)), longest, -1):
                if text.endswith(stop[:length]):
                    longest = length
                    break
        return longest
