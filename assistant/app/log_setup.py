"""The app's log on standard error: one line a record, whatever text a file name or a fault brings along."""

from __future__ import annotations

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


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
        handler = logging.StreamHandler()
        handler.setFormatter(OneLine(FORMAT))
        log.addHandler(handler)
        log.propagate = False  # Streamlit's own handlers would show each line twice
