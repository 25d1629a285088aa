"""The real embedder, watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import FloatArray
    from vectorstore import Embedder


class CountingEmbedder:
    """The real embedder, with a count of the passages and questions it was asked to embed."""

    def __init__(self, embedder: Embedder, fingerprint: str = "") -> None:
        self._embedder = embedder
        self.embedded = 0
        self.questions = 0
        self.name = embedder.name
        self.fingerprint = fingerprint or embedder.fingerprint
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        self.embedded += len(texts)
        return self._embedder.embed_passages(texts)

    def embed_question(self, text: str) -> FloatArray:
        self.questions += 1
        return self._embedder.embed_question(text)
