"""What is searched for a message with a traceback, an error, code or a training log, in place of all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.understanding.messages.code_faults import faults
from assistant.understanding.messages.message_lines import Line, LineKind, lines_of
from assistant.understanding.messages.training_log import trends

LONGEST = 300  # characters of a query
LONGEST_ERROR = 160
LONGEST_CODE = 80  # of code that is short enough to be searched as it is
MOST_OBJECTS = 3
LAST_FRAMES = 4  # lines of a traceback's end in which what failed is named
LOG_LINES = 3  # fewer are no log
CODE_LINES = 2  # fewer may be a question that holds code

_FILE = re.compile(
    r"(?:https?:/|\b[A-Za-z]:(?=[/\\])|(?<![\w/.~])[.~]{0,2}(?=/\w))[\w./\\~@+-]{2,300}(?::\d+)?"
    r"|\b\w[\w-]{0,60}(?:/[\w.-]{1,60}){1,20}\.[a-z]{1,5}(?::\d+)?\b"
)
_HEX = re.compile(r"\b0x[0-9a-f]+\b", re.I)
_SHAPE = re.compile(r"\[[\s\d,x*]{2,80}\]|\([\s\d,x*]{1,80}(?:and[\s\d,x*]{1,80})?\)|\[torch\.[\w.]{0,60}\s?\]")
_NUMBER = re.compile(r"(?<![\w.-])[-+]?\d[\d.,]*(?:\s?[KMG]i?B\b)?(?!\w)")
_SPACES = re.compile(r"\s+(?=[,.:;])|(?<=\s)\s+")
_COMMENT = re.compile(r"(?:^|\s)#+\s*(.{3,200})$")
_OBJECT = re.compile(
    r"\b(?:torch|nn|F|optim|tf|keras|jax|np|model|loss|optimizer|tokenizer|trainer)(?:\.[A-Za-z_]\w{1,40}){1,4}"
    r"|\b[A-Z][a-z]+[A-Z]\w{2,30}\b|\b[A-Z]{2,6}[a-z]\w{2,30}\b"
)
_TELL_NOTHING = ("Error", "Warning", "Exception", "NoneType", "nn.Module", "torch.nn", "nn.functional")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


def error_query(message: str) -> str | None:
    """What to search for a message that holds an error, code or a log; None for any other message.

    The asker's own sentences, the last error without what is of this run alone (numbers, paths, addresses), the
    objects that it names, what a log shows and what can be seen in the code. At most some 300 characters.
    """
    lines = lines_of(message)
    log, code, frames = (
        [line.text for line in lines if line.kind == kind] for kind in (LineKind.LOG, LineKind.CODE, LineKind.FRAME)
    )
    error = _last_error(lines)
    if not error and len(log) < LOG_LINES and len(code) < CODE_LINES:
        return None
    error = _cut(without_particulars(error), LONGEST_ERROR)
    seen = [*trends(log), *faults("\n".join(code + frames), message)]
    own = [_FILE.sub(" ", line.text) for line in lines if line.kind == LineKind.PROSE]
    own += [match[1] for line in code if (match := _COMMENT.search(line))]
    is_short = not frames and sum(map(len, code)) <= LONGEST_CODE
    named = code if is_short else _objects([error, *(frames[-LAST_FRAMES:] or code)])
    room = LONGEST - len(" ".join([error, *seen]))
    return _cut(
        " ".join(dict.fromkeys(part for part in [error, *_shortened(own, room), *seen, *named] if part)), LONGEST
    )


def without_particulars(text: str) -> str:
    """A line of an error without what is of one run alone: paths, addresses, shapes, numbers."""
    for pattern in (_FILE, _HEX, _SHAPE, _NUMBER):
        text = pattern.sub(" ", text)
    return _SPACES.sub("", text).strip()


def _last_error(lines: Sequence[Line]) -> str:
    """The last error with the lines of its message; a warning only where nothing else was raised."""
    errors: list[list[str]] = []
    before = LineKind.BLANK
    for line in lines:
        if line.kind == LineKind.ERROR:
            if before == LineKind.ERROR and not re.match(r"[\w.]*(?:Error|Exception|Warning)\b", line.text):
                errors[-1].append(line.text)
            else:
                errors.append([line.text])
        before = line.kind
    raised = [error for error in errors if "Warning" not in error[0].split(":")[0]] or errors
    return " ".join(raised[-1]) if raised else ""


def _objects(texts: Iterable[str]) -> list[str]:
    """Modules, functions and classes of libraries that the texts name, each once."""
    found = (match[0] for text in texts for match in _OBJECT.finditer(text))
    return [name for name in dict.fromkeys(found) if not name.endswith(_TELL_NOTHING)][:MOST_OBJECTS]


def _shortened(own: Sequence[str], room: int) -> list[str]:
    """The asker's sentences that fit; questions first, because they say what is wanted."""
    sentences = [sentence for text in own for sentence in _SENTENCE.split(text)]
    kept: set[str] = set()
    for sentence in sorted(dict.fromkeys(sentences), key=lambda sentence: "?" not in sentence):
        if len(sentence) <= room:
            kept.add(sentence)
            room -= len(sentence) + 1
    return [sentence for sentence in sentences if sentence in kept]


def _cut(text: str, length: int) -> str:
    """The text, cut between two words."""
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0]
