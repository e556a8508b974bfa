"""What this visitor asked last, and what was found for it."""

from __future__ import annotations

from assistant.core.records import Hit
from assistant.ui.session.state import session_chats


def last_question() -> tuple[str, tuple[Hit, ...]]:
    """The last question of the open chat and its passages; empty when nothing was asked."""
    path = session_chats().chat.path()
    if not path:
        return "", ()
    answer = path[-1].answer
    return path[-1].question, path[-1].sources or (answer.nearest if answer is not None else ())
