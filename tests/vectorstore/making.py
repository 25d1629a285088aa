"""Makes documents, chunks and vectors for tests of the library, which needs no model."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from quoth.config import IndexConfig
from quoth.datatypes import Chunk, Document, Page, SourceFile
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.datatypes import FloatArray

DIMENSION = 8


def make_document(number: int, text: str | None = None) -> Document:
    text = f"Whales w{number} swim in document number {number}." if text is None else text
    return Document(
        id=hashlib.sha256(f"{number}{text}".encode()).hexdigest()[:16],
        source=f"/folder/{number}.txt",
        title=f"Title {number}",
        media_type="text/plain",
        pages=(Page(1, text, 0),),
    )


def make_chunks(document: Document, size: int = 30) -> tuple[Chunk, ...]:
    text = document.text
    spans = [(i, min(i + size, len(text))) for i in range(0, len(text), size)]
    return tuple(
        Chunk(
            f"{document.id}:{start}-{end}",
            document.id,
            document.source,
            text[start:end],
            start,
            end,
            1,
            1,
            (document.title,),
            end - start,
        )
        for start, end in spans
    )


def unit_vectors(n: int, seed: int = 0, dimension: int = DIMENSION) -> FloatArray:
    raw = np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def put(
    library: LocalLibrary,
    document: Document,
    *,
    source: str | None = None,
    collection: str = "default",
    recipe: str = "recipe",
    seed: int | None = None,
    alike: bool = False,
) -> FloatArray:
    """Put a document with random vectors that depend on its id; give the vectors.

    Those that are `alike` point almost the same way.
    """
    chunks = make_chunks(document)
    vectors = unit_vectors(len(chunks), int(document.id[:8], 16) if seed is None else seed)
    if alike:
        vectors = 0.1 * vectors + np.eye(DIMENSION, dtype=np.float32)[0]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    file = SourceFile(source or document.source, 1, 1, document.id)
    library.put(
        document,
        chunks,
        vectors,
        collection=collection,
        file=file,
        recipe=recipe,
        embedder="embedder@1",
    )
    return vectors


def odd_and_even(folder: Path, n: int) -> LocalLibrary:
    """An open library of documents 0 to n - 1, in two collections by their numbers."""
    library = LocalLibrary(folder, IndexConfig())
    with library.writing():
        for number in range(n):
            put(library, make_document(number), collection="odd" if number % 2 else "even")
    return library
