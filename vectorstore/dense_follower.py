"""The dense index of one library, kept in step with SQLite. Knows no lexical index.

It is loaded from its snapshot, or built; then the log is replayed. The writer saves a snapshot
when enough has changed. A snapshot is only ever a short cut: without it all is built anew.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from quoth.errors import ModelError, StorageFullError
from vectorstore import lock, records, stored_vectors
from vectorstore.dense import FlatIndex, InvertedIndex, build, choice, snapshot
from vectorstore.dense.building import to_gpu
from vectorstore.dense.gpu import GpuFailedError, GpuInvertedIndex, count_gpus
from vectorstore.dense.inverted import blocks_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quoth.config import IndexConfig
    from vectorstore.dense import DenseIndex, Plan, VectorSource
    from vectorstore.records import Change
    from vectorstore.stored_vectors import Span

    Builder = Callable[[Plan, VectorSource, IndexConfig], DenseIndex]

_LOG = logging.getLogger(__name__)
# To replay so many rows takes about as long as to load a snapshot of a million.
_MOST_REPLAYED = 20_000


class DenseFollower:
    """Not safe to share between threads: the caller serialises."""

    def __init__(
        self,
        folder: Path,
        config: IndexConfig,
        *,
        build_index: Builder = build,
        n_gpus: Callable[[], int] = count_gpus,
    ) -> None:
        """Follow the library in `folder`; `build_index` and `n_gpus` stand in for FAISS's."""
        self._build_index = build_index
        self._n_gpus = n_gpus
        self._folder = folder
        self._config = config
        self._index: DenseIndex | None = None
        self._dimension = 0
        self._embedder = ""
        self._reached = 0
        self._misfits = 0
        self._gpu_failed = False

    def index(self, sql: sqlite3.Connection, dimension: int) -> DenseIndex:
        """The index as the library is now. Raises ModelError for a GPU that is not there."""
        try:
            if self._index is not None and records.last_change(sql) != self._reached:
                self._replay(sql)
            if self._index is None or self._dimension != dimension:
                self._open(sql, dimension)
        except BaseException:  # raised again; Ctrl-C too must not leave half an index behind
            self.forget()
            raise
        assert self._index is not None
        return self._index

    def forget(self) -> None:
        """Drop the index; the next search opens it again."""
        self._index = None

    def delete(self) -> None:
        """Drop the index and its snapshot; the next search builds it. Raises StorageFullError."""
        self.forget()
        snapshot.delete(self._folder)

    def give_up_gpu(self, reason: object) -> None:
        """Go on without the GPU, and say so once."""
        if not self._gpu_failed:
            _LOG.warning("the GPU cannot serve the dense index (%s); the CPU does", reason)
        self._gpu_failed = True
        self.forget()

    # Opening

    def _open(self, sql: sqlite3.Connection, dimension: int) -> None:
        self._dimension = dimension
        self._embedder = records.meta(sql, "embedder")
        failed: GpuFailedError | None = None
        for plan in self._plans(stored_vectors.count(sql), dimension):
            try:
                if not self._load(sql, plan):
                    self._build(sql, plan)
            except GpuFailedError as error:
                failed = error
                continue
            if failed is not None:
                self._gpu_failed = plan.device == "cpu"
                _LOG.warning("the GPU has no room for what was tried first (%s)", failed)
            return

    def _plans(self, n_vectors: int, dimension: int) -> tuple[Plan, ...]:
        n_gpus = self._n_gpus()
        if self._config.device == "gpu" and n_gpus == 0:
            raise ModelError("index.device is gpu but FAISS sees no GPU; set it to auto or cpu")
        if self._gpu_failed:
            n_gpus = 0
        found = choice.plans(n_vectors, dimension, self._config, n_gpus)
        if n_gpus and self._config.device != "cpu" and found[0].device == "cpu":
            _LOG.warning(
                "%d vectors exceed index.gpu_memory_megabytes; the CPU searches them", n_vectors
            )
        return found

    def _load(self, sql: sqlite3.Connection, plan: Plan) -> bool:
        """Whether the index could be had from the snapshot, brought up to date."""
        stamp = self._usable_stamp(sql)
        if plan.kind != "inverted" or stamp is None:
            return False
        found = snapshot.read(self._folder, stamp)
        if found is None:
            _LOG.warning("%s is damaged; it is made anew", self._folder / snapshot.FILE_NAME)
            return False
        self._index = found if plan.device == "cpu" else to_gpu(found)
        self._reached, self._misfits = stamp.change, stamp.misfits
        self._replay(sql)
        # A library that was put back from a backup may differ though its counter fits.
        return self._index is not None and len(self._index) == stored_vectors.count(sql)

    def _usable_stamp(self, sql: sqlite3.Connection) -> snapshot.Stamp | None:
        """The stamp of a snapshot that is of this library, these vectors and not too far behind."""
        stamp = snapshot.read_stamp(self._folder)
        if stamp is None or stamp.change > records.last_change(sql):
            return None
        ours = (records.meta(sql, "library"), self._embedder, self._dimension)
        if (stamp.library, stamp.embedder, stamp.dimension) != ours:
            return None
        behind = records.rows_changed_since(sql, stamp.change)
        return None if self._outgrown(sql, stamp) or 2 * behind > stamp.n_vectors else stamp

    def _build(self, sql: sqlite3.Connection, plan: Plan) -> None:
        now = stored_vectors.position(sql)
        source = stored_vectors.StoredVectors(sql, now.last_row, self._dimension)
        self._index = self._build_index(plan, source, self._config)
        self._reached, self._misfits = now.change, 0
        if lock.is_writable(self._folder):
            with lock.try_writing(self._folder) as mine:
                if mine:
                    self._save_if_possible(sql)

    def _save_if_possible(self, sql: sqlite3.Connection) -> None:
        try:
            self._save(sql)
        except StorageFullError as error:
            _LOG.warning("%s", error)

    # Following

    def _replay(self, sql: sqlite3.Connection) -> None:
        """Bring the index up to date, or drop it when it is quicker or better to open it anew."""
        assert self._index is not None
        events = records.changes_since(sql, self._reached)
        removed = _spans(events, "remove")
        added = _spans(events, "add")
        changed = sum(last - first + 1 for first, last in (*removed, *added))
        if self._is_stale(sql, changed):
            self._index = None
            return
        try:
            self._index.remove(stored_vectors.rows_in(removed))
            for first, last in added:
                for rows, vectors in stored_vectors.batches(sql, first, last, self._dimension):
                    self._misfits += self._index.misfits(vectors)
                    self._index.add(rows, vectors)
        except GpuFailedError as error:
            self.give_up_gpu(error)
            return
        if events:
            self._reached = events[-1].change
        if choice.is_misfitting(self._misfits, len(self._index)):
            self._index = None

    def _is_stale(self, sql: sqlite3.Connection, changed: int) -> bool:
        assert self._index is not None
        if records.last_change(sql) < self._reached:
            return True
        if changed and records.meta(sql, "embedder") != self._embedder:
            return True
        if choice.is_outgrown(
            self._index.plan,
            len(self._index) + changed,
            self._dimension,
            self._index.trained_on,
            self._config,
        ):
            return True
        if changed <= _MOST_REPLAYED:
            return False
        stamp = snapshot.read_stamp(self._folder)
        return stamp is not None and stamp.change > self._reached

    # Saving

    def settle(self, sql: sqlite3.Connection, *, at_once: bool = False) -> None:
        """Save a snapshot if enough has changed since the last. Call with the write lock held.

        `at_once` saves whatever has changed. Raises StorageFullError.
        """
        dimension, n_vectors = stored_vectors.dimension_of(sql), stored_vectors.count(sql)
        if n_vectors <= self._config.exact_up_to:
            snapshot.delete(self._folder)
            return
        self._embedder, self._dimension = records.meta(sql, "embedder"), dimension
        stamp = self._usable_stamp(sql)
        behind = n_vectors if stamp is None else records.rows_changed_since(sql, stamp.change)
        if behind >= (1 if at_once else min(_MOST_REPLAYED, n_vectors // 20)):
            self.index(sql, dimension)
            self._save(sql)

    def _save(self, sql: sqlite3.Connection) -> None:
        index = self._index
        if isinstance(index, GpuInvertedIndex):
            index = index.to_cpu()
        if not isinstance(index, InvertedIndex):
            return
        stamp = snapshot.Stamp(
            library=records.meta(sql, "library"),
            embedder=self._embedder,
            change=self._reached,
            dimension=self._dimension,
            n_vectors=len(index),
            n_lists=index.n_lists,
            n_blocks=sum(blocks_of(len(rows)) for rows, _ in index.lists()),
            n_probes=index.n_probes,
            trained_on=index.trained_on,
            recall=index.recall,
            misfits=self._misfits,
        )
        snapshot.write(self._folder, stamp, index)

    def describe(self, sql: sqlite3.Connection) -> dict[str, object]:
        """The kind, size and recall of the index, loading nothing: as it is, or as it was saved."""
        found: dict[str, object] = {"vectors": stored_vectors.count(sql)}
        stamp = snapshot.read_stamp(self._folder)
        if self._index is not None:
            found |= {"kind": self._index.description, "bytes": self._index.n_bytes}
            recall = 1.0 if self._index.exact else getattr(self._index, "recall", None)
        elif stamp is not None:
            found |= {"kind": stamp.description, "bytes": stamp.n_bytes}
            recall = stamp.recall
        else:
            plan, dimension = self._plan(sql)
            found |= choice.expected(plan, stored_vectors.count(sql), dimension, self._config)
            recall = 1.0 if plan == FlatIndex.plan else None
        if recall is not None:
            found["recall_at_10"] = round(recall, 4)
        if stamp is not None:
            found["snapshot_behind"] = records.rows_changed_since(sql, stamp.change)
            found["outgrown"] = self._outgrown(sql, stamp)
        return found

    def _plan(self, sql: sqlite3.Connection) -> tuple[Plan, int]:
        """What would be tried first to serve the library, and the dimension of its vectors."""
        dimension = stored_vectors.dimension_of(sql)
        n_gpus = 0 if self._gpu_failed else self._n_gpus()
        n_vectors = stored_vectors.count(sql)
        return choice.plans(n_vectors, dimension, self._config, n_gpus)[0], dimension

    def _outgrown(self, sql: sqlite3.Connection, stamp: snapshot.Stamp) -> bool:
        return choice.is_outgrown(
            InvertedIndex.plan,
            stored_vectors.count(sql),
            stamp.dimension,
            stamp.trained_on,
            self._config,
        )


def _spans(events: Sequence[Change], kind: str) -> list[Span]:
    return stored_vectors.merged(
        [(event.first_chunk, event.last_chunk) for event in events if event.kind == kind]
    )
