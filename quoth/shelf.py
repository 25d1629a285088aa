"""Joins an ingest run to a library and an embedder. The engine uses it; nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingest import READER_VERSION, chunk_document
from vectorstore import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.config import Config
    from quoth.datatypes import Chunk, Document, FloatArray, KnownFile, SourceFile
    from vectorstore import Embedder, LocalLibrary


class LibraryShelf:
    """The library as an ingest run sees it (`ingest.pipeline.Shelf`), for one collection."""

    def __init__(
        self, library: LocalLibrary, embedder: Embedder, config: Config, collection: str
    ) -> None:
        self.recipe = f"{READER_VERSION}/{config.chunking.max_tokens}/{embedder.fingerprint}"
        self._library = library
        self._embedder = embedder
        self._max_tokens = config.chunking.max_tokens
        self._collection = collection

    def known(self, source: str) -> KnownFile | None:
        """What the collection holds under this source."""
        return self._library.known_file(self._collection, source)

    def attach(self, file: SourceFile) -> bool:
        """Let a file name a document that the collection holds already."""
        return self._library.attach(file, collection=self._collection, recipe=self.recipe)

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """The document's chunks, none longer than the embedder reads."""
        limit = self._embedder.max_tokens
        wanted = min(self._max_tokens or limit, limit)
        return chunk_document(document, self._embedder.count_tokens, wanted)

    def embed(self, chunks: Sequence[Chunk]) -> FloatArray:
        """One row for each chunk; a text that was ever embedded for the library costs nothing."""
        digests = [digest(chunk.headings, chunk.text) for chunk in chunks]
        vectors = self._library.known_vectors(digests)
        new = {
            key: chunk.text_with_headings
            for key, chunk in zip(digests, chunks, strict=True)
            if key not in vectors
        }
        rows = self._embedder.embed_passages(list(new.values()))
        vectors.update(zip(new, rows, strict=True))
        stacked = [vectors[key] for key in digests]
        return np.stack(stacked) if stacked else rows

    def put(
        self, document: Document, chunks: Sequence[Chunk], vectors: FloatArray, file: SourceFile
    ) -> None:
        """Keep a document in place of what this file named before."""
        self._library.put(
            document,
            chunks,
            vectors,
            collection=self._collection,
            file=file,
            recipe=self.recipe,
            embedder=self._embedder.fingerprint,
        )
