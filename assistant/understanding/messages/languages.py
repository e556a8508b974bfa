"""Languages in which messages come: their function words, and what is said to who writes in them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("languages.toml")


@dataclass(frozen=True, slots=True)
class Language:
    """A language, as far as it must be told from English and answered in."""

    name: str  # in English
    reply: str  # the notes are in English, the nearest follow, ask in English
    words: frozenset[str] = frozenset()  # function words, in lower case; none where a script of its own tells it
    letters: str = ""  # in lower case, that English has not


_READ = tomllib.loads(FILE.read_text("utf-8"))
HOMOGRAPHS = frozenset(_READ.pop("homographs").split())  # words of other languages that may be English, or slips, too
LANGUAGES = tuple(
    Language(name, entry["reply"], frozenset(entry.get("words", "").split()), entry.get("letters", ""))
    for name, entry in _READ.items()
)
