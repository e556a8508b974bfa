"""The values that were used last, for any number of threads: what else there was is forgotten."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
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
