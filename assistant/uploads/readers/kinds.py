"""What a file is, by its content: names lie, first bytes rarely do."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

from assistant.core.errors import UploadError
from assistant.uploads.limits import MEMBERS, MIB, UNPACKED_BYTES, UNPACKED_PART_BYTES

Kind = Literal["PDF", "Word", "web page", "notebook", "text"]

_FOREIGN = (  # signatures of what people do try, with what to do instead
    (b"\xd0\xcf\x11\xe0", "It is an old Office file or one with a password. Save it as .docx without a password."),
    (b"{\\rtf", "It is a rich-text file. Save it as .docx or PDF."),
    (b"\x89PNG", "It is an image, and text in images is not read. Add a file with text."),
    (b"\xff\xd8\xff", "It is an image, and text in images is not read. Add a file with text."),
    (b"GIF8", "It is an image, and text in images is not read. Add a file with text."),
    (b"\x1f\x8b", "It is a compressed archive. Unpack it and add the files in it."),
    (b"7z\xbc\xaf", "It is a compressed archive. Unpack it and add the files in it."),
    (b"Rar!", "It is a compressed archive. Unpack it and add the files in it."),
    (b"PK\x05\x06", "It is an empty zip archive. Add the files themselves."),
)
_OFFICE = {
    "ppt/presentation.xml": "It is a PowerPoint file. Save it as PDF and add that.",
    "xl/workbook.xml": "It is an Excel file. Save the sheet as text or PDF and add that.",
    "META-INF/container.xml": "It is an e-book. Save it as PDF or HTML and add that.",
}
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|article|main|section|div|p|h1)\b",
    re.I | re.S,
)
_NOTEBOOK = re.compile(rb'"(?:cells|worksheets)"\s*:\s*\[')
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def kind_of(data: bytes) -> Kind:
    """The kind of a file. Raises UploadError, one line with a way out, for what cannot become a note."""
    if not data.strip(b" \t\r\n\0"):
        raise UploadError("It is empty. Add a file with text.")
    for signature, advice in _FOREIGN:
        if data.startswith(signature):
            raise UploadError(advice)
    if b"%PDF-" in data[:1024]:
        return "PDF"
    if data.startswith(b"PK\x03\x04"):
        check_container(data)
        return "Word"
    start = data[:10_000].replace(b"\0", b"") if data.startswith(BOMS) else data[:10_000]  # UTF-16 has NUL bytes
    start = start.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if _HTML.match(start):
        return "web page"
    if start.lstrip().startswith(b"{") and _NOTEBOOK.search(data):
        return "notebook"
    return "text"


def check_container(data: bytes) -> None:
    """Look at what a zip container declares, before anything is unpacked. Raises UploadError when it is not for us.

    Python's zipfile never unpacks more of a member than was declared, so a false declaration ends as a damaged file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, EOFError, OSError):
        raise UploadError("It is damaged: its zip container cannot be read. Save it again.") from None
    names = {member.filename for member in members}
    for part, advice in _OFFICE.items():
        if part in names:
            raise UploadError(advice)
    if not any(name.lower().endswith("document.xml") for name in names):
        raise UploadError("It is a zip archive. Unpack it and add the files in it.")
    if any(member.flag_bits & 1 for member in members):
        raise UploadError("It is protected by a password. Save it without one.")
    declared = sum(member.file_size for member in members)
    largest = max((member.file_size for member in members if _is_xml(member.filename)), default=0)
    if len(members) > MEMBERS or declared > UNPACKED_BYTES or largest > UNPACKED_PART_BYTES:
        raise UploadError(
            f"It unpacks to {max(declared, largest) / MIB:,.0f} MB in {len(members):,} parts, which is too much. "
            "Split it, or save its text as Markdown."
        )


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))
