"""Logs on standard error: one line a record, whatever text a file name or a fault brings along."""

from __future__ import annotations

import logging
import os

PAGE, COMMAND = "%(asctime)s %(levelname)s %(name)s %(message)s", "%(levelname)s %(message)s"


class OneLine(logging.Formatter):
    """Shows line ends and other control characters of a message as escapes, so that no text can forge a record."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without a traceback, which may follow on lines of its own."""
        line = super().formatMessage(record)
        return "".join(
            character if character.isprintable() else repr(character)[1:-1] for character in line
        )  # fmt: skip


def set_up_logs(level: str) -> None:
    """Send what this package logs to standard error, from a level on. Doing it again changes the level alone."""
    log = logging.getLogger("assistant")
    log.setLevel(level)
    if not any(isinstance(handler.formatter, OneLine) for handler in log.handlers):
        log.addHandler(_handler(PAGE))
        log.propagate = False  # Streamlit's own handlers would show each line twice


def set_up_command_logs() -> None:
    """The same for a command or the engine's process, libraries included: only errors, unless ASSISTANT_LOG says more.

    The settings are not read, because that takes a moment which help need not wait; they refuse a level that is none.
    """
    asked = os.environ.get("ASSISTANT_LOG", "").upper()
    level = asked if asked in logging.getLevelNamesMapping() else "ERROR"
    logging.basicConfig(level=level, handlers=[_handler(COMMAND)])


def _handler(form: str) -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine(form))
    return handler
