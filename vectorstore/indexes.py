"""The derived indexes and how they follow SQLite: by replaying its log. Knows no documents.

The dense index lives in memory and is filled from SQLite on first use; the lexical index lives in
a folder and is brought up to date by whoever holds the write lock.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from quoth.errors import StorageFullError
from vectorstore import lock, records
from vectorstore.dense import build_dense_index
from vectorstore.lexical import Entry, LexicalIndex

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from quoth.config import IndexConfig
    from vectorstore.dense import DenseIndex

_log = logging.getLogger(__name__)
_BUSY = "another Quoth is writing to it"
_HIGHEST_ROW = int(np.iinfo(np.int64).max)


class Indexes:
    """Both indexes of one library. The caller serialises: every method runs under its lock."""

    def __init__(self, folder: Path, config: IndexConfig) -> None:
        self.folder = folder
        self._config = config
        self._dense: DenseIndex | None = None
        self._dense_reached = 0
        self._dimension = 0
        self._lexical: LexicalIndex | None = None
        self._counted = -1  # the change at which the lexical index was last found complete
        self._warned: set[str] = set()

    def dense(self, sql: sqlite3.Connection, dimension: int) -> DenseIndex:
        """The dense index, having replayed what has changed since it was last used.

        `sql` should see one state of the library throughout, or what is added in between may
        be added twice.
        """
        try:
            return self._dense_up_to_date(sql, dimension)
        except BaseException:  # Ctrl-C too must not leave half an index behind
            self._dense = None
            raise

    def _dense_up_to_date(self, sql: sqlite3.Connection, dimension: int) -> DenseIndex:
        if self._dense is None or self._dimension != dimension:
            self._dense = build_dense_index(dimension, self._config)
            self._dimension = dimension
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
        """The lexical index, brought up to date unless another writer is at work.

        Where that can't be done, it says so once and gives the index as it is.
        """
        index = self._open_lexical(sql)
        if index.reached < records.last_change(sql):
            index.reload()
        if not self._is_whole(sql, index):
            self._try_to_catch_up(sql, index)
        return index

    def _is_whole(self, sql: sqlite3.Connection, index: LexicalIndex) -> bool:
        """Whether the index has reached the last change and holds as many chunks as there are."""
        change = records.last_change(sql)
        if index.reached != change:
            return False
        if self._counted != change and len(index) == records.count_chunks(sql):
            self._counted = change
        return self._counted == change

    def _try_to_catch_up(self, sql: sqlite3.Connection, index: LexicalIndex) -> None:
        try:
            reason = self._catch_up_if_free(sql)
        except StorageFullError as error:
            reason = str(error)
        if reason is None or (index.exists and reason == _BUSY):
            return
        lacks = "lacks the newest passages in its" if index.exists else "has no"
        self._warn(
            f"{self.folder} {lacks} index of words, and finds them by meaning only: {reason}"
        )

    def _catch_up_if_free(self, sql: sqlite3.Connection) -> str | None:
        """Catch up, or say why not."""
        if not lock.is_writable(self.folder):
            return "the folder cannot be written; run quoth repair where it can"
        with lock.try_writing(self.folder) as mine:
            if not mine:
                return _BUSY
            self.catch_up(sql)
            return None

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            _log.warning(text)

    def catch_up(self, sql: sqlite3.Connection) -> None:
        """Bring the lexical index up to date. Call with the write lock held."""
        index = self._open_lexical(sql)
        index.reload()
        if index.reached > records.last_change(sql):
            index.forget()  # SQLite is older than its index: it was restored from a backup
        self._replay(sql, index)
        if not self._is_whole(sql, index):
            index.forget()  # damaged in a way that no checksum shows
            self._replay(sql, index)

    @staticmethod
    def _replay(sql: sqlite3.Connection, index: LexicalIndex) -> None:
        events = records.changes_since(sql, index.reached)
        if not events:
            return
        gone = {event.document for event in events if event.kind == "remove"}
        added = [event for event in events if event.kind == "add" and event.document not in gone]
        entries = (
            Entry(*found) for event in added for found in records.indexed_texts(sql, event.document)
        )
        # The stamp may lag behind the index: what is added may be there already.
        index.write([event.document for event in events], entries, events[-1].change)

    def forget(self, sql: sqlite3.Connection) -> None:
        """Drop both indexes, to be made anew. Call with the write lock held."""
        self.forget_dense()
        self._open_lexical(sql).forget()

    def _open_lexical(self, sql: sqlite3.Connection) -> LexicalIndex:
        if self._lexical is None:
            folder = self.folder / "lexical"
            self._lexical = LexicalIndex(folder, records.meta(sql, "library"))
        return self._lexical
