"""A question becomes ranked hits: both indexes are asked, their scores fused, chunks fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quoth.datatypes import Finding, Hit
from retrieval.feedback import moved_towards
from retrieval.fusion import convex_fusion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.config import RetrievalConfig
    from quoth.datatypes import Chunk, Collections, FloatArray, Where
    from vectorstore import Embedder, Library

    Ranked = Sequence[tuple[int, float]]


def search(
    question: str,
    library: Library,
    embedder: Embedder,
    config: RetrievalConfig,
    *,
    k: int,
    collection: Collections = None,
    where: Where | None = None,
) -> tuple[Hit, ...]:
    """The `k` best chunks for a question, best first; fewer when there are no more.

    The same text found in several documents is given once, under the best of them.
    """
    vector = embedder.embed_question(question)
    depth = max(config.candidates, k)
    dense = library.dense(vector, depth, collection=collection, where=where)
    lexical = library.lexical(question, depth, collection=collection, where=where)
    # Every candidate's vector is read: the dense index gave the cosine of its own only, and the
    # feedback below needs them all.
    vectors = library.vectors(list(dict.fromkeys(row for row, _ in (*dense, *lexical))))
    similarities = _cosines(vector, vectors)
    words = {row: score for row, score in lexical if row in vectors}
    fused = convex_fusion(similarities, words, config.dense_weight)
    if config.feedback_weight > 0:
        moved = moved_towards(fused, vector, vectors, config.feedback_weight)
        fused = convex_fusion(_cosines(moved, vectors), words, config.dense_weight)
    found_by = _findings({"dense": dense, "lexical": lexical})
    return tuple(
        Hit(chunk, score, rank, similarities[row], tuple(found_by[row]))
        for rank, (row, score, chunk) in enumerate(_distinct(fused, library, k), 1)
    )


def _cosines(vector: FloatArray, vectors: Mapping[int, FloatArray]) -> dict[int, float]:
    """The cosine of each row with `vector`; all are of unit length."""
    if not vectors:
        return {}
    found = np.stack(list(vectors.values())) @ vector
    return dict(zip(vectors, found.tolist(), strict=True))


def _findings(ranked: Mapping[str, Ranked]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for retriever, pairs in ranked.items():
        for rank, (row, score) in enumerate(pairs, 1):
            found.setdefault(row, []).append(Finding(retriever, rank, score))
    return found


def _distinct(fused: Ranked, library: Library, k: int) -> list[tuple[int, float, Chunk]]:
    """The best `k` rows whose texts differ, with their chunks."""
    kept: list[tuple[int, float, Chunk]] = []
    seen: set[str] = set()
    for start in range(0, len(fused), 2 * k):
        batch = fused[start : start + 2 * k]
        chunks = library.chunks([row for row, _ in batch])
        for row, score in batch:
            if row in chunks and chunks[row].text not in seen:
                seen.add(chunks[row].text)
                kept.append((row, score, chunks[row]))
        if len(kept) >= k:
            break
    return kept[:k]
