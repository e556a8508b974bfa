"""Tokens as a server counts them, asked for once each; a careful guess where it does not count."""

from __future__ import annotations

from collections.abc import Sequence

import openai

from assistant.core.caching import LRUCache
from assistant.inference.serving.faults import explained
from assistant.inference.serving.server_client import ServerClient

CHARACTERS_PER_TOKEN = 3.0  # a careful guess for servers that cannot count; English has about 4
REMEMBERED_COUNTS = 4096
NO_ADDRESS = (404, 405, 501)


class TokenCounter:
    """Counts with the model that a server runs."""

    def __init__(self, client: ServerClient, model: str, one_by_one: bool) -> None:
        """``one_by_one``: a server other than this project's own, which takes one text at a time."""
        self._client = client
        self._model = model
        self._one_by_one = one_by_one
        self._counts: LRUCache[str, int] = LRUCache(REMEMBERED_COUNTS)
        self._can_count = True

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text. Raises EngineError when the server cannot be reached."""
        return self._counts.get_all(texts, self._counted_or_guessed)

    def _counted_or_guessed(self, texts: list[str]) -> list[int]:
        if self._can_count:
            try:
                return self._counted(texts)
            except (openai.APIStatusError, KeyError, TypeError) as fault:
                # Guessed this time; for good if the server has no such address, or says something else there.
                self._can_count = getattr(fault, "status_code", 404) not in NO_ADDRESS
            except openai.OpenAIError as fault:
                raise explained(fault) from None
        return [int(len(text) / CHARACTERS_PER_TOKEN) + 1 for text in texts]

    def _counted(self, texts: list[str]) -> list[int]:
        """As the server says. Raises KeyError or TypeError when it says something else."""
        if self._one_by_one:
            answers = [self._client.post("/tokenize", {"model": self._model, "prompt": text}) for text in texts]
            return [int(answer["count"]) for answer in answers]  # type: ignore[index]
        answer = self._client.post("/tokenize", {"texts": texts})
        return [int(count) for count in answer["counts"]]  # type: ignore[index]
