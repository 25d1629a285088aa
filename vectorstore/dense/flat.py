"""Exact search by brute force on the CPU, in float32. Knows chunk rows and vectors only."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from vectorstore.dense import calls
from vectorstore.dense.choice import Plan

if TYPE_CHECKING:
    from quoth.datatypes import FloatArray, RowArray


class FlatIndex:
    """Every vector is compared with the question: exact, and slower the more there are."""

    plan = Plan("cpu", "flat")
    trained_on = 0
    description = "exact, float32, CPU"
    exact = True

    def __init__(self, dimension: int) -> None:
        faiss = calls.library()
        self._dimension = dimension
        self._index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def n_bytes(self) -> int:
        """Memory that the vectors and their rows take."""
        return len(self) * (4 * self._dimension + 8)

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        with self._lock:
            self._index.add_with_ids(vectors, rows)

    def remove(self, rows: RowArray) -> None:
        """Take out these rows."""
        if len(rows):
            with self._lock:
                self._index.remove_ids(calls.selector(rows))

    def misfits(self, vectors: FloatArray) -> int:  # noqa: ARG002 (other kinds look at them)
        """None: every vector is kept as it is."""
        return 0

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best rows, with FAISS's own filter when `allowed` is given."""
        faiss = calls.library()
        parameters: Any = None
        if allowed is not None:
            if len(allowed) == 0:
                return []
            parameters = faiss.SearchParameters(sel=calls.selector(allowed))
        with self._lock, calls.one_thread():
            k = min(k, len(self))
            if k == 0:
                return []
            scores, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return calls.pairs(rows[0], scores[0])
