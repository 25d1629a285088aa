"""What every dense index must do, checked against brute force in numpy. Knows no test framework."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.vectorstore.making import unit_vectors
from vectorstore.dense import InvertedIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense import DenseIndex

DIMENSION = 16
N_VECTORS = 64
VECTORS = unit_vectors(N_VECTORS, seed=7, dimension=DIMENSION)


class ArraySource:
    """Vectors of an array, their rows counting from `first`, as a source to build from."""

    def __init__(self, vectors: FloatArray, first: int = 0, batch: int = 1000) -> None:
        self._vectors = vectors
        self._rows = np.arange(first, first + len(vectors), dtype=np.int64)
        self._batch = batch

    @property
    def dimension(self) -> int:
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return len(self._vectors)

    def sample(self, n: int) -> tuple[RowArray, FloatArray]:
        chosen = np.random.default_rng(0).permutation(len(self))[:n]
        return self._rows[chosen], self._vectors[chosen]

    def batches(self) -> Iterator[tuple[RowArray, FloatArray]]:
        for start in range(0, len(self), self._batch):
            part = slice(start, start + self._batch)
            yield self._rows[part], self._vectors[part]


def inverted(n_lists: int = 4, n_probes: int | None = None) -> InvertedIndex:
    """An empty compressed index that reads every list unless told otherwise."""
    index = InvertedIndex.train(VECTORS, n_lists, N_VECTORS)
    index.n_probes = n_lists if n_probes is None else n_probes
    return index


def check(
    index: DenseIndex, first: int, last: int, allowed: set[int], k: int, tolerance: float
) -> None:
    """Add, remove, add again and search, with and without a filter."""
    index.add(np.arange(40, dtype=np.int64), VECTORS[:40])
    index.remove(np.arange(first, last + 1, dtype=np.int64))
    index.add(np.arange(40, 64, dtype=np.int64), VECTORS[40:])
    alive = set(range(64)) - (set(range(first, last + 1)) & set(range(40)))
    assert len(index) == len(alive)
    agrees(index.search(VECTORS[5], k), alive, VECTORS[5], k, tolerance)
    some = np.array(sorted(allowed), dtype=np.int64)
    agrees(index.search(VECTORS[5], k, some), alive & allowed, VECTORS[5], k, tolerance)


def agrees(
    found: list[tuple[int, float]], among: set[int], question: FloatArray, k: int, tolerance: float
) -> None:
    """Assert that `found` are the `k` best of `among`, up to `tolerance` in the score."""
    rows, scores = [row for row, _ in found], [score for _, score in found]
    truth = VECTORS @ question
    assert len(rows) == len(set(rows)) == min(k, len(among))
    assert set(rows) <= among
    assert scores == sorted(scores, reverse=True)
    assert np.allclose(scores, truth[rows], atol=tolerance)
    best = sorted((float(truth[row]) for row in among), reverse=True)[:k]
    assert np.allclose(scores, best, atol=tolerance)
