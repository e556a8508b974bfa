"""What visitors thought of answers, kept as JSON lines for whoever runs the assistant."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from assistant.core.errors import AssistantError
from assistant.core.records import Answer
from assistant.core.settings import Settings

LARGEST_BYTES = 20_000_000  # the file takes no more: a public page must not fill the disk
LONGEST_WORD = 500  # characters of what a visitor adds
LONGEST_TEXT = 10_000  # characters of a question or an answer: a chat that was taken in from a file may hold any
MOST = 20  # sentences of a lead, or sources
LOCK_SECONDS = 5.0

Rating = Literal["up", "down", "withdrawn"]


class Feedback:
    """A file that ratings are appended to, one JSON object a line, by any number of threads and processes.

    It holds the question, the answer and its sources, never who asked. A visitor who changes a rating adds a line with
    the same ``answer_id``: the last one counts.
    """

    def __init__(self, file: Path) -> None:
        """The file and its folder are made with the first rating."""
        self.file = file

    def append(self, answer_id: str, answer: Answer, rating: Rating, word: str = "") -> None:
        """Add a rating and make sure that it is on the disk. Raises AssistantError when it cannot be kept."""
        line = json.dumps(_record(answer_id, answer, rating, word), ensure_ascii=False) + "\n"
        encoded = line.encode("utf-8", "replace")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.file}.lock", timeout=LOCK_SECONDS), self.file.open("ab") as file:
                if file.tell() + len(encoded) > LARGEST_BYTES:
                    raise AssistantError(
                        f"The file of ratings must stay below {LARGEST_BYTES:,} bytes and has reached that. "
                        "Whoever runs this page can move it away."
                    )
                file.write(encoded)
                file.flush()
                os.fsync(file.fileno())
        except (OSError, Timeout) as fault:
            reason = getattr(fault, "strerror", "") or "another process holds it"
            raise AssistantError(f"Your rating could not be kept on this host: {reason}.") from None


def feedback_of(settings: Settings) -> Feedback | None:
    """Where the settings want ratings kept; None when they want none."""
    if settings.feedback == "off":
        return None
    return Feedback(Path(settings.feedback) if settings.feedback else settings.home / "feedback.jsonl")


def _record(answer_id: str, answer: Answer, rating: Rating, word: str) -> dict[str, Any]:
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "answer_id": answer_id,
        "rating": rating,
        "word": word[:LONGEST_WORD],
        "question": answer.question[:LONGEST_TEXT],
        "answer": answer.text[:LONGEST_TEXT],
        "lead": [sentence.text[:LONGEST_TEXT] for sentence in answer.lead[:MOST]],
        "sources": [f"{hit.passage.note[:LONGEST_WORD]}:{hit.passage.line}" for hit in answer.sources[:MOST]],
        "model": answer.model,
        "engine": answer.engine,
        "preset": answer.preset,
    }
