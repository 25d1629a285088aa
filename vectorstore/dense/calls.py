"""Calls into FAISS that its indexes share: one thread, filters, results. Knows no index."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quoth.datatypes import RowArray


def library() -> Any:
    """FAISS, imported on first use. Its types do not know what its Python layer adds."""
    import faiss

    return faiss


@contextmanager
def one_thread() -> Iterator[None]:
    """Search one question on one thread: FAISS scans the vectors on one anyway.

    It would wake the others only to translate the rows of the result, and waiting for them on
    a busy machine took 31 ms where the search itself takes 0.6 ms.
    """
    faiss = library()
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def selector(rows: RowArray) -> Any:
    """FAISS's filter for these rows: a bit for each, which is as quick for one as for a million."""
    faiss = library()
    bits = np.zeros(int(rows.max(initial=0)) + 1, dtype=bool)
    bits[rows] = True
    packed = np.packbits(bits, bitorder="little")
    return faiss.IDSelectorBitmap(packed)


def pairs(rows: Iterable[Any], scores: Iterable[Any]) -> list[tuple[int, float]]:
    """FAISS fills up with row -1 when there are fewer results than asked for."""
    return [(int(row), float(score)) for row, score in zip(rows, scores, strict=True) if row >= 0]
