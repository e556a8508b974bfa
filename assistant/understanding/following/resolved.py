"""What a message was taken for: a question that stands alone, and how it goes on from what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Intent = Literal[
    "new",  # stands alone: what was said before does not touch it
    "other_item",  # the same of something else: "and RMSprop?"
    "aspect",  # something else of the same subject: "why does it help?"
    "deeper",
    "simpler",
    "code",
    "example",
    "contrast",
    "number",
    "back",  # to an earlier subject
    "correction",  # "no, I meant the layer"
    "source",
]
SHOWN_AGAIN: frozenset[Intent] = frozenset(("new", "other_item", "simpler", "source", "contrast", "correction"))


@dataclass(frozen=True, slots=True)
class Resolved:
    """A message in the light of its chat."""

    question: str  # standalone: what is searched
    intent: Intent = "new"
    subject: str = ""  # what it is about; empty when that cannot be told
    skip_said: bool = False  # what was shown on the subject should not be shown again
    beside: str = ""  # what the subject is compared with
