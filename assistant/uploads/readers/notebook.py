"""A Jupyter notebook becomes Markdown: its text cells, its code in fences, and the plain text of short results."""

from __future__ import annotations

from typing import Any

import nbformat

from assistant.core.errors import UploadError

LONGEST_RESULT = 1_000  # characters; longer results are logs, not notes


def read_notebook(text: str) -> tuple[str, str]:
    """Title (perhaps empty) and Markdown. Raises UploadError when it is no notebook."""
    try:
        book = nbformat.reads(text, as_version=4)
        cells = list(book.get("cells", []))
        language = str(book.get("metadata", {}).get("language_info", {}).get("name", "python"))
        title = str(book.get("metadata", {}).get("title", ""))
        parts = [part for cell in cells for part in _cell(cell, language)]
    except (nbformat.ValidationError, nbformat.reader.NotJSONError, LookupError, ValueError, TypeError, AttributeError):
        raise UploadError("It is damaged: it cannot be read as a notebook. Save it again.") from None
    return title, "\n\n".join(parts)


def _cell(cell: Any, language: str) -> list[str]:
    source = _joined(cell.get("source", "")).strip()
    if not source:
        return []
    if cell.get("cell_type") == "markdown":
        return [source]
    if cell.get("cell_type") != "code":
        return [_fenced(source, "")]
    results = [_result(output) for output in cell.get("outputs", [])]
    shown = [_fenced(result, "text") for result in results if 0 < len(result) <= LONGEST_RESULT]
    return [_fenced(source, language), *shown]


def _result(output: Any) -> str:
    if output.get("output_type") == "stream":
        return _joined(output.get("text", "")).strip()
    return _joined(output.get("data", {}).get("text/plain", "")).strip()


def _joined(text: object) -> str:
    """A multi-line string, which the format allows to be a list of lines."""
    return "".join(str(line) for line in text) if isinstance(text, list) else str(text)


def _fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    word = language if language.isidentifier() else ""
    return f"{fence}{word}\n{text}\n{fence}"
