"""The derived indexes and how they follow SQLite: by replaying its log. Knows no documents.

The dense index lives in memory and is kept in step by `dense_follower`; the lexical index lives in
a folder and is brought up to date by whoever holds the write lock.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from quoth.errors import StorageFullError
from vectorstore import lock, records
from vectorstore.dense_follower import DenseFollower
from vectorstore.lexical import Entry, LexicalIndex

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from quoth.config import IndexConfig
    from vectorstore.dense import DenseIndex


_log = logging.getLogger(__name__)
_BUSY = "another Quoth is writing to it"
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
        self.folder = folder
        self._follower = DenseFollower(folder, config)
        self._lexical: LexicalIndex | None = None
        self._counted = -1  # the change at which the lexical index was last found complete
        self._warned: set[str] = set()
        self._uncommitted = 0
        self._committed_at = time.monotonic()

    def dense(self, sql: sqlite3.Connection, dimension: int) -> DenseIndex:
        """The dense index, having replayed what has changed since it was last used.

        `sql` should see one state of the library throughout, or what is added in between may
        be added twice.
        """
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
        """Drop both indexes, to be made anew, files and all. Call with the write lock held.

        Raises StorageFullError.
        """
        self._follower.delete()
        self._open_lexical(sql).forget()

    def _open_lexical(self, sql: sqlite3.Connection) -> LexicalIndex:
        if self._lexical is None:
            folder = self.folder / "lexical"
            self._lexical = LexicalIndex(folder, records.meta(sql, "library"))
        return self._lexical
