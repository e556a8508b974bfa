"""Questions from standard input, one a line, and their answers as one JSON object a line.

A line is a question, or a JSON object such as {"chat": "a", "question": "and RMSprop?"}: lines of one chat are one
conversation.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import click

from assistant.core.errors import AssistantError


def questions_from_input() -> Iterator[str]:
    """The questions on standard input, one a line; empty lines are left out."""
    if sys.stdin.isatty():
        click.echo("Type one question a line; end with Ctrl-D.", err=True)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # one bad byte spoils its own question, not the rest
    for line in sys.stdin:
        if line.strip():
            yield line.strip()


@dataclass(frozen=True, slots=True)
class Line:
    """A question and the conversation that it belongs to; one of its own when none is named."""

    question: str
    chat: str | None = None


def line_of(text: str) -> Line:
    """A line as it was meant. Raises AssistantError for an object that is no question."""
    if not text.lstrip().startswith("{"):
        return Line(text)
    try:
        record = json.loads(text)
    except ValueError:
        return Line(text)  # a question may begin with a brace
    if not isinstance(record.get("question"), str) or not isinstance(record.get("chat"), str | None):
        raise AssistantError(
            'A JSON line must be like {"chat": "a", "question": "What is dropout?"}; chat may be left out.'
        )
    return Line(record["question"], record.get("chat"))


def answer_each(questions: Iterator[str], answer: Callable[[str], dict[str, Any]]) -> int:
    """Write one JSON object a line; a question that fails gets one with "error". The exit status: 1 if any failed."""
    failed = False
    for question in questions:
        try:
            record = answer(question)
        except AssistantError as fault:
            record = {"question": question, "error": str(fault)}
            failed = True
        click.echo(json.dumps(record, ensure_ascii=False))
    return int(failed)
