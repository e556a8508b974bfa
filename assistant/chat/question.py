"""A question as it was typed, made usable or refused with the reason."""

from __future__ import annotations

from assistant.core.errors import AssistantError
from assistant.core.text import readable


def checked_question(question: str, limit: int) -> str:
    """The question on one line. Raises AssistantError when it is empty or longer than ``limit`` characters."""
    question = " ".join(readable(question).replace("\0", " ").split())
    if not question:
        raise AssistantError("The question is empty. Type one, such as: What is dropout?")
    if len(question) > limit:
        raise AssistantError(
            f"A question may have at most {limit:,} characters, this one has {len(question):,}. Shorten it."
        )
    return question
