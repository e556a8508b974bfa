"""A Word file becomes Markdown through mammoth's HTML: headings, lists and tables stay, images are left out."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.parsers.expat import ExpatError

import mammoth

from assistant.core.errors import UploadError
from assistant.uploads.readers.web import read_html

_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"


def read_word(data: bytes) -> tuple[str, str]:
    """Title (perhaps empty) and Markdown. Raises UploadError when it is damaged or no Word file."""
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(_no_image),
            external_file_access=False,
            include_embedded_style_map=False,
        )
    except (zipfile.BadZipFile, ExpatError, LookupError, ValueError, TypeError, AttributeError, OSError, EOFError):
        raise UploadError("It is damaged: it cannot be read as a Word file. Save it again.") from None
    return read_html(result.value)


def _no_image(image: Any) -> dict[str, str]:
    return {}
