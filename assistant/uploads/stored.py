"""An upload as it is kept: one Markdown note whose front matter says which file it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import yaml

from assistant.core.errors import UploadError
from assistant.core.records import Note, NoteLink, Passage, Reference
from assistant.retrieval.notes.parsing import parse_note, split_front_matter

ADDRESS = 16  # hexadecimal digits of the content's SHA-256 that address an upload
TOPIC = "uploads"


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that an upload was made from."""

    name: str  # as shown, see names.py
    sha256: str  # of its bytes
    kind: str
    added: str  # date, ISO 8601


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that was understood and is not kept yet."""

    origin: Origin
    text: str  # the note, front matter included
    note: Note  # its path is empty until it is kept
    remarks: tuple[str, ...] = ()  # what was left out


@dataclass(frozen=True, slots=True)
class Upload:
    """A note that was uploaded and is kept."""

    key: str  # its address among the uploads; never made from a name
    origin: Origin
    text: str
    note: Note

    @property
    def title(self) -> str:
        """The title of the note."""
        return self.note.title


def compose(
    body: str,
    title: str,
    origin: Origin,
    topics: Sequence[str] = (),
    references: Sequence[Reference] = (),
    reviewed: str = "",
) -> str:
    """The text of a note with its front matter."""
    meta: dict[str, Any] = {"title": title, "topics": list(topics) or [TOPIC]}
    if references:
        meta["references"] = [{name: value for name, value in asdict(entry).items() if value} for entry in references]
    if reviewed:
        meta["reviewed"] = reviewed
    meta["upload"] = asdict(origin)
    header = yaml.safe_dump(meta, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{header}---\n\n{body.strip()}\n"


def parse_upload(path: str, key: str, raw: bytes) -> Upload:
    """A kept note. One that was put there by hand has no origin but itself. Raises NoteError when it is unusable."""
    note = parse_note(path, raw)
    text = raw.decode("utf-8-sig")
    found = split_front_matter(text)[0].get("upload")
    entry = found if isinstance(found, dict) else {}
    origin = Origin(
        name=str(entry.get("name") or path.rsplit("/", 1)[-1]),
        sha256=str(entry.get("sha256") or note.sha256),
        kind=str(entry.get("kind") or "text"),
        added=str(entry.get("added") or ""),
    )
    return Upload(key, origin, text, note)


def retitled(upload: Upload, title: str) -> str:
    """The text of an upload with another title. Raises UploadError for a title of nothing."""
    if not title:
        raise UploadError("A title must have at least one letter. Type one.")
    note = upload.note
    body = split_front_matter(upload.text)[1]
    return compose(body, title, upload.origin, note.topics, note.references, note.reviewed)


def placed(note: Note, path: str) -> Note:
    """The note at another path."""
    return replace(note, path=path, passages=tuple(replace(passage, note=path) for passage in note.passages))


def arrival_to_json(arrival: Arrival) -> dict[str, Any]:
    """Plain values for the pipe between the parser's process and the page's."""
    return asdict(arrival)


def arrival_from_json(record: dict[str, Any]) -> Arrival:
    """What ``arrival_to_json`` wrote."""
    note = record["note"]
    lists = {
        "topics": tuple(note["topics"]),
        "references": tuple(Reference(**entry) for entry in note["references"]),
        "passages": tuple(
            Passage(**{**entry, "topics": tuple(entry["topics"]), "figures": ()})  # no upload has figures
            for entry in note["passages"]
        ),
        "see_also": tuple(NoteLink(**entry) for entry in note["see_also"]),
        "volatile": tuple(note["volatile"]),
    }
    made = Note(**{**note, **lists})
    return Arrival(Origin(**record["origin"]), record["text"], made, tuple(record["remarks"]))
