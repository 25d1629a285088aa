"""Vectors by row in 8 bits a number, to rank what an inverted file has found. Knows no lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.dense import calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.datatypes import FloatArray, RowArray

    Codes = np.ndarray[Any, np.dtype[np.uint8]]

# Room for so many more when there is none left: memory that is not written to takes no place.
_GROWTH = 1.125
_BATCH = 50_000


class ByteCodes:
    """Each dimension has a range of its own, which `ranges` (smallest values, then widths) give.

    Not safe to share between threads.
    """

    def __init__(self, ranges: FloatArray) -> None:
        """None yet. `ranges` is float32, shape (2 * dimension,)."""
        faiss = calls.library()
        self._quantizer = faiss.ScalarQuantizer(len(ranges) // 2, faiss.ScalarQuantizer.QT_8bit)
        faiss.copy_array_to_vector(ranges, self._quantizer.trained)
        self._n = 0
        self._rows: RowArray = np.empty(0, dtype=np.int64)
        self._codes: Codes = np.empty((0, len(ranges) // 2), dtype=np.uint8)
        self._dead: set[int] = set()

    def take(self, n: int) -> tuple[RowArray, Codes]:
        """Hold `n` vectors, none before: their rows, ascending, and codes, for the caller to write."""
        self.reserve(int(_GROWTH * n))
        self._n = n
        return self._rows[:n], self._codes[:n]

    @property
    def n_bytes(self) -> int:
        """Memory that rows and codes take."""
        return self._n * (8 + int(self._codes.shape[1]))

    def batches(self) -> Iterator[tuple[RowArray, Codes]]:
        """All rows, ascending, with their codes; views until the next change."""
        for start in range(0, self._n, _BATCH):
            rows = self._rows[start : min(start + _BATCH, self._n)]
            codes = self._codes[start : start + len(rows)]
            if self._dead:
                alive = ~np.isin(rows, list(self._dead))
                rows, codes = rows[alive], codes[alive]
            yield rows, codes

    def reserve(self, n: int) -> None:
        """Make room for `n` vectors in all."""
        if n > len(self._rows):
            rows, codes = self._rows[: self._n], self._codes[: self._n]
            self._rows = np.empty(n, dtype=np.int64)
            self._codes = np.empty((n, codes.shape[1]), dtype=np.uint8)
            self._rows[: self._n], self._codes[: self._n] = rows, codes

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors under new rows."""
        if not len(rows):
            return
        ascends = not self._n or rows[0] > self._rows[self._n - 1]
        if not ascends:  # only then may one of them have been here before
            self._compact()
        n = self._n + len(rows)
        if n > len(self._rows):
            self.reserve(int(_GROWTH * n))
        self._rows[self._n : n] = rows
        self._codes[self._n : n] = self._quantizer.compute_codes(vectors)
        self._n = n
        if not ascends or (np.diff(rows) <= 0).any():
            order = np.argsort(self._rows[:n])
            self._rows[:n], self._codes[:n] = self._rows[:n][order], self._codes[:n][order]

    def remove(self, rows: RowArray) -> None:
        """Take out these rows, which are here; their memory is given back when they are many."""
        self._dead.update(rows.tolist())
        if 4 * len(self._dead) > self._n:
            self._compact()

    def _compact(self) -> None:
        if self._dead:
            alive = ~np.isin(self._rows[: self._n], list(self._dead))
            self._rows, self._codes = self._rows[: self._n][alive], self._codes[: self._n][alive]
            self._n = len(self._rows)
            self._dead.clear()

    def of(self, rows: RowArray) -> tuple[RowArray, Codes]:
        """Those of the rows that are here, and their codes."""
        if not self._n:
            return rows[:0], self._codes[:0]
        places = np.minimum(np.searchsorted(self._rows[: self._n], rows), self._n - 1)
        here = self._rows[places] == rows
        return rows[here], self._codes[places[here]]

    def scores(self, vector: FloatArray, rows: RowArray) -> tuple[RowArray, FloatArray]:
        """Those of the rows that are here, and their inner products with `vector`."""
        here, codes = self.of(rows)
        decoded: FloatArray = self._quantizer.decode(codes)
        return here, decoded @ vector
