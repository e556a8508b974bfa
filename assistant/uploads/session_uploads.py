"""Uploads of one visitor: in memory, searched together with the shared notes, gone with the session."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from assistant.core.errors import UploadError
from assistant.core.records import Note
from assistant.retrieval.embedding.passage_encoder import Encoder
from assistant.retrieval.index.abbreviations import Abbreviations
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.definitions import Definitions
from assistant.retrieval.index.joined_catalog import joined
from assistant.retrieval.index.lexical_index import LexicalIndex
from assistant.retrieval.index.passage_index import Index, build
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.notes.library import PREFIX, Library
from assistant.uploads.kept_uploads import Progress
from assistant.uploads.limits import CHARACTERS_A_PASSAGE, PROCESS_PASSAGES, SESSION_FILES, SESSION_PASSAGES
from assistant.uploads.stored import ADDRESS, Arrival, Upload, parse_upload, placed, retitled


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


class _Held:
    """Uploads and what finds them, which belong together and are exchanged together."""

    def __init__(self, uploads: tuple[Upload, ...] = (), index: Index | None = None) -> None:
        passages = index.passages if index else ()
        self.uploads = uploads
        self.index = index
        self._lexical = LexicalIndex.of(passages)
        self._abbreviations = Abbreviations.of(passages)
        self._definitions = Definitions.of(passages)
        self._vocabulary = Vocabulary.of(passages)
        self._weighed: tuple[Callable[[], object], LexicalIndex] | None = None  # the shared words it was weighed with

    def beside(self, shared: Catalog) -> Catalog:
        """Both catalogs as one, the words weighed by how common they are in both; the very same when this is empty."""
        if self.index is None or not self.index.passages:
            return shared
        weighed = self._weighed
        if weighed is None or weighed[0]() is not shared.lexical:
            lexical = self._lexical.beside(shared.lexical.frequency, len(shared.index.passages))
            weighed = self._weighed = (weakref.ref(shared.lexical), lexical)
        lexical, vocabulary = weighed[1], self._vocabulary
        own = Catalog(self.index, lexical, self._abbreviations, self._definitions, vocabulary=vocabulary)
        return joined(shared, own)


def _counted(note: Note) -> int:
    """How many passages a note counts as: by what they hold in memory, their headings and title included."""
    return sum(1 + len(passage.name + passage.text) // CHARACTERS_A_PASSAGE for passage in note.passages)


class SessionUploads:
    """Private notes and their catalog. Never shared: whoever holds the session holds them."""

    def __init__(self, encoder: Encoder, budget: Budget) -> None:
        self._encoder = encoder
        self._share = _Share(budget)
        weakref.finalize(self, self._share.release)
        self._lock = threading.Lock()
        self._store = _Held()

    @property
    def index(self) -> Index | None:
        """The index of the private notes alone; None before there were any."""
        return self._store.index

    def list(self) -> tuple[Upload, ...]:
        """Every upload, in the order of their coming."""
        return self._store.uploads

    def add(self, arrival: Arrival, replaces: str | None = None, progress: Progress | None = None) -> Upload:
        """See ``KeptUploads``."""
        with self._lock:
            others = tuple(upload for upload in self.list() if upload.key != replaces)
            if len(others) >= SESSION_FILES:
                raise UploadError(f"At most {SESSION_FILES} files can be added. Delete some first.")
            passages = sum(_counted(upload.note) for upload in others) + _counted(arrival.note)
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
        """See ``KeptUploads``."""
        with self._lock:
            old = next((upload for upload in self.list() if upload.key == key), None)
            if old is None:
                raise UploadError("This upload is no longer here.")
            renamed = parse_upload(PREFIX + key, key, retitled(old, title).encode())
            self._publish(tuple(renamed if upload is old else upload for upload in self.list()), None)
            return renamed

    def delete(self, key: str) -> None:
        """See ``KeptUploads``."""
        with self._lock:
            self._publish(tuple(upload for upload in self.list() if upload.key != key), None)

    def over(self, shared: Catalog) -> Catalog:
        """The shared catalog with the private notes beside it; the very same one when there are none."""
        return self._store.beside(shared)

    def _publish(self, uploads: tuple[Upload, ...], progress: Progress | None) -> None:
        """Make the catalog of these uploads, then let it take the place of the old one."""
        library = Library(tuple(upload.note for upload in uploads), ())
        before = self._share.taken
        self._share.set(sum(_counted(note) for note in library.notes))
        try:
            store = _Held(uploads, build(library, self._encoder, self.index, progress))
        except BaseException:
            self._share.set(before)
            raise
        self._store = store

    def _free_key(self, sha256: str, taken: set[str]) -> str:
        names = (f"{sha256[:ADDRESS]}.md" if at == 1 else f"{sha256[:ADDRESS]}-{at}.md" for at in range(1, 99))
        return next(name for name in names if name not in taken)
