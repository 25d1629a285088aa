"""All vectors of a library, read from SQLite in pieces that fit into memory. Knows no index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore import records

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from quoth.datatypes import FloatArray, RowArray

    Span = tuple[int, int]

# 4,096 vectors of 384 numbers are 6 MB; twice that while they are put together.
_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Position:
    """How far a library has come: its last change, and the last chunk row that existed then."""

    change: int
    last_row: int


def position(sql: sqlite3.Connection) -> Position:
    """Both numbers at the same moment, though another process may be writing."""
    change, row = sql.execute(
        "SELECT (SELECT max(change) FROM log), (SELECT max(row) FROM chunks)"
    ).fetchone()
    return Position(change or 0, row or 0)


def dimension_of(sql: sqlite3.Connection) -> int:
    """Numbers in a vector; 0 when there is none."""
    row = sql.execute("SELECT length(vector) FROM vectors LIMIT 1").fetchone()
    return 0 if row is None else int(row[0]) // 4


def count(sql: sqlite3.Connection) -> int:
    """How many chunks there are, without reading them."""
    row = sql.execute("SELECT sum(last_chunk - first_chunk + 1) FROM documents").fetchone()
    return int(row[0] or 0)


def batches(
    sql: sqlite3.Connection, first: int, last: int, dimension: int
) -> Iterator[tuple[RowArray, FloatArray]]:
    """The chunk rows in [first, last], ascending, with their vectors."""
    while first <= last:
        found = sql.execute(
            "SELECT chunk, vector FROM vectors WHERE chunk BETWEEN ? AND ? ORDER BY chunk LIMIT ?",
            (first, last, _BATCH),
        ).fetchall()
        if not found:
            return
        yield _stacked(found, dimension)
        first = found[-1][0] + 1


def of_rows(
    sql: sqlite3.Connection, rows: Sequence[int], dimension: int
) -> tuple[RowArray, FloatArray]:
    """These rows and their vectors, in the given order; a row that is gone is left out."""
    found = records.vectors_by_row(sql, rows)
    return _stacked([(row, found[row]) for row in rows if row in found], dimension)


def _stacked(found: Sequence[tuple[int, Any]], dimension: int) -> tuple[RowArray, FloatArray]:
    rows = np.fromiter((row for row, _ in found), dtype=np.int64, count=len(found))
    joined = np.frombuffer(b"".join(blob for _, blob in found), dtype=np.float32)
    return rows, joined.reshape(len(found), dimension)


class StoredVectors:
    """The vectors up to a chunk row, as a source to build an index from."""

    def __init__(self, sql: sqlite3.Connection, last_row: int, dimension: int) -> None:
        self._sql = sql
        self._last_row = last_row
        self._dimension = dimension

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._dimension

    def __len__(self) -> int:
        return count(self._sql)

    def sample(self, n: int) -> tuple[RowArray, FloatArray]:
        """`n` vectors at random, the same ones for the same library; all if there are no more."""
        found = self._sql.execute("SELECT row FROM chunks WHERE row <= ?", (self._last_row,))
        every = np.fromiter((row for (row,) in found), dtype=np.int64)
        chosen = np.random.default_rng(0).permutation(every)[:n]
        return of_rows(self._sql, chosen.tolist(), self._dimension)

    def batches(self) -> Iterator[tuple[RowArray, FloatArray]]:
        """All vectors, in ascending order of row."""
        return batches(self._sql, 0, self._last_row, self._dimension)


def merged(spans: Sequence[Span]) -> list[Span]:
    """The same rows in as few spans (first, last) as can be; empty ones are dropped."""
    found: list[Span] = []
    for first, last in sorted(span for span in spans if span[0] <= span[1]):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def rows_in(spans: Sequence[Span]) -> RowArray:
    """Every row of the spans, ascending when they do."""
    every = [np.arange(first, last + 1, dtype=np.int64) for first, last in spans]
    return np.concatenate([np.empty(0, dtype=np.int64), *every])
