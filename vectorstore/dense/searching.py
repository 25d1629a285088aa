"""Searches any dense index so that filters and scores are exact. Knows no SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense.contract import DenseIndex

    # The stored vectors of some rows, of so many numbers each; a row that is gone is left out.
    Fetch = Callable[[RowArray, int], tuple[RowArray, FloatArray]]

# So few allowed vectors are read and compared in less time than many lists are.
_FEW = 500
_MOST_EXTRA = 50
_BATCH = 10_000


def search(
    index: DenseIndex,
    fetch: Fetch,
    vector: FloatArray,
    k: int,
    allowed: RowArray | None = None,
) -> list[tuple[int, float]]:
    """The `k` best (row, cosine) of the `allowed` rows (None: all, else ascending), best first.

    What a compressed index finds is given its true cosine from the stored vectors, and the `k`
    best are chosen by that. Among few allowed rows all are compared.
    """
    if index.exact:
        return index.search(vector, k, allowed)
    if allowed is not None and len(allowed) <= _FEW:
        return among(fetch, vector, k, allowed)
    found = index.search(vector, k + min(k, _MOST_EXTRA), allowed)
    if allowed is not None and len(found) < min(k, len(allowed)):
        return among(fetch, vector, k, allowed)
    rows = np.fromiter((row for row, _ in found), dtype=np.int64, count=len(found))
    return among(fetch, vector, k, rows)


def among(fetch: Fetch, vector: FloatArray, k: int, rows: RowArray) -> list[tuple[int, float]]:
    """The `k` best of `rows` by their stored vectors."""
    scored: list[tuple[int, float]] = []
    for start in range(0, len(rows), _BATCH):
        present, vectors = fetch(rows[start : start + _BATCH], len(vector))
        scores = vectors @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        scored += zip(present[best].tolist(), scores[best].tolist(), strict=True)
    return sorted(scored, key=lambda pair: -pair[1])[:k]
