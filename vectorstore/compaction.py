"""Gives back the space of what was removed from a library. Safe to be killed at any time.

SQLite's VACUUM is one transaction; the indexes are derived and swapped in whole, or made again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from vectorstore.indexes import Indexes

# To write the whole file again pays when so much of it is free.
_MOST_FREE = 0.1


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a compaction did: the library's bytes on disk before and after.

    `seconds` count from when it was asked for, the look for damage included.
    """

    bytes_before: int
    bytes_after: int
    seconds: float


def compact(sql: sqlite3.Connection, indexes: Indexes, folder: Path, began: float) -> Compaction:
    """Shrink all three stores to what they hold. Call with the write lock held.

    `began` is when it was asked for, by `time.perf_counter`. Raises StorageFullError: SQLite needs room for a second copy while it works.
    """
    before = bytes_in(folder)
    (free,) = sql.execute("PRAGMA freelist_count").fetchone()
    (pages,) = sql.execute("PRAGMA page_count").fetchone()
    if free > _MOST_FREE * pages:
        sql.execute("VACUUM")
    sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    indexes.compact(sql)
    return Compaction(before, bytes_in(folder), time.perf_counter() - began)


def bytes_in(folder: Path) -> int:
    """The size of all files in a folder; one that vanishes meanwhile counts nothing."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:
            continue
    return total
