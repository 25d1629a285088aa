"""Dense indexes on one GPU, through FAISS's own classes. Knows chunk rows and vectors only.

They are not thread-safe even for readers, hence one lock around everything. They know
neither filters nor removal: a search fetches more than asked and drops what is not wanted, and
what was removed is dropped for good once it is a quarter of all.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.dense import calls
from vectorstore.dense.choice import Plan
from vectorstore.dense.inverted import described

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense.inverted import InvertedIndex

# The most results FAISS returns from a GPU, and the most lists it reads.
_MOST = 2048
# FAISS takes 1.5 GB for its own use by default, which the language model may need.
_TEMPORARY_BYTES = 256 * 1024 * 1024


class GpuFailedError(Exception):
    """The GPU is too small for the index, or fails. Quoth goes on without it."""


def count_gpus() -> int:
    """How many GPUs FAISS sees; 0 when it was built without."""
    faiss = calls.library()
    count = getattr(faiss, "get_num_gpus", None)
    return 0 if count is None else int(count())


class _Held:
    """The rows that a GPU holds, in its order, and which of them were removed since."""

    def __init__(self, rows: RowArray) -> None:
        self.rows = rows
        self.dead: set[int] = set()

    def __len__(self) -> int:
        return len(self.rows) - len(self.dead)

    def add(self, rows: RowArray) -> None:
        self.rows = np.concatenate([self.rows, rows])

    def remove(self, rows: RowArray) -> bool:
        """Take these for removed; whether there are so many now that the GPU had better be rid of them."""
        self.dead.update(self.rows[np.isin(self.rows, rows)].tolist())
        return 4 * len(self.dead) > len(self.rows)


class GpuFlatIndex:
    """Every vector is compared with the question, in float16 or float32."""

    plan = Plan("gpu", "flat")
    trained_on = 0
    exact = False

    def __init__(self, dimension: int, *, float16: bool) -> None:
        self._dimension = dimension
        self._float16 = float16
        self._resources = _resources()
        self._held = _Held(np.empty(0, dtype=np.int64))
        self._lock = threading.Lock()
        self._index = self._empty()
        self.description = f"exact, {'float16' if float16 else 'float32'}, GPU"

    def _empty(self) -> Any:
        faiss = calls.library()
        options = faiss.GpuIndexFlatConfig()
        options.useFloat16 = self._float16
        with translated():
            return faiss.GpuIndexFlatIP(self._resources, self._dimension, options)

    def __len__(self) -> int:
        return len(self._held)

    @property
    def n_bytes(self) -> int:
        """Memory of the GPU that the vectors take."""
        return len(self._held.rows) * self._dimension * (2 if self._float16 else 4)

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        with self._lock, translated():
            self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))
            self._held.add(rows)

    def remove(self, rows: RowArray) -> None:
        """Drop these rows from what is found; rebuild when they are many."""
        with self._lock:
            if self._held.remove(rows):
                self._rebuild()

    def _rebuild(self) -> None:
        held = self._held.rows
        alive = ~np.isin(held, list(self._held.dead))
        with translated():
            vectors = self._index.reconstruct_n(0, len(held))[alive]
            # The old one goes first: there may be no room for both.
            self._index = None
            self._index = self._empty()
            self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        self._held = _Held(held[alive])

    def misfits(self, vectors: FloatArray) -> int:  # noqa: ARG002 (other kinds look at them)
        """None: every vector is kept as it is."""
        return 0

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best rows; fewer when a filter drops almost all of the nearest 2,048."""

        def nearest(n: int) -> tuple[RowArray, FloatArray]:
            scores, positions = self._index.search(vector.reshape(1, -1), n)
            return np.where(positions[0] < 0, -1, self._held.rows[positions[0]]), scores[0]

        with self._lock, translated():
            return _fetched(nearest, k, self._held, allowed)


class GpuInvertedIndex:
    """An inverted file of 8-bit codes on the GPU, its centroids in float16, made from the CPU's.

    The CPU's index stays in memory beside it: it is what is saved, and what a GPU that is full of
    removed vectors is filled from again.
    """

    plan = Plan("gpu", "inverted")
    exact = False

    def __init__(self, index: InvertedIndex) -> None:
        """Take over `index`."""
        self._cpu = index
        self.trained_on = index.trained_on
        self.recall = index.recall
        self._resources = _resources()
        self._lock = threading.Lock()
        self._move()

    def _move(self) -> None:
        """Fill the GPU with what the CPU holds."""
        faiss = calls.library()
        options = faiss.GpuClonerOptions()
        options.useFloat16 = True
        options.useFloat16CoarseQuantizer = True
        # The old one goes first: there may be no room for both.
        self._index: Any = None
        whole = eight_bit(self._cpu)
        with translated():
            self._index = faiss.index_cpu_to_gpu(self._resources, 0, whole, options)
            self._index.nprobe = min(self._cpu.n_probes, _MOST)
        rows = [rows.copy() for rows, _ in self._cpu.lists()]
        self._held = _Held(np.concatenate(rows))

    @property
    def description(self) -> str:
        """The kind of index in words."""
        return described(self._cpu.n_lists, self._cpu.n_probes, "8 bit, GPU")

    @property
    def n_bytes(self) -> int:
        """Memory of the GPU that codes and rows take."""
        return len(self._held.rows) * (self._cpu.trained.dimension + 8)

    def __len__(self) -> int:
        return len(self._held)

    def to_cpu(self) -> InvertedIndex:
        """The same index on the CPU."""
        return self._cpu

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        self._cpu.add(rows, vectors)
        with self._lock, translated():
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), rows)
            self._held.add(rows)

    def remove(self, rows: RowArray) -> None:
        """Drop these rows from what is found; move the rest anew when they are many."""
        self._cpu.remove(rows)
        with self._lock:
            if self._held.remove(rows):
                self._move()

    def misfits(self, vectors: FloatArray) -> int:
        """How many of these vectors the codes cannot hold."""
        return self._cpu.misfits(vectors)

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best rows of the lists that are read; fewer when a filter drops most."""

        def nearest(n: int) -> tuple[RowArray, FloatArray]:
            scores, rows = self._index.search(vector.reshape(1, -1), n)
            return rows[0], scores[0]

        with self._lock, translated():
            return _fetched(nearest, k, self._held, allowed)


def eight_bit(index: InvertedIndex) -> Any:
    """FAISS's inverted file of 8-bit codes, which a GPU knows, with what `index` holds."""
    faiss = calls.library()
    trained = index.trained
    found = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(trained.dimension),
        trained.dimension,
        index.n_lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,  # codes of the vectors themselves, not of what is left after their centroid
    )
    found.quantizer.add(trained.centroids)
    faiss.copy_array_to_vector(trained.ranges, found.sq.trained)
    found.is_trained = True
    for number, (rows, _) in enumerate(index.lists()):
        here, codes = index.codes.of(rows)
        if len(here):
            found.invlists.add_entries(
                number, len(here), faiss.swig_ptr(here), faiss.swig_ptr(codes)
            )
            found.ntotal += len(here)
    return found


def _fetched(
    nearest: Callable[[int], tuple[RowArray, FloatArray]],
    k: int,
    held: _Held,
    allowed: RowArray | None,
) -> list[tuple[int, float]]:
    """Ask for twice as many until `k` are left after the filter, or no more can be had."""
    limit, dead = min(len(held.rows), _MOST), held.dead
    fetch = min(k if allowed is None and not dead else 4 * k, limit)
    while fetch > 0:
        rows, scores = nearest(fetch)
        found = [
            pair for pair in calls.pairs(*_wanted(rows, scores, allowed)) if pair[0] not in dead
        ]
        if len(found) >= k or fetch == limit:
            return found[:k]
        fetch = min(2 * fetch, limit)
    return []


def _wanted(
    rows: RowArray, scores: FloatArray, allowed: RowArray | None
) -> tuple[RowArray, FloatArray]:
    """What is among the `allowed`, which ascend."""
    if allowed is None:
        return rows, scores
    if len(allowed) == 0:
        return rows[:0], scores[:0]
    places = np.minimum(np.searchsorted(allowed, rows), len(allowed) - 1)
    inside = allowed[places] == rows
    return rows[inside], scores[inside]


def _resources() -> Any:
    faiss = calls.library()
    with translated():
        resources = faiss.StandardGpuResources()
        resources.setTempMemory(_TEMPORARY_BYTES)
    return resources


@contextmanager
def translated() -> Iterator[None]:
    """FAISS raises RuntimeError when the GPU's memory is short, or the GPU fails."""
    try:
        yield
    except RuntimeError as error:
        first, *_ = str(error).splitlines() or [""]
        raise GpuFailedError(first) from error
