"""The derived indexes and how they follow SQLite: by replaying its log. Knows no documents.

The dense index lives in memory and is kept in step by `dense_follower`; the lexical index lives in
a folder and is brought up to date by whoever holds the write lock.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vectorstore import lock, records
from vectorstore.dense_follower import DenseFollower
from vectorstore.lexical import Entry, LexicalIndex

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from quoth.config import IndexConfig
    from vectorstore.dense import DenseIndex


# The lexical index commits by this many chunks: each commit makes a segment that is merged later,
# and with ten times fewer of them twice as many chunks went in per second.
_BATCH = 20_000
# Unless so many have waited so many seconds: other processes should find them soon.
_FEWEST = 2_000
_SECONDS = 5.0
# tantivy drops removed texts when it merges segments, which large ones wait long for.
_MOST_DEAD = 0.2


class Indexes:
    """Both indexes of one library. The caller serialises: every method runs under its lock."""

    def __init__(self, folder: Path, config: IndexConfig) -> None:
        self._folder = folder
        self._follower = DenseFollower(folder, config)
        self._lexical: LexicalIndex | None = None
        self._uncommitted = 0
        self._committed_at = time.monotonic()

    def dense(self, sql: sqlite3.Connection, dimension: int) -> DenseIndex:
        """The dense index, having replayed what has changed since it was last used."""
        return self._follower.index(sql, dimension)

    def forget_dense(self) -> None:
        """Drop the dense index; the next search opens it again."""
        self._follower.forget()

    def give_up_gpu(self, reason: object) -> None:
        """Go on without the GPU."""
        self._follower.give_up_gpu(reason)

    def settle(self, sql: sqlite3.Connection, *, at_once: bool = False) -> None:
        """Save the dense index if it pays. Call with the write lock held."""
        self._follower.settle(sql, at_once=at_once)

    def compact(self, sql: sqlite3.Connection) -> None:
        """Fit both to the library as it is. Call with the write lock held."""
        index = self._open_lexical(sql)
        if index.dead_share > _MOST_DEAD:
            index.forget()
            self.catch_up(sql)
        self._follower.settle(sql, at_once=True)

    def describe(self, sql: sqlite3.Connection) -> dict[str, object]:
        """What `quoth info` shows of the dense index."""
        return self._follower.describe(sql)

    def lexical(self, sql: sqlite3.Connection) -> LexicalIndex:
        """The lexical index, brought up to date unless another writer is at work."""
        index = self._open_lexical(sql)
        change = records.last_change(sql)
        if index.reached < change:
            index.reload()
        if index.reached < change and lock.is_writable(self._folder):
            with lock.try_writing(self._folder) as mine:
                if mine:
                    self.catch_up(sql)
        return index

    def wrote(self, sql: sqlite3.Connection, n_chunks: int) -> None:
        """Bring the lexical index up to date every so often. Call with the write lock held."""
        self._uncommitted += n_chunks
        waited = time.monotonic() - self._committed_at
        if self._uncommitted >= (_BATCH if waited < _SECONDS else _FEWEST):
            self.catch_up(sql)
            self._uncommitted, self._committed_at = 0, time.monotonic()

    def catch_up(self, sql: sqlite3.Connection) -> None:
        """Bring the lexical index up to date. Call with the write lock held."""
        index = self._open_lexical(sql)
        index.reload()
        events = records.changes_since(sql, index.reached)
        if not events:
            return
        removed = [event.document for event in events if event.kind == "remove"]
        gone = set(removed)
        added = [event for event in events if event.kind == "add" and event.document not in gone]
        entries = (
            Entry(*found) for event in added for found in records.indexed_texts(sql, event.document)
        )
        index.write(removed, entries, events[-1].change)

    def _open_lexical(self, sql: sqlite3.Connection) -> LexicalIndex:
        if self._lexical is None:
            folder = self._folder / "lexical"
            self._lexical = LexicalIndex(folder, records.meta(sql, "library"))
        return self._lexical
