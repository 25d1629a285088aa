"""Any LangChain embeddings as Quoth's embedder. Knows their three methods, not who computes them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from quoth.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from langchain_core.embeddings import Embeddings

    from quoth.datatypes import FloatArray

# What LangChain's integrations call the model that they stand for, and what else changes vectors.
_TELLING = (
    "model",
    "model_name",
    "model_id",
    "model_path",
    "repo_id",
    "deployment",
    "dimensions",
    "encode_kwargs",
    "query_encode_kwargs",
)
_BYTES_OF_A_TOKEN = 3
_SPECIAL_TOKENS = 2


class LangChainEmbedder:
    """LangChain embeddings for `Quoth.open(path, embedder=…)`.

    The library records `fingerprint`, and refuses an embedder with another one: the class, the
    model that the embeddings name, and the dimension. Embeddings that name no model should be
    given a `name`, or two of one class and dimension are taken for the same.

    `max_tokens` is how much the model reads of a text: longer texts are cut. Tokens are counted by
    `count_tokens`, or estimated as a third of the bytes, which is more than English has of them.
    """

    def __init__(
        self,
        embeddings: Embeddings,
        *,
        name: str = "",
        max_tokens: int = 256,
        count_tokens: Callable[[Sequence[str]], list[int]] | None = None,
    ) -> None:
        self.name = name or _name(embeddings)
        self.max_tokens = max_tokens
        self._embeddings = embeddings
        self._count = count_tokens or _estimated_tokens
        self._dimension = 0
        self._probing = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """The name and the dimension."""
        return f"langchain:{self.name}/{self.dimension}"

    @property
    def dimension(self) -> int:
        """Numbers in a vector; asked of the model once, by embedding a word."""
        with self._probing:
            if not self._dimension:
                self._dimension = len(self._embeddings.embed_query("dimension"))
            return self._dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included, uncut."""
        return self._count(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """One row for each text, in order. Raises ModelError for rows of another shape."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return self._unit(self._embeddings.embed_documents(list(texts)), len(texts))

    def embed_question(self, text: str) -> FloatArray:
        """One row, shape (dimension,). Raises ModelError for a row of another length."""
        row: FloatArray = self._unit([self._embeddings.embed_query(text)], 1)[0]
        return row

    def _unit(self, rows: list[list[float]], expected: int) -> FloatArray:
        shape = (len(rows), len(rows[0]) if rows else 0)
        if shape != (expected, self.dimension) or any(len(row) != shape[1] for row in rows):
            raise ModelError(
                f"{self.name} gave vectors of shape {shape} where {(expected, self.dimension)} was "
                "wanted; check the LangChain embeddings"
            )
        vectors = np.asarray(rows, dtype=np.float32)
        if not np.isfinite(vectors).all():
            raise ModelError(
                f"{self.name} gave a vector that is not of numbers; check the LangChain embeddings"
            )
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def _name(embeddings: Embeddings) -> str:
    kind = type(embeddings)
    told = {key: getattr(embeddings, key, None) for key in _TELLING}
    settings = ",".join(f"{key}={value}" for key, value in told.items() if value)
    return f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}({settings})"


def _estimated_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text.encode()) // _BYTES_OF_A_TOKEN + _SPECIAL_TOKENS for text in texts]
