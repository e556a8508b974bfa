"""A record of the log is one line, and from which level on it is written is a setting."""

import logging

from assistant.core.logs import OneLine, set_up_logs
from assistant.core.settings import read_settings


def test_no_text_can_forge_a_line_of_the_log(capsys):
    log = logging.getLogger("assistant")
    handlers, propagate = log.handlers[:], log.propagate
    log.handlers = []  # a page drawn by an earlier test has set them up already
    try:
        set_up_logs("INFO")
        set_up_logs("INFO")  # a second visitor's page
        log.info("skipped: %s", "a.md\n2026-11-22 INFO assistant forged\x1b[2J\u2028")
    finally:
        log.handlers, log.propagate = handlers, propagate
        log.setLevel(logging.NOTSET)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and "\\n2026-11-22" in lines[0] and "\x1b" not in lines[0]


def test_a_traceback_keeps_its_lines():
    try:
        raise ValueError("x")
    except ValueError as fault:
        record = logging.LogRecord("a", logging.ERROR, "", 0, "failed", (), (ValueError, fault, fault.__traceback__))
    assert OneLine("%(message)s").format(record).startswith("failed\nTraceback")


def test_the_level_of_the_log_may_be_written_in_small_letters(monkeypatch):
    monkeypatch.setenv("ASSISTANT_LOG", "debug")
    assert read_settings().log == "DEBUG"
