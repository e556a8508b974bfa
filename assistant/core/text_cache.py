"""What is made of short texts, remembered for the whole process."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

LONGEST = 5_000  # characters; a passage has some 1,300, and longer texts are seldom seen twice

Made = TypeVar("Made")


def remembered(most: int) -> Callable[[Callable[[str], Made]], Callable[[str], Made]]:
    """An ``lru_cache`` for functions of a text that keeps no long ones: a visitor may send texts of any length."""

    def decorate(make: Callable[[str], Made]) -> Callable[[str], Made]:
        made_before = lru_cache(maxsize=most)(make)

        @wraps(make)
        def made(text: str) -> Made:
            return made_before(text) if len(text) <= LONGEST else make(text)

        return made

    return decorate
