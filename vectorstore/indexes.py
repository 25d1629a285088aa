"""The derived indexes and how they follow SQLite: by replaying its log. Knows no documents.

The dense index lives in memory and is filled from SQLite on first use; the lexical index lives in
a folder and is brought up to date by whoever holds the write lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vectorstore import lock, records
from vectorstore.dense import build_dense_index
from vectorstore.lexical import Entry, LexicalIndex

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from quoth.config import IndexConfig
    from vectorstore.dense import DenseIndex

_HIGHEST_ROW = int(np.iinfo(np.int64).max)


class Indexes:
    """Both indexes of one library. The caller serialises: every method runs under its lock."""

    def __init__(self, folder: Path, config: IndexConfig) -> None:
        self._folder = folder
        self._config = config
        self._dense: DenseIndex | None = None
        self._dense_reached = 0
        self._lexical: LexicalIndex | None = None

    def dense(self, sql: sqlite3.Connection, dimension: int) -> DenseIndex:
        """The dense index, having replayed what has changed since it was last used."""
        if self._dense is None:
            self._dense = build_dense_index(dimension, self._config)
            self._dense_reached = records.last_change(sql)
            self._add_vectors(sql, self._dense, 0, _HIGHEST_ROW, dimension)
        for event in records.changes_since(sql, self._dense_reached):
            if event.kind == "remove":
                self._dense.remove(event.first_chunk, event.last_chunk)
            elif event.kind == "add":
                self._add_vectors(sql, self._dense, event.first_chunk, event.last_chunk, dimension)
            self._dense_reached = event.change
        return self._dense

    @staticmethod
    def _add_vectors(
        sql: sqlite3.Connection, index: DenseIndex, first: int, last: int, dimension: int
    ) -> None:
        rows, vectors = records.vectors_between(sql, first, last, dimension)
        if len(rows):
            index.add(rows, vectors)

    def forget_dense(self) -> None:
        """Drop the dense index; the next search fills it again."""
        self._dense = None

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
