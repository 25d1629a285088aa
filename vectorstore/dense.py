"""The dense index: vectors by inner product, in FAISS, on the GPU where FAISS sees one.

It knows chunk rows (integers) and vectors, nothing of documents or SQLite. FAISS is imported
inside, on first use.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quoth.config import IndexConfig
    from quoth.datatypes import FloatArray, RowArray


class DenseIndex(Protocol):
    """Vectors by chunk row. All vectors are float32, unit length, shape (n, dimension)."""

    description: str

    def __len__(self) -> int:
        """How many vectors are in it."""
        ...

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors; `rows` must be new to the index."""
        ...

    def remove(self, first: int, last: int) -> None:
        """Take out the rows in [first, last]; those not in the index are no error."""
        ...

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best (row, inner product) of the `allowed` rows (None: all), best first."""
        ...


def build_dense_index(dimension: int, config: IndexConfig) -> DenseIndex:
    """An empty index on the device that `config` and this machine allow.

    Raises ModelError when a GPU is demanded and FAISS sees none.
    """
    import faiss

    from quoth.errors import ModelError

    gpus = faiss.get_num_gpus()
    if config.device == "gpu" and gpus == 0:
        raise ModelError("index.device is gpu but FAISS sees no GPU; set it to auto or cpu")
    if config.device != "cpu" and gpus > 0:
        return GpuIndex(dimension, float16=config.float16)
    return CpuIndex(dimension)


class CpuIndex:
    """Exact inner product on the CPU. Readers and writers take turns."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self.description = "exact inner product, float32, CPU"
        self._faiss: Any = faiss
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        with self._lock:
            self._index.add_with_ids(vectors, rows)

    def remove(self, first: int, last: int) -> None:
        """Take out the rows in [first, last]."""
        with self._lock:
            self._index.remove_ids(self._faiss.IDSelectorRange(first, last + 1))

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best rows, with FAISS's own filter when `allowed` is given."""
        parameters = None
        if allowed is not None:
            parameters = self._faiss.SearchParameters(sel=self._faiss.IDSelectorBatch(allowed))
        with self._lock:
            k = min(k, len(self))
            if k == 0:
                return []
            with self._one_thread():
                scores, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return _pairs(rows[0], scores[0])

    @contextmanager
    def _one_thread(self) -> Iterator[None]:
        """Search one question on one thread: FAISS scans the vectors on one anyway.

        It would wake the others only to translate the rows of the result, and waiting for them on
        a busy machine took 31 ms where the search itself takes 0.6 ms.
        """
        threads = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        try:
            yield
        finally:
            self._faiss.omp_set_num_threads(threads)


class GpuIndex:
    """Exact inner product on one GPU through FAISS's GpuIndexFlatIP.

    GPU indexes are not thread-safe even for readers, hence one lock around everything. They know
    neither filters nor removal: a search fetches more than asked and drops what is not wanted,
    and the index is rebuilt once a quarter of it is dead.
    """

    def __init__(self, dimension: int, *, float16: bool) -> None:
        import faiss

        self._faiss = faiss
        self._dimension = dimension
        self._float16 = float16
        self._resources = faiss.StandardGpuResources()
        self._rows: RowArray = np.empty(0, dtype=np.int64)
        self._dead: set[int] = set()
        self._lock = threading.Lock()
        self._index = self._empty()
        self.description = f"exact inner product, {'float16' if float16 else 'float32'}, GPU"

    def _empty(self) -> Any:
        options = self._faiss.GpuIndexFlatConfig()
        options.useFloat16 = self._float16
        return self._faiss.GpuIndexFlatIP(self._resources, self._dimension, options)

    def __len__(self) -> int:
        return len(self._rows) - len(self._dead)

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        with self._lock:
            self._index.add(vectors)
            self._rows = np.concatenate([self._rows, rows])

    def remove(self, first: int, last: int) -> None:
        """Mark the rows in [first, last] as dead; rebuild when many are."""
        with self._lock:
            inside = (self._rows >= first) & (self._rows <= last)
            self._dead.update(self._rows[inside].tolist())
            if len(self._dead) * 4 > len(self._rows):
                self._rebuild()

    def _rebuild(self) -> None:
        alive = ~np.isin(self._rows, list(self._dead))
        vectors = self._index.reconstruct_n(0, len(self._rows))[alive]
        self._rows = self._rows[alive]
        self._dead.clear()
        self._index = self._empty()
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best rows; asks for twice as many until enough are left after the filter."""
        wanted = None if allowed is None else set(allowed.tolist())
        with self._lock:
            fetch = k if wanted is None and not self._dead else 4 * k
            while True:
                # 2,048 is the most results FAISS returns from a GPU.
                fetch = min(fetch, len(self._rows), 2048)
                if fetch == 0:
                    return []
                scores, positions = self._index.search(vector.reshape(1, -1), fetch)
                rows = self._rows[positions[0]]
                found = [
                    pair
                    for pair in _pairs(rows, scores[0])
                    if pair[0] not in self._dead and (wanted is None or pair[0] in wanted)
                ]
                if len(found) >= k or fetch in (len(self._rows), 2048):
                    return found[:k]
                fetch *= 2


def _pairs(rows: Sequence[Any], scores: Sequence[Any]) -> list[tuple[int, float]]:
    """FAISS fills up with row -1 when there are fewer results than asked for."""
    return [(int(row), float(score)) for row, score in zip(rows, scores, strict=True) if row >= 0]
