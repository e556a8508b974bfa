"""PDF becomes Markdown: a section for each page, so that a source names the page it stands on."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass

import pypdf
from pypdf.errors import PyPdfError

from assistant.core.errors import UploadError
from assistant.uploads.limits import PAGES
from assistant.uploads.readers.text import escaped

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each oddity of a file; the reader gets one line

DAMAGE = (PyPdfError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError, OSError)
_BULLET = re.compile(r"^[•▪◦‣·∙●○–]\s*")
_REST = re.compile(r"[a-z][^.!?\n]{0,600}+[.!?][\"'”’)]*+(?=\s|$)")  # of a sentence that began on the page before
_ENDS = (".", "!", "?", ":")
_NO_TITLE = re.compile(r"untitled|^microsoft word|^powerpoint|\.(?:docx?|tex|dvi|indd|pptx?|pdf)$|^[\W\d]*$", re.I)


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the pages hold."""

    count: int
    texts: list[tuple[int, str]]  # number and text of those that hold any
    empty: int
    damaged: int

    def remarks(self) -> tuple[str, ...]:
        """What the visitor should know of the others."""
        said = [f"{self.empty} of {self.count} pages hold no text."] if self.empty else []
        said += [f"{self.damaged} of {self.count} pages are damaged and were left out."] if self.damaged else []
        return tuple(said)


def read_pdf(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Title (perhaps empty), Markdown and remarks. Raises UploadError when there is no text to be had."""
    reader, count = _opened(data)
    if count == 0:
        raise UploadError("It has no pages. Save it again.")
    if count > PAGES:
        raise UploadError(f"It has {count:,} pages, at most {PAGES} are read. Split it.")
    pages = _read_pages(reader, count)
    if not pages.texts and pages.damaged:
        raise UploadError("It is damaged: no page of it can be read. Save it again.")
    if not pages.texts:
        raise UploadError("It holds no text; it was probably scanned. Run text recognition (OCR) on it first.")
    sections = (f"## Page {number}\n\n{text}" for number, text in _whole_sentences(pages.texts))
    return _title(reader), "\n\n".join(sections), pages.remarks()


def _opened(data: bytes) -> tuple[pypdf.PdfReader, int]:
    """The file and the number of its pages. Raises UploadError when it cannot be read or wants a password."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UploadError("It is protected by a password. Save it without one.")
        return reader, len(reader.pages)
    except (*DAMAGE, ImportError) as fault:
        raise _unreadable(fault) from None


def _read_pages(reader: pypdf.PdfReader, count: int) -> _Pages:
    """The text of each page; one that is damaged does not spoil the others."""
    texts: list[tuple[int, str]] = []
    empty, damaged = 0, 0
    for number in range(count):
        try:
            text = _paragraphs(reader.pages[number].extract_text())
        except DAMAGE:
            damaged += 1
            continue
        if text:
            texts.append((number + 1, text))
        else:
            empty += 1
    return _Pages(count, texts, empty, damaged)


def _unreadable(fault: Exception) -> UploadError:
    if isinstance(fault, ImportError) or "AES" in str(fault) or "encrypt" in str(fault).lower():
        return UploadError("It is encrypted. Save it without protection.")
    return UploadError("It is damaged: it cannot be read as a PDF. Save it again.")


def _title(reader: pypdf.PdfReader) -> str:
    try:
        title = str((reader.metadata.title if reader.metadata else "") or "")
    except DAMAGE:
        return ""
    title = " ".join(title.split())
    return "" if _NO_TITLE.search(title) else title


def _whole_sentences(pages: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The pages with a sentence that goes on from one to the next kept whole, on the page where it begins."""
    made: list[tuple[int, str]] = []
    for number, text in pages:
        rest = _REST.match(text) if made and not made[-1][1].endswith(_ENDS) else None
        if rest:
            before, earlier = made[-1]
            joined = earlier[:-1] + rest[0] if earlier.endswith("-") else f"{earlier} {rest[0]}"
            made[-1], text = (before, joined.rstrip()), text[rest.end() :].lstrip()
        if text:
            made.append((number, text))
    return made


def _paragraphs(text: str) -> str:
    """Lines as they were set, joined to paragraphs: a line that is short or ends a sentence early ends one."""
    lines = [" ".join(line.split()) for line in text.replace("\0", "").splitlines()]
    widest = max((len(line) for line in lines), default=0)
    made: list[str] = []
    current = ""
    for line in lines:
        bullet = _BULLET.match(line)
        if bullet or not line:
            made, current = _closed(made, current), ""
        if not line:
            continue
        line = escaped(_BULLET.sub("", line)) if bullet else escaped(line)
        if current.endswith("-") and line[:1].islower():
            current = current[:-1] + line  # a word cut at the end of a line
        else:
            current = f"{current} {line}".strip() if current else ("- " if bullet else "") + line
        if len(line) < 0.7 * widest and line.endswith((".", "!", "?", ":")):
            made, current = _closed(made, current), ""
    return "\n\n".join(_closed(made, current))


def _closed(made: list[str], paragraph: str) -> list[str]:
    return [*made, paragraph] if paragraph.strip() else made
