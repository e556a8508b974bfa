"""The vectors of the sentences that were compared last: what many visitors ask about is embedded once for all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from assistant.core.caching import LRUCache
from assistant.core.vectors import Embed, Vectors

MOST = 4096  # texts; 1.5 KB each with the packaged embedder


class CachedEmbedder:
    """An embedding function that embeds a text again only when others have pushed it out.

    Texts are known by their hashes: no visitor's words are kept.
    """

    def __init__(self, embed: Embed, most: int = MOST) -> None:
        self._embed = embed
        self._vectors: LRUCache[bytes, Vectors] = LRUCache(most)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, of which there must be one at least."""
        keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest() for text in texts]
        text_of = dict(zip(keys, texts, strict=True))

        def embed(new: list[bytes]) -> list[Vectors]:
            return [row.copy() for row in self._embed([text_of[key] for key in new])]  # or each would hold on to all

        return np.stack(self._vectors.get_all(keys, embed))
