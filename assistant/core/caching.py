"""What was used last, kept for any number of threads: values by keys, and what is made of short texts."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import lru_cache, wraps
from typing import Generic, TypeVar

LONGEST = 5_000  # characters; a passage has some 1,300, and longer texts are seldom seen twice

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Made = TypeVar("Made")


class LRUCache(Generic[Key, Value]):
    """At most ``most`` values by their keys."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """The value, which counts as used now; None when there is none."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Remember a value in the place of that which was used longest ago."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)

    def get_all(self, keys: Sequence[Key], make: Callable[[list[Key]], Iterable[Value]]) -> list[Value]:
        """The value of each key. Those that are not here are made in one call, once each, and remembered.

        Whatever other threads push out meanwhile, the caller gets every value.
        """
        values = {key: value for key in keys if (value := self.get(key)) is not None}
        new = [key for key in dict.fromkeys(keys) if key not in values]
        if new:
            for key, value in zip(new, make(new), strict=True):
                values[key] = value
                self.put(key, value)
        return [values[key] for key in keys]


def memoize_text(most: int) -> Callable[[Callable[[str], Made]], Callable[[str], Made]]:
    """An ``lru_cache`` for functions of a text that keeps no long ones: a visitor may send texts of any length."""

    def decorate(make: Callable[[str], Made]) -> Callable[[str], Made]:
        made_before = lru_cache(maxsize=most)(make)

        @wraps(make)
        def made(text: str) -> Made:
            return made_before(text) if len(text) <= LONGEST else make(text)

        return made

    return decorate
