"""What the two places for uploads have in common, and the plain question when a file is there already."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assistant.uploads.names import member_name
from assistant.uploads.stored import Arrival, Upload

Progress = Callable[[int, int], None]  # passages embedded, passages to embed


class KeptUploads(Protocol):
    """Uploads of one place: the knowledge folder, or one visitor's session."""

    def list(self) -> tuple[Upload, ...]:
        """Every upload, in the order of their keys or of their coming."""

    def add(self, arrival: Arrival, replaces: str | None = None, progress: Progress | None = None) -> Upload:
        """Keep a note, searchable when this returns, in place of another or as one more.

        Raises UploadError when a limit is reached or the disk refuses; what was kept before stays.
        """

    def rename(self, key: str, title: str) -> Upload:
        """Give an upload another title. Raises UploadError when it is gone or the title is empty."""

    def delete(self, key: str) -> None:
        """Remove an upload. Raises UploadError when the disk refuses; one that is gone already is no fault."""


@dataclass(frozen=True, slots=True)
class Clash:
    """An upload that is there already and looks like the file that came."""

    upload: Upload
    same: Literal["content", "name"]


def find_clash(uploads: Sequence[Upload], arrival: Arrival) -> Clash | None:
    """The upload that was made from the same content, or else the one of the same name."""
    for upload in uploads:
        if upload.origin.sha256 == arrival.origin.sha256:
            return Clash(upload, "content")
    for upload in uploads:
        if upload.origin.name == arrival.origin.name:
            return Clash(upload, "name")
    return None


def zip_of(uploads: Sequence[Upload]) -> bytes:
    """A zip archive of notes, ready to be unpacked into a knowledge folder; names are made of titles and digests."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, upload in zip(download_names(uploads), uploads, strict=True):
            archive.writestr(name, upload.text)
    return made.getvalue()


def download_names(uploads: Sequence[Upload]) -> tuple[str, ...]:
    """A file name for each upload, no two the same."""
    seen: dict[str, int] = {}
    names = []
    for upload in uploads:
        name = member_name(upload.title, upload.origin.sha256)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name.removesuffix('.md')}-{seen[name]}.md")
    return tuple(names)
