"""A note taken apart for checking: its sections with their sentences and code, each with its line in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from markdown_it.token import Token

from assistant.core.markdown import PARSER, split_sentences
from assistant.core.records import Note
from assistant.retrieval.notes.parsing import parse_note, read_source
from assistant.retrieval.notes.pointers import SEE_ALSO

INDEX = "index.md"  # of a topic: an order in which to read, and no note on a subject


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the prose, as Markdown."""

    text: str
    line: int  # in the file, counted from 1
    is_item: bool = False  # of a list: it may lean on what announces the list


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced block of code."""

    info: str  # what stands behind the fence, such as "python no-run"
    text: str
    line: int  # of its first line of code in the file, counted from 1

    @property
    def is_python(self) -> bool:
        """Whether it says that it is Python."""
        return self.info.split()[:1] == ["python"]

    @property
    def runs(self) -> bool:
        """Whether it is Python that runs as it stands."""
        return self.is_python and "no-run" not in self.info.split()


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading; the heading is empty for what stands above the first."""

    heading: str
    line: int
    words: int  # of its Markdown, figures left out
    sentences: tuple[Sentence, ...]
    code: tuple[Code, ...]

    @property
    def prose(self) -> tuple[Sentence, ...]:
        """Its sentences that stand in paragraphs."""
        return tuple(sentence for sentence in self.sentences if not sentence.is_item)


@dataclass(frozen=True)
class Sheet:
    """One note to be checked."""

    note: Note
    meta: Mapping[str, Any]
    body: str
    first_line: int  # of the body in the file, counted from 0
    sections: tuple[Section, ...] = field(default=())

    @property
    def path(self) -> str:
        """Of its file, below the folder that is checked."""
        return self.note.path

    @property
    def is_index(self) -> bool:
        """Whether it only tells what to read."""
        return self.path.rsplit("/", 1)[-1] == INDEX

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its body as the Markdown parser sees it."""
        return tuple(PARSER.parse(self.body))

    def line_of(self, token: Token) -> int:
        """Where a token begins in the file, counted from 1."""
        return self.first_line + (token.map[0] if token.map else 0) + 1


def read_sheet(path: str, raw: bytes) -> Sheet:
    """A note from the bytes of its file. Raises NoteError when they are not a usable note."""
    source = read_source(raw)
    note = parse_note(path, raw, with_figures=True)
    sheet = Sheet(note, source.meta, source.body, source.first_line)
    words: dict[str, int] = {}
    for passage in note.passages:
        heading = passage.heading.rsplit(" › ", 1)[-1]
        words[heading] = words.get(heading, 0) + len(passage.text.split())
    sections = tuple(_sections(sheet, words))
    return Sheet(note, source.meta, source.body, source.first_line, sections)


def _sections(sheet: Sheet, words: Mapping[str, int]) -> Iterator[Section]:
    heading, line = "", sheet.first_line + 1
    sentences: list[Sentence] = []
    code: list[Code] = []

    def flush() -> Iterator[Section]:
        if heading != SEE_ALSO and (sentences or code or heading):
            yield Section(heading, line, words.get(heading, 0), tuple(sentences), tuple(code))

    for at, token in enumerate(sheet.tokens):
        if token.type == "heading_open" and token.level == 0:
            yield from flush()
            heading, line = _text_of(sheet.tokens[at + 1]), sheet.line_of(token)
            sentences, code = [], []
        elif token.type == "inline" and sheet.tokens[at - 1].type == "paragraph_open":
            sentences += _sentences(token, sheet.line_of(token), sheet.tokens[at - 1].level > 0)
        elif token.type == "fence":
            code.append(Code(token.info.strip(), token.content, sheet.line_of(token) + 1))
    yield from flush()


def _sentences(token: Token, line: int, is_item: bool) -> Iterator[Sentence]:
    """The sentences of a paragraph with the lines on which they begin; an image alone is none."""
    if [child.type for child in token.children or []] == ["image"]:
        return
    lines = [line + at for at, text in enumerate(token.content.split("\n")) for _ in text.split()]
    done = 0
    for sentence in split_sentences(" ".join(token.content.split())):
        yield Sentence(sentence, lines[min(done, len(lines) - 1)], is_item)
        done += len(sentence.split())


def _text_of(token: Token) -> str:
    children: Sequence[Token] = token.children or []
    return "".join(" " if child.type == "softbreak" else child.content for child in children).strip()
