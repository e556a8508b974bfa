"""The current indexes of the knowledge folder: noticed when notes change, made aside, then swapped in whole."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.core.records import SkippedNote
from assistant.retrieval.embedding.passage_encoder import Encoder
from assistant.retrieval.index.abbreviations import Abbreviations
from assistant.retrieval.index.asked_questions import ShippedQuestions
from assistant.retrieval.index.catalog import Catalog
from assistant.retrieval.index.definitions import Definitions
from assistant.retrieval.index.lexical_index import LexicalIndex
from assistant.retrieval.index.passage_index import Refresh, refresh
from assistant.retrieval.index.vocabulary import Vocabulary
from assistant.retrieval.notes.library import Library, NoteFile, list_files, read_library

LOOK_SECONDS = 1.0  # at most one look at the folder in this time, however many ask
log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]


class NoteStore:
    """Publishes a frozen catalog; readers keep the one they were given, whatever happens to the folder."""

    def __init__(
        self,
        knowledge: Path,
        home: Path,
        encoder: Encoder,
        progress: Progress | None = None,
        asked: ShippedQuestions | None = None,
    ) -> None:
        """Read the notes and get their index. ``asked`` holds what learners asked about their sections.

        Raises AssistantError kinds when the folder or cache cannot be used.
        """
        self._knowledge = knowledge
        self._folder = index_folder(knowledge, home)
        self._encoder = encoder
        self._asked = asked or ShippedQuestions()
        self._lock = threading.Lock()
        self._looked_at = time.monotonic()
        files, library = list_files(knowledge), self._read(None)
        made = refresh(self._folder, library, encoder, progress)
        self._lexical, self._abbreviations, self._vocabulary = LexicalIndex.of(()), Abbreviations(), Vocabulary()
        self._publish(files, library, made)

    @property
    def library(self) -> Library:
        """The notes behind the current catalog."""
        return self._library

    @property
    def skipped(self) -> tuple[SkippedNote, ...]:
        """Files that could not be used, with the reason."""
        return self._library.skipped

    @property
    def last_refresh(self) -> Refresh:
        """What it took to get the current index."""
        return self._refresh

    @property
    def knowledge(self) -> Path:
        """The folder of notes."""
        return self._knowledge

    @property
    def encoder(self) -> Encoder:
        """What makes the vectors of the notes; notes that are searched beside them need the same."""
        return self._encoder

    def renew(self, progress: Progress | None = None) -> Catalog:
        """Look at the folder now and wait until the index is renewed. Raises AssistantError kinds when that fails."""
        with self._lock:
            files = list_files(self._knowledge)
            if files != self._files:
                self._renew(files, progress)
            self._looked_at = time.monotonic()
        return self._catalog

    def catalog(self) -> Catalog:
        """The catalog of the notes as they are now.

        Looks at the folder at most once a second. Whoever notices a change renews the index; others meanwhile get the
        catalog that was valid before. When renewing fails, the old catalog stays and the log says why.
        """
        if time.monotonic() - self._looked_at > LOOK_SECONDS and self._lock.acquire(blocking=False):
            try:
                files = list_files(self._knowledge)
                if files != self._files:
                    self._renew(files, None)
            except AssistantError as fault:
                log.warning("the notes cannot be renewed, the earlier ones stay: %s", fault)
            finally:
                self._looked_at = time.monotonic()
                self._lock.release()
        return self._catalog

    def _renew(self, files: tuple[NoteFile, ...], progress: Progress | None) -> None:
        """Everything that did not change is taken over from the current library, index and lexical index."""
        library = self._read(self._library)
        made = refresh(self._folder, library, self._encoder, progress, self._refresh.index)
        self._publish(files, library, made)

    def _read(self, before: Library | None) -> Library:
        library = read_library(self._knowledge, before)
        for skipped in library.skipped:
            log.warning("note skipped: %s: %s", skipped.path, skipped.reason)
        return library

    def _publish(self, files: tuple[NoteFile, ...], library: Library, made: Refresh) -> None:
        lexical = LexicalIndex.of(made.index.passages, self._lexical)
        abbreviations = Abbreviations.of(made.index.passages, self._abbreviations)
        passages = made.index.passages
        vocabulary = Vocabulary.of(passages, self._vocabulary)
        definitions, asked = Definitions.of(passages), self._asked.of(passages)
        self._catalog = Catalog(made.index, lexical, abbreviations, definitions, asked, vocabulary)
        self._lexical, self._abbreviations, self._vocabulary = lexical, abbreviations, vocabulary
        self._library, self._refresh = library, made
        self._files = files  # last: had anything above failed, the next look would find the change again


def index_folder(knowledge: Path, home: Path) -> Path:
    """Where the index of a knowledge folder is kept: folders of different places do not share one."""
    place = hashlib.sha256(str(knowledge.resolve()).encode()).hexdigest()[:16]
    return home / "index" / place
