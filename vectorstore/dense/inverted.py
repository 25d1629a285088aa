"""An inverted file on the CPU: 4-bit codes find, 8-bit codes rank; a small part of the work.

Vectors are put into lists by their nearest centroid, and a question reads the lists nearest to it
(Jégou, Douze, Schmid, "Product Quantization for Nearest Neighbor Search", 2011, section 4). What it
reads are 4-bit codes of pairs of numbers, looked up in registers (André, Kermarrec, Le Scouarnec,
"Cache locality is not enough: high-performance nearest neighbor search with product quantization
fast scan", 2015), a quarter of the bytes of 8-bit codes; the best few hundred are then ranked by
their 8-bit codes. Knows chunk rows and vectors only.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.dense import calls
from vectorstore.dense.choice import Plan
from vectorstore.dense.codes import ByteCodes
from vectorstore.dense.ranges import CENTRES, Trained, distances, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense.codes import Codes

# So many are ranked by their 8-bit codes for each result, and so many more: measured, docs/scale.md.
_DEPTH, _MORE = 4, 100
# FAISS keeps the 4-bit codes of so many vectors together.
BLOCK = 32


class InvertedIndex:
    """`n_probes` is how many lists a question reads; `codes` are those of 8 bits."""

    plan = Plan("cpu", "inverted")
    how = "4 and 8 bit, CPU"
    exact = False

    def __init__(self, trained: Trained, *, trained_on: int, n_probes: int = 1) -> None:
        """An empty index. `trained_on`: the library's vectors when it was trained."""
        self.trained = trained
        self.trained_on = trained_on
        self.n_probes = n_probes
        self.recall = 0.0
        self._lists = _empty_lists(trained)
        self.codes = ByteCodes(trained.ranges)
        self._lock = threading.Lock()

    @classmethod
    def train(cls, sample: FloatArray, n_lists: int, trained_on: int) -> InvertedIndex:
        """An empty index whose lists and codes fit `sample`, at least one vector a list."""
        return cls(_trained(sample, n_lists), trained_on=trained_on)

    def fill(self, lists: Iterable[tuple[RowArray, Codes]]) -> None:
        """Put in what `lists` gave; `codes` must be set to what belongs to it."""
        faiss = calls.library()
        kept = self._lists.invlists
        for number, (rows, blocks) in enumerate(lists):
            if len(rows):
                kept.add_entries(number, len(rows), faiss.swig_ptr(rows), faiss.swig_ptr(blocks))
                self._lists.ntotal += len(rows)

    def __len__(self) -> int:
        return int(self._lists.ntotal)

    @property
    def n_lists(self) -> int:
        """How many lists there are."""
        return len(self.trained.centroids)

    @property
    def description(self) -> str:
        """The kind of index in words."""
        return described(self.n_lists, self.n_probes, self.how)

    @property
    def n_bytes(self) -> int:
        """Memory that codes, rows and centroids take."""
        in_lists = len(self) * (8 + code_bytes(self.trained.dimension))
        return in_lists + self.codes.n_bytes + 4 * self.trained.centroids.size

    def lists(self) -> Iterator[tuple[RowArray, Codes]]:
        """Rows and blocks of 4-bit codes of each list, as views until the index changes."""
        faiss = calls.library()
        kept, width = self._lists.invlists, code_bytes(self.trained.dimension)
        for number in range(self.n_lists):
            size = int(kept.list_size(number))
            if size == 0:
                yield np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8)
                continue
            rows = faiss.rev_swig_ptr(kept.get_ids(number), size)
            yield rows, faiss.rev_swig_ptr(kept.get_codes(number), blocks_of(size) * BLOCK * width)

    def reserve(self, n: int) -> None:
        """Make room for `n` vectors in all."""
        self.codes.reserve(n)

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        with self._lock:
            self._lists.add_with_ids(vectors, rows)
            self.codes.add(rows, vectors)

    def remove(self, rows: RowArray) -> None:
        """Take out these rows."""
        if len(rows):
            with self._lock:
                self._lists.remove_ids(calls.selector(rows))
                here, _ = self.codes.of(rows)
                self.codes.remove(here)

    def misfits(self, vectors: FloatArray) -> int:
        """How many of these vectors the codes cannot hold."""
        return self.trained.misfits(vectors)

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best rows of the lists that are read; more lists for a narrow filter.

        Every list is read when that is needed to give `k` rows.
        """
        chosen = None if allowed is None else calls.selector(allowed)
        with self._lock, calls.one_thread():
            wanted = min(k, len(self), len(self) if allowed is None else len(allowed))
            if wanted == 0:
                return []
            probes = self._probes(allowed)
            found = self._probe(vector, wanted, chosen, probes)
            if len(found) < wanted and probes < self.n_lists:
                found = self._probe(vector, wanted, chosen, self.n_lists)
            rows, scores = self.codes.scores(vector, found)
        best = np.argsort(-scores, kind="stable")[:wanted]
        return calls.pairs(rows[best], scores[best])

    def _probes(self, allowed: RowArray | None) -> int:
        """The allowed rows nearest to a question are spread the wider the fewer they are."""
        if allowed is None:
            return min(self.n_probes, self.n_lists)
        share = len(allowed) / max(len(self), 1)
        return min(math.ceil(self.n_probes / share), self.n_lists)

    def _probe(self, vector: FloatArray, k: int, chosen: Any, probes: int) -> RowArray:
        """The rows that may be among the `k` best."""
        faiss = calls.library()
        parameters = faiss.SearchParametersIVF(sel=chosen, nprobe=probes)
        depth = min(_DEPTH * k + _MORE, len(self))
        _, rows = self._lists.search(vector.reshape(1, -1), depth, params=parameters)
        found: RowArray = rows[0][rows[0] >= 0]
        return found


def described(n_lists: int, n_probes: int, how: str) -> str:
    """The kind of index in words."""
    return f"inverted file, {n_lists} lists of which {n_probes} are read, {how}"


def code_bytes(dimension: int) -> int:
    """Bytes of the 4-bit codes of a vector."""
    return (parts_of(dimension) + 1) // 2


def blocks_of(n: int) -> int:
    """How many blocks hold the 4-bit codes of `n` vectors."""
    return -(-n // BLOCK)


def _trained(sample: FloatArray, n_lists: int) -> Trained:
    faiss = calls.library()
    if len(sample) < CENTRES:  # FAISS insists
        sample = np.resize(sample, (CENTRES, sample.shape[1]))
    index = _fast_scan(sample.shape[1], n_lists)
    # FAISS warns on standard error about samples that are small.
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1
    index.train(sample)
    ranges = faiss.ScalarQuantizer(sample.shape[1], faiss.ScalarQuantizer.QT_8bit)
    ranges.train(sample)
    codebook = faiss.vector_to_array(index.pq.centroids).reshape(index.pq.M, CENTRES, -1)
    return Trained(
        centroids=index.quantizer.reconstruct_n(0, n_lists),
        codebook=codebook,
        ranges=faiss.vector_to_array(ranges.trained),
        furthest=distances(index.pq, sample).max(keepdims=True),
    )


def _empty_lists(trained: Trained) -> Any:
    faiss = calls.library()
    index = _fast_scan(trained.dimension, len(trained.centroids))
    index.quantizer.add(trained.centroids)
    faiss.copy_array_to_vector(trained.codebook.ravel(), index.pq.centroids)
    index.is_trained = True
    return index


def _fast_scan(dimension: int, n_lists: int) -> Any:
    faiss = calls.library()
    quantizer = faiss.IndexFlatIP(dimension)
    parts = parts_of(dimension)
    return faiss.IndexIVFPQFastScan(
        quantizer, dimension, n_lists, parts, 4, faiss.METRIC_INNER_PRODUCT, BLOCK
    )
