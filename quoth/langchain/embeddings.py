"""A library's embedder as LangChain embeddings. Knows the library's embedder alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

if TYPE_CHECKING:
    from quoth.engine import Quoth


class QuothEmbeddings(Embeddings):
    """Embeds as the library does: unit vectors, with the model's own prompts for each side."""

    def __init__(self, quoth: Quoth) -> None:
        self._embedder = quoth.embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One row for each text, in order; what the model does not read of a text is left out."""
        rows: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """The row of a question."""
        row: list[float] = self._embedder.embed_question(text).tolist()
        return row
