"""Finds chunks by a vector alone, and gives the vectors of hits. Knows no words and no fusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quoth.datatypes import Finding, Hit
from quoth.errors import ModelError, UnknownDocumentError
from vectorstore import digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Collections, FloatArray, Where
    from vectorstore import LocalLibrary


def nearest(
    vector: Sequence[float],
    library: LocalLibrary,
    dimension: int,
    *,
    k: int,
    collection: Collections = None,
    where: Where | None = None,
) -> tuple[Hit, ...]:
    """The `k` chunks nearest to `vector` by cosine, nearest first; their scores are cosines.

    Raises ModelError for a vector that is not of `dimension` numbers.
    """
    given = np.asarray(vector, dtype=np.float32)
    if given.shape != (dimension,):
        raise ModelError(
            f"a vector of {given.size} numbers was given and the library's have {dimension}; "
            "embed the question with the library's own embedder"
        )
    unit = np.asarray(given / max(float(np.linalg.norm(given)), 1e-12), dtype=np.float32)
    found = library.dense(unit, k, collection=collection, where=where)
    chunks = library.chunks([row for row, _ in found])
    kept = [(row, cosine) for row, cosine in found if row in chunks]
    return tuple(
        Hit(chunks[row], cosine, rank, cosine, (Finding("dense", rank, cosine),))
        for rank, (row, cosine) in enumerate(kept, 1)
    )


def vectors_of(hits: Sequence[Hit], library: LocalLibrary) -> FloatArray:
    """The stored vectors of hits, one unit row each, in order; shape (n, dimension).

    Raises UnknownDocumentError when a hit's text has left the library.
    """
    digests = [digest(hit.chunk.headings, hit.chunk.text) for hit in hits]
    known = library.known_vectors(digests)
    gone = [hit.chunk for hit, one in zip(hits, digests, strict=True) if one not in known]
    if gone:
        raise UnknownDocumentError(f"{gone[0].source} has changed since the search; search again")
    return np.stack([known[one] for one in digests]) if hits else np.empty((0, 0), np.float32)
