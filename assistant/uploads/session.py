"""Uploads of one visitor: in memory, searched together with the shared notes, gone with the session."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from assistant.errors import UploadError
from assistant.index import Index, build
from assistant.library.joined import joined
from assistant.notes import Library
from assistant.retriever import Catalog
from assistant.search.abbreviations import Abbreviations
from assistant.search.encoder import Encoder
from assistant.search.lexical import LexicalIndex
from assistant.uploads.kept import Progress
from assistant.uploads.limits import PROCESS_PASSAGES, SESSION_FILES, SESSION_PASSAGES
from assistant.uploads.stored import ADDRESS, Arrival, Upload, parse_upload, placed, retitled

PREFIX = "private:"  # of the path of a private note; no file of the knowledge folder begins like this


class Budget:
    """What the private uploads of all visitors may take together, in passages."""

    def __init__(self, limit: int = PROCESS_PASSAGES) -> None:
        self._limit = limit
        self._taken = 0
        self._lock = threading.RLock()  # what is collected meanwhile gives back in the same thread

    @property
    def taken(self) -> int:
        """Passages that are in memory now."""
        return self._taken

    def change(self, by: int) -> None:
        """Take or give back. Raises UploadError when too much is taken."""
        with self._lock:
            if by > 0 and self._taken + by > self._limit:
                raise UploadError("This host holds as many private notes as it can. Try again in an hour.")
            self._taken += by


class _Share:
    """What one session took of the budget; given back when the session is gone."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.taken = 0

    def set(self, passages: int) -> None:
        self._budget.change(passages - self.taken)
        self.taken = passages

    def release(self) -> None:
        self._budget.change(-self.taken)
        self.taken = 0


class SessionUploads:
    """Private notes and their catalog. Never shared: whoever holds the session holds them."""

    def __init__(self, encoder: Encoder, budget: Budget) -> None:
        self._encoder = encoder
        self._share = _Share(budget)
        weakref.finalize(self, self._share.release)
        self._lock = threading.Lock()
        self._uploads: tuple[Upload, ...] = ()
        self._index: Index | None = None
        self._lexical = LexicalIndex.of(())
        self._abbreviations = Abbreviations()
        self._beside: tuple[Callable[[], object], LexicalIndex] | None = None  # the shared words it was weighed with

    @property
    def index(self) -> Index | None:
        """The index of the private notes alone; None before there were any."""
        return self._index

    def list(self) -> tuple[Upload, ...]:
        """Every upload, in the order of their coming."""
        return self._uploads

    def add(self, arrival: Arrival, replaces: str | None = None, progress: Progress | None = None) -> Upload:
        """See ``Kept``."""
        with self._lock:
            others = tuple(upload for upload in self._uploads if upload.key != replaces)
            if len(others) >= SESSION_FILES:
                raise UploadError(f"At most {SESSION_FILES} files can be added. Delete some first.")
            passages = sum(len(upload.note.passages) for upload in others) + len(arrival.note.passages)
            if passages > SESSION_PASSAGES:
                raise UploadError(
                    f"Your files may have {SESSION_PASSAGES:,} passages in all, with this one they have {passages:,}. "
                    "Delete some first."
                )
            key = self._free_key(arrival.origin.sha256, {upload.key for upload in others})
            upload = Upload(key, arrival.origin, arrival.text, placed(arrival.note, PREFIX + key))
            self._publish((*others, upload), progress)
            return upload

    def rename(self, key: str, title: str) -> Upload:
        """See ``Kept``."""
        with self._lock:
            old = next((upload for upload in self._uploads if upload.key == key), None)
            if old is None:
                raise UploadError("This upload is no longer here.")
            renamed = parse_upload(PREFIX + key, key, retitled(old, title).encode())
            self._publish(tuple(renamed if upload is old else upload for upload in self._uploads), None)
            return renamed

    def delete(self, key: str) -> None:
        """See ``Kept``."""
        with self._lock:
            self._publish(tuple(upload for upload in self._uploads if upload.key != key), None)

    def over(self, shared: Catalog) -> Catalog:
        """The shared catalog with the private notes beside it; the very same one when there are none."""
        if self._index is None or not self._index.passages:
            return shared
        if self._beside is None or self._beside[0]() is not shared.lexical:
            self._beside = (
                weakref.ref(shared.lexical),
                self._lexical.beside(shared.lexical.frequency, len(shared.index.passages)),
            )
        return joined(shared, Catalog(self._index, self._beside[1], self._abbreviations))

    def _publish(self, uploads: tuple[Upload, ...], progress: Progress | None) -> None:
        """Make the catalog of these uploads, then let it take the place of the old one."""
        library = Library(tuple(upload.note for upload in uploads), ())
        before = self._share.taken
        self._share.set(len(library.passages))
        try:
            index = build(library, self._encoder, self._index, progress)
            lexical = LexicalIndex.of(index.passages)
        except BaseException:
            self._share.set(before)
            raise
        self._uploads, self._index, self._lexical, self._beside = uploads, index, lexical, None
        self._abbreviations = Abbreviations.of(index.passages)

    def _free_key(self, sha256: str, taken: set[str]) -> str:
        names = (f"{sha256[:ADDRESS]}.md" if at == 1 else f"{sha256[:ADDRESS]}-{at}.md" for at in range(1, 99))
        return next(name for name in names if name not in taken)
