"""A question as it was typed, made usable or refused with the reason."""

from __future__ import annotations

from assistant.core.errors import AssistantError
from assistant.core.text import readable


def checked_question(question: str, limit: int) -> str:
    """The question with its lines, without white space around them and empty lines in a row.

    Raises AssistantError when it is empty or longer than ``limit`` characters.
    """
    lines = [line.rstrip() for line in readable(question).replace("\0", " ").splitlines()]
    kept = [line for at, line in enumerate(lines) if line.strip() or (at and lines[at - 1].strip())]
    question = "\n".join(kept).strip()
    if not question:
        raise AssistantError("The question is empty. Type one, such as: What is dropout?")
    if len(question) > limit:
        raise AssistantError(
            f"A question may have at most {limit:,} characters, this one has {len(question):,}. Shorten it."
        )
    return question


def on_one_line(question: str) -> str:
    """The question with single spaces for all white space."""
    return " ".join(question.split())
