"""What the assistant may tell of itself, gathered from what this process has."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from assistant import __version__
from assistant.core.records import ModelInfo
from assistant.core.settings import Settings
from assistant.retrieval.notes.library import PREFIX, UPLOADS, Library
from assistant.understanding.messages.about_assistant import AssistantFacts, Topic
from assistant.uploads.access import Place
from assistant.uploads.limits import FILE_BYTES

FILE_KINDS = ("Markdown", "text", "PDF", "Word", "HTML", "notebooks")


def assistant_facts(settings: Settings, info: ModelInfo | None, library: Library, place: Place) -> AssistantFacts:
    """The facts for a visitor with this library, whose uploads go to ``place``; ``info`` is the generator's, if any."""
    shared = [note for note in library.notes if not note.path.startswith(PREFIX)]
    return AssistantFacts(
        version=__version__,
        model=info.name if info else "",
        model_detail=info.detail if info else "",
        endpoint=", ".join(
            urlsplit(address.strip()).hostname or "" for address in settings.endpoint.split(",") if address
        ),
        notes=len(shared),
        sections=sum(len(note.passages) for note in shared),
        topics=_topics([note.path for note in shared]),
        private_notes=len(library.notes) - len(shared),
        uploads=place,
        file_kinds=FILE_KINDS,
        largest_upload=FILE_BYTES,
        longest_question=settings.question_limit,
        chats_in_browser=True,
        logs_questions=settings.log_questions,
        keeps_ratings=settings.feedback != "off",
    )


def _topics(paths: list[str]) -> tuple[Topic, ...]:
    """Folders of notes in words, the largest first; what visitors added and what is in no folder has no topic."""
    folders = Counter(path.partition("/")[0] for path in paths if "/" in path)
    folders.pop(UPLOADS, None)
    named = ((folder.replace("-", " ").replace("_", " ").capitalize(), notes) for folder, notes in folders.items())
    return tuple(Topic(name, notes) for name, notes in sorted(named, key=lambda topic: (-topic[1], topic[0])))
