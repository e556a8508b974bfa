"""What this visitor asked last, and what was found for it."""

from __future__ import annotations

from assistant.records import Hit
from assistant.ui.state import current_chat


def last_question() -> tuple[str, tuple[Hit, ...]]:
    """The last question of the open chat and its passages; empty when nothing was asked."""
    turns = current_chat().turns
    if not turns:
        return "", ()
    answer = turns[-1].answer
    return turns[-1].question, turns[-1].sources or (answer.nearest if answer is not None else ())
