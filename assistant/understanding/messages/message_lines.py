"""What each line of a pasted message is: the asker's words, an error, a frame of a traceback, code, or a log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST_LINE = 2000  # characters of a line that are looked at; what follows is data, not a message
LONGEST_NAME = 80  # of an exception with its modules


class LineKind(StrEnum):
    """What a line holds."""

    BLANK = "blank"
    PROSE = "prose"
    ERROR = "error"  # what was raised, with its message
    FRAME = "frame"  # a place in a traceback, or the code that stands there
    CODE = "code"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a message without the prefix that a launcher or a prompt put before it.

    Of an error that stands behind words ("on cpu it says: RuntimeError: ...") the line holds what comes from the
    exception's name on, and a line of prose before it the words.
    """

    kind: LineKind
    text: str


_RAISED = re.compile(r"(?:Error|ERROR|Exception|Warning|Interrupt|Exit)(?:\(s\))?(?![\w(.'\"])")
_NAME_BEFORE = re.compile(r"[\w.]*\Z")
_PREFIX = re.compile(
    r"^(?:(?P<launcher>\[?rank\s?\d+\]?:|E(?=\s{2}))|(?P<prompt>>>>|In \[\d*\]:)|(?P<shell>\$)(?=\s)"
    r"|(?P<level>INFO|WARNING|WARN|ERROR|DEBUG|CRITICAL)\s[\d:., -]{4,40}(?:[\w.]{1,40}:\d+\])?"
    r"|(?P<letter>[IWEF])\d{4}(?=\s)"
    r"|\d{4}-\d\d-\d\d[ T][\d:.,]{5,20}:?(?:\s(?P<stamped>[IWEF](?=\s)))?)[ ]?"
)
_PLACE = re.compile(r"^\s*File \S.{0,400}\bline \d+|^\s*Traceback \(most recent call last\)|^[\s~^.-]*\^[\s~^]*$")
_OPENS_FRAME = re.compile(r"^\s*File \S.{0,400}\bline \d+")
_STATEMENT = re.compile(
    r"^\s*(?:import [\w.]+|from [\w.]+ import\b|def \w+\(|class \w+[(:]|@\w+|async def\b|return$|return [\w({\[\"'-]+"
    r"[^?]*$|raise \w+|assert \w|print\(|(?:for|while|if|elif|with|except)\b.{0,300}:(?:\s|$)|else:|try:|finally:|\#)"
)
_TARGET = r"[\w.\[\]\"'*()]+"
_ASSIGNMENT = re.compile(rf"^\s*{_TARGET}(?:\s?,\s?{_TARGET})*\s?(?:[-+*/@|&]|//|\*\*)?=(?!=)\s?\S")
_CALL = re.compile(r"^\s*(?:await )?[A-Za-z_][\w.\[\]]{0,120}\(.*\)?[,:]?\s*(?:\#.*)?$")
_BRACKETS = re.compile(r"^[\s\[\](){},:]+$")
_SETTING = re.compile(r"^\s*[\w.-]{1,60}\s?:\s?\S+$")  # a line of a configuration
_FENCE = re.compile(r"^\s*(?:```|~~~)[\w+-]*\s*$")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d.,]*(?:e[-+]?\d+)?%?(?!\w)", re.I)
_WORD = re.compile(r"[^\W\d_]{2,}")
_COUNTED = re.compile(
    r"^\W*(?:train|val|test|global)?\W*(?:epoch|step|iter|iteration|batch|round|ep)s?\b\W{0,3}\d", re.I
)
_BAR = re.compile(r"\d+%\s?\||\b(?:it/s|s/it|m?s/step)\b|^\s*\d+/\d+ \[")
_VALUE = re.compile(r"[A-Za-z]\w{0,40}['\"]?\s?[:=]\s?[-+]?(?:\d|nan\b|inf\b)")
FRAME_LINES = 2  # of code behind the place of a frame: with marks below it, or wrapped
MOST_WORDS = 10  # of a line that reports numbers


def lines_of(message: str) -> tuple[Line, ...]:
    """The lines of a message in their order, each with its kind."""
    found: list[Line] = []
    frame_left, is_open = 0, False  # is_open: an exception was named, its message follows on lines of its own
    for raw in _broken(message).splitlines():
        prefix = _PREFIX.match(raw[:LONGEST_LINE])
        line = raw[prefix.end() if prefix else 0 : LONGEST_LINE].rstrip()
        if not line.strip() or _FENCE.match(line):
            found.append(Line(LineKind.BLANK, ""))
            frame_left, is_open = 0, False
        elif _PLACE.search(line):
            frame_left, is_open = FRAME_LINES if _OPENS_FRAME.search(line) else 0, False
            found.append(Line(LineKind.FRAME, line.strip()))
        elif (at := _raised_at(line)) is not None:
            found.extend(_error(line, at))
            frame_left, is_open = 0, line.endswith(":")
        elif is_open or (line[0].isspace() and not frame_left and _goes_on(found, line)):
            found.append(Line(LineKind.ERROR, line.strip()))
        elif frame_left and line[0].isspace():
            found.append(Line(LineKind.FRAME, line.strip()))
            frame_left -= 1
        else:
            found.append(Line(_kind_behind(prefix) or _kind_of_plain(line), line.strip()))
            frame_left = 0
    return tuple(found)


def _goes_on(found: list[Line], line: str) -> bool:
    """Whether an indented line is prose that belongs to the error before it."""
    last = next((each for each in reversed(found) if each.kind != LineKind.BLANK), None)
    return last is not None and last.kind == LineKind.ERROR and _kind_of_plain(line) == LineKind.PROSE


def _broken(message: str) -> str:
    """The message with line breaks before the marks of a traceback that arrived on one line."""
    if "\n" in message.strip() or "Traceback (most" not in message:
        return message
    message = re.sub(r"(?=Traceback \(most)|(?<=recent call last\):)", "\n", message)
    return re.sub(r"(?= File \")|(?<= )(?=[A-Za-z][A-Za-z.]{0,60}(?:Error|Exception): )", "\n", message)


def _raised_at(line: str) -> int | None:
    """Where the name of what was raised begins, when the line says what was raised and does not speak about it."""
    if _STATEMENT.search(line):
        return None
    for match in _RAISED.finditer(line):
        behind = line[match.end() : match.end() + 1]
        name = _NAME_BEFORE.search(line, max(0, match.start() - LONGEST_NAME), match.start())
        start = name.start() if name else match.start()
        if behind == ":" or (not line[:start].strip() and not behind.strip() and start != match.start()):
            return start
    return None


def _error(line: str, at: int) -> list[Line]:
    """What was raised, and before it the words that stood on the same line unless they were the path of a file."""
    before, raised = line[:at].strip(), Line(LineKind.ERROR, line[at:].strip())
    return [Line(LineKind.PROSE, before), raised] if len(_WORD.findall(before)) > 1 and " " in before else [raised]


def _kind_behind(prefix: re.Match[str] | None) -> LineKind | None:
    """The kind of a line as its prefix tells it: a prompt, or how much a logger thought of it."""
    if prefix is None or prefix["launcher"]:
        return None
    if prefix["prompt"]:
        return LineKind.CODE
    if prefix["shell"]:
        return LineKind.LOG
    level = prefix["level"] or prefix["letter"] or prefix["stamped"]
    return LineKind.ERROR if level and level[0] in "WEFC" else LineKind.LOG


def _kind_of_plain(line: str) -> LineKind:
    """The kind of a line that is no part of a traceback."""
    words, numbers = _WORD.findall(line), _NUMBER.findall(line)
    if _BAR.search(line) or (_COUNTED.search(line) and len(numbers) > 1 and len(words) < MOST_WORDS):
        return LineKind.LOG
    if "(" not in line and (len(_VALUE.findall(line)) > 1 or len(words) <= len(numbers) > 1):
        return LineKind.LOG
    if any(code.search(line) for code in (_STATEMENT, _BRACKETS, _CALL, _ASSIGNMENT)):
        return LineKind.CODE
    if _SETTING.search(line):
        return LineKind.LOG
    return LineKind.PROSE if words else LineKind.LOG if numbers else LineKind.BLANK
