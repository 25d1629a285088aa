"""An inverted file of 8-bit codes on the CPU: a quarter of the memory, a small part of the work.

Vectors are put into lists by their nearest centroid, and a question reads the lists nearest to it
(Jégou, Douze, Schmid, "Product Quantization for Nearest Neighbor Search", 2011, section 4). Knows
chunk rows and vectors only.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.dense import calls
from vectorstore.dense.choice import Plan
from vectorstore.dense.ranges import CodeRanges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quoth.datatypes import FloatArray, RowArray

    Codes = np.ndarray[Any, np.dtype[np.uint8]]


class InvertedIndex:
    """Built by `train` or `restore`. `n_probes` is how many lists a question reads."""

    plan = Plan("cpu", "inverted")
    exact = False

    def __init__(self, index: Any, *, trained_on: int, n_probes: int = 1) -> None:
        """Wrap FAISS's trained index. `trained_on`: the library's vectors when it was trained."""
        self.faiss_index = index
        self.trained_on = trained_on
        self.n_probes = n_probes
        self.recall = 0.0
        self._lock = threading.Lock()

    @classmethod
    def train(cls, sample: FloatArray, n_lists: int, trained_on: int) -> InvertedIndex:
        """An empty index whose lists and code ranges fit `sample`, at least one vector a list."""
        index = _untrained(sample.shape[1], n_lists)
        # FAISS warns on standard error about samples below 39 vectors a list.
        index.cp.min_points_per_centroid = 1
        index.train(sample)
        return cls(index, trained_on=trained_on)

    @classmethod
    def restore(
        cls,
        centroids: FloatArray,
        ranges: FloatArray,
        lists: Iterable[tuple[RowArray, Codes]],
        trained_on: int,
    ) -> InvertedIndex:
        """An index from what `centroids`, `ranges` and `lists` gave."""
        faiss = calls.library()
        index = _untrained(centroids.shape[1], len(centroids))
        index.quantizer.add(centroids)
        faiss.copy_array_to_vector(ranges, index.sq.trained)
        index.is_trained = True
        total = 0
        for number, (rows, codes) in enumerate(lists):
            if len(rows):
                index.invlists.add_entries(
                    number, len(rows), faiss.swig_ptr(rows), faiss.swig_ptr(codes)
                )
                total += len(rows)
        index.ntotal = total
        return cls(index, trained_on=trained_on)

    def __len__(self) -> int:
        return int(self.faiss_index.ntotal)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self.faiss_index.d)

    @property
    def n_lists(self) -> int:
        """How many lists there are."""
        return int(self.faiss_index.nlist)

    @property
    def description(self) -> str:
        """The kind of index in words."""
        return described(self.n_lists, self.n_probes)

    @property
    def n_bytes(self) -> int:
        """Memory that codes, rows and centroids take."""
        return len(self) * (int(self.faiss_index.code_size) + 8) + 4 * self.centroids().size

    def centroids(self) -> FloatArray:
        """The centre of each list, float32, shape (n_lists, dimension)."""
        found: FloatArray = self.faiss_index.quantizer.reconstruct_n(0, self.n_lists)
        return found

    def ranges(self) -> FloatArray:
        """The smallest value and the width of each dimension of the codes, float32."""
        faiss = calls.library()
        found: FloatArray = faiss.vector_to_array(self.faiss_index.sq.trained)
        return found

    def lists(self) -> Iterator[tuple[RowArray, Codes]]:
        """Rows and codes of each list, as views that are valid until the index changes."""
        faiss = calls.library()
        kept, width = self.faiss_index.invlists, int(self.faiss_index.code_size)
        for number in range(self.n_lists):
            size = int(kept.list_size(number))
            if size == 0:
                yield np.empty(0, dtype=np.int64), np.empty((0, width), dtype=np.uint8)
                continue
            rows = faiss.rev_swig_ptr(kept.get_ids(number), size)
            codes = faiss.rev_swig_ptr(kept.get_codes(number), size * width)
            yield rows, codes.reshape(size, width)

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        with self._lock:
            self.faiss_index.add_with_ids(vectors, rows)

    def remove(self, rows: RowArray) -> None:
        """Take out these rows."""
        if len(rows):
            with self._lock:
                self.faiss_index.remove_ids(calls.selector(rows))

    def misfits(self, vectors: FloatArray) -> int:
        """How many of these vectors lie outside the ranges of the codes."""
        return CodeRanges(self.centroids(), self.ranges()).misfits(vectors)

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best rows of the lists that are read; more lists for a narrow filter.

        Every list is read when that is needed to give `k` rows.
        """
        chosen = None if allowed is None else calls.selector(allowed)
        with self._lock, calls.one_thread():
            wanted = min(k, len(self) if allowed is None else len(allowed))
            if wanted == 0:
                return []
            probes = self._probes(allowed)
            found = self._probe(vector, wanted, chosen, probes)
            if len(found) < wanted and probes < self.n_lists:
                found = self._probe(vector, wanted, chosen, self.n_lists)
        return found

    def _probes(self, allowed: RowArray | None) -> int:
        """The allowed rows nearest to a question are spread the wider the fewer they are."""
        if allowed is None:
            return min(self.n_probes, self.n_lists)
        share = len(allowed) / max(len(self), 1)
        return min(math.ceil(self.n_probes / share), self.n_lists)

    def _probe(
        self, vector: FloatArray, k: int, chosen: Any, probes: int
    ) -> list[tuple[int, float]]:
        faiss = calls.library()
        parameters = faiss.SearchParametersIVF(sel=chosen, nprobe=probes)
        scores, rows = self.faiss_index.search(vector.reshape(1, -1), k, params=parameters)
        return calls.pairs(rows[0], scores[0])


def described(n_lists: int, n_probes: int, device: str = "CPU") -> str:
    """The kind of index in words."""
    return f"inverted file, {n_lists} lists of which {n_probes} are read, 8 bit, {device}"


def _untrained(dimension: int, n_lists: int) -> Any:
    faiss = calls.library()
    quantizer = faiss.IndexFlatIP(dimension)
    return faiss.IndexIVFScalarQuantizer(
        quantizer,
        dimension,
        n_lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
