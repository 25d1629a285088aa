"""A library on disk: SQLite as the truth, a dense and a lexical index that follow it.

Above this module nobody sees SQL, FAISS or tantivy: a library on a server could stand in here.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quoth.errors import EmbedderMismatchError, UnknownDocumentError
from vectorstore import lock, readonly, records, repairing, schema, selection, verification, writes
from vectorstore.compaction import Compaction, bytes_in, compact
from vectorstore.connecting import atomic
from vectorstore.dense import search
from vectorstore.dense.gpu import GpuFailedError
from vectorstore.indexes import Indexes
from vectorstore.places import page_of, sources_by_row
from vectorstore.stored_vectors import of_rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from quoth.config import IndexConfig
    from quoth.datatypes import (
        Chunk,
        Collections,
        Document,
        DocumentRecord,
        FloatArray,
        KnownFile,
        Problem,
        RepairReport,
        RowArray,
        SourceFile,
        Where,
    )


class LocalLibrary:
    """A library in a folder. Safe to share between threads; one process writes at a time."""

    def __init__(self, folder: Path, config: IndexConfig, *, create: bool = True) -> None:
        """Open or make it. Raises NotALibraryError, CorruptLibraryError, StorageFullError."""
        if create:
            lock.make_folder(folder)
        self.folder = folder
        self._lock = threading.RLock()
        self._sql = schema.connect(folder, writable=lock.is_writable(folder))
        self._indexes = Indexes(folder, config)
        self._select = selection.Selector()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._sql.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one reader at a time, with SQLite's errors translated."""
        with self._lock:
            if isinstance(self._sql, readonly.FrozenConnection) and self._sql.is_stale:
                self._sql.close()
                self._sql = schema.connect(self.folder, writable=False)
            with schema.translated(self.folder / schema.FILE_NAME):
                yield self._sql

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """The connection, seeing one state of the library throughout, whoever writes meanwhile."""
        with self.reading() as sql:
            if sql.in_transaction:
                yield sql
                return
            sql.execute("BEGIN")
            try:
                yield sql
            finally:
                if sql.in_transaction:
                    sql.execute("ROLLBACK")

    @property
    def change(self) -> int:
        """Counts every change; another process's changes are seen at once."""
        with self.reading() as sql:
            return records.last_change(sql)

    @property
    def embedder(self) -> str:
        """The fingerprint of the embedder the library was built with, "" when it is empty."""
        with self.reading() as sql:
            return records.meta(sql, "embedder")

    def require_embedder(self, fingerprint: str) -> None:
        """Raise EmbedderMismatchError unless the vectors are from this embedder."""
        built_with = self.embedder
        if built_with and built_with != fingerprint:
            raise EmbedderMismatchError(
                f"{self.folder} was built with the embedder {built_with} and the configuration "
                f"names {fingerprint}; set embedder.model back, or run quoth ingest --re-embed"
            )

    def collections(self) -> tuple[str, ...]:
        """The names of the collections, sorted."""
        with self.reading() as sql:
            return tuple(n for (n,) in sql.execute("SELECT name FROM collections ORDER BY name"))

    def documents(
        self, collection: Collections = None, where: Where | None = None
    ) -> tuple[DocumentRecord, ...]:
        """The documents of some collections, or of all, that fulfil `where`.

        Raises UnknownDocumentError, FilterError.
        """
        with self.reading() as sql:
            places = self._collections(collection)
            chosen = None if where is None else self._select(sql, places, where)
            return records.records(sql, places, None if chosen is None else chosen.documents)

    def document(self, document_id: str) -> Document:
        """A whole document. Raises UnknownDocumentError."""
        with self.reading() as sql:
            found = records.document(sql, document_id)
        if found is None:
            raise UnknownDocumentError(f"no document {document_id}; quoth list shows what there is")
        return found

    def page_of(self, document_id: str, offset: int) -> int:
        """The number of the page that holds the character at `offset`; 1 when it is unknown."""
        with self.reading() as sql:
            return page_of(sql, document_id, offset)

    def statistics(self) -> dict[str, int]:
        """Counts of documents, pages, chunks, characters and bytes on disk."""
        with self.reading() as sql:
            return {**records.statistics(sql), "bytes": bytes_in(self.folder)}

    def index_facts(self) -> dict[str, object]:
        """The dense index in words and numbers, for JSON; nothing is loaded for it."""
        with self.reading() as sql:
            return self._indexes.describe(sql)

    def known_file(self, collection: str, source: str) -> KnownFile | None:
        """What the library holds under a source."""
        with self.reading() as sql:
            row = records.collection_id(sql, collection)
            return None if row is None else records.known_file(sql, row, source)

    def known_vectors(self, digests: Sequence[bytes]) -> dict[bytes, FloatArray]:
        """The vectors of texts that have been embedded before, by `records.digest`."""
        with self.reading() as sql:
            return records.vectors_by_digest(sql, digests)

    def vectors(self, rows: Sequence[int]) -> dict[int, FloatArray]:
        """The stored vectors of these rows; a row that is gone is left out."""
        with self.reading() as sql:
            return records.vectors_by_row(sql, rows)

    def chunks(self, rows: Sequence[int]) -> dict[int, Chunk]:
        """The chunks of these rows; a row that is gone is left out."""
        with self.reading() as sql:
            return records.chunks_by_row(sql, rows)

    def sources(self, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Every source of each row's document, sorted; a row that is gone is left out."""
        with self.reading() as sql:
            return sources_by_row(sql, rows)

    def _collections(self, names: Collections) -> tuple[int, ...] | None:
        """The rows of collections, None for all. Raises UnknownDocumentError."""
        if names is None:
            return None
        each = (names,) if isinstance(names, str) else names
        return tuple(sorted({self._collection(name) for name in each}))

    def _collection(self, name: str) -> int:
        found = records.collection_id(self._sql, name)
        if found is None:
            known = ", ".join(self.collections()) or "none yet"
            raise UnknownDocumentError(f"no collection {name}; there are: {known}")
        return found

    # Searching

    def dense(
        self, vector: FloatArray, k: int, *, collection: Collections, where: Where | None
    ) -> list[tuple[int, float]]:
        """The `k` chunks nearest to `vector` by cosine: (row, cosine), best first."""
        with self.snapshot() as sql:
            allowed = self._select(sql, self._collections(collection), where)
            index = self._indexes.dense(sql, len(vector))
        rows = None if allowed is None else allowed.rows
        try:
            return search(index, self._stored, vector, k, rows)
        except GpuFailedError as error:
            with self.reading():
                self._indexes.give_up_gpu(error)
            return self.dense(vector, k, collection=collection, where=where)

    def _stored(self, rows: RowArray, dimension: int) -> tuple[RowArray, FloatArray]:
        with self.reading() as sql:
            return of_rows(sql, rows.tolist(), dimension)

    def lexical(
        self, question: str, k: int, *, collection: Collections, where: Where | None
    ) -> list[tuple[int, float]]:
        """The `k` chunks best by BM25: (row, score), best first."""
        with self.reading() as sql:
            allowed = self._select(sql, self._collections(collection), where)
            index = self._indexes.lexical(sql)
        return index.search(question, k, allowed)

    def lexical_scores(self, question: str, rows: Sequence[int]) -> dict[int, float]:
        """The BM25 score of each of these rows; one without a word of the question is left out."""
        with self.reading() as sql:
            index = self._indexes.lexical(sql)
        return index.scores(question, rows)

    # Writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock; on leaving, the lexical index is brought up to date.

        The dense index is saved when enough has changed. Raises LibraryLockedError when another
        process keeps the lock for too long.
        """
        with lock.writing(self.folder):
            try:
                yield
            finally:
                with self.reading() as sql:
                    self._indexes.catch_up(sql)
            with self.reading() as sql:
                self._indexes.settle(sql)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: what is written inside is kept when the block ends without an error."""
        with self.reading() as sql, atomic(sql):
            yield sql

    def put(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        vectors: FloatArray,
        *,
        collection: str,
        file: SourceFile,
        recipe: str,
        embedder: str,
    ) -> None:
        """Write a document under `file`, replacing what that source named, in one transaction.

        `vectors` is float32, unit rows, shape (len(chunks), dimension). Call inside `writing`.
        Raises EmbedderMismatchError.
        """
        with self.transaction() as sql:
            # Whoever held the write lock before may have embedded the library anew.
            self.require_embedder(embedder)
            writes.set_meta(sql, "embedder", embedder)
            place = writes.make_collection(sql, collection)
            row = writes.put_document(sql, place, document, chunks, vectors, recipe)
            writes.point_source(sql, place, file, row)
            writes.forget_failure(sql, place, file.source)
        with self.reading() as sql:
            self._indexes.wrote(sql, len(chunks))

    def attach(self, file: SourceFile, *, collection: str, recipe: str) -> bool:
        """Let `file` name a document that the collection holds already, made by the same recipe.

        False when it does not hold it. Call inside `writing`.
        """
        with self.transaction() as sql:
            place = records.collection_id(sql, collection)
            row = None if place is None else records.document_row(sql, place, file.document_id)
            if place is None or row is None or records.recipe_of(sql, row) != recipe:
                return False
            writes.point_source(sql, place, file, row)
            writes.forget_failure(sql, place, file.source)
            return True

    def replace_all(
        self,
        remade: Iterable[tuple[DocumentRecord, Document, Sequence[Chunk], FloatArray, str]],
        embedder: str,
    ) -> None:
        """Put (record, document, chunks, vectors, recipe) in place of each record, all or nothing.

        Call inside `writing`.
        """
        with self.transaction() as sql:
            for record, document, chunks, vectors, recipe in remade:
                place = writes.make_collection(sql, record.collection)
                writes.put_document(sql, place, document, chunks, vectors, recipe)
            writes.set_meta(sql, "embedder", embedder)
        self._indexes.forget_dense()

    def remove(self, names: Sequence[str], collection: Collections) -> tuple[DocumentRecord, ...]:
        """Take documents out, by id, source or file name; all of them or none.

        Raises UnknownDocumentError for a name that fits nothing. Call inside `writing`.
        """
        with self.transaction() as sql:
            every = records.records(sql, self._collections(collection))
            gone = selection.named(every, names)
            for record in gone:
                place = records.collection_id(sql, record.collection)
                assert place is not None
                row = records.document_row(sql, place, record.id)
                assert row is not None
                writes.delete_document(sql, row)
        return gone

    def compact(self) -> Compaction:
        """Give back the space of what was removed. Raises LibraryError, StorageFullError."""
        began = time.perf_counter()
        self.require_whole()
        with self.writing(), self.reading() as sql:
            return compact(sql, self._indexes, self.folder, began)

    def require_whole(self) -> None:
        """Raise CorruptLibraryError where SQLite sees damage on a quick look."""
        verification.require_whole(self.reading, self.folder / schema.FILE_NAME)

    def verify(self) -> tuple[Problem, ...]:
        """Check everything there is to check; empty when the library is whole."""
        return verification.verify(self.snapshot, self.reading, self._indexes)

    def repair(self) -> RepairReport:
        """Mend what can be mended, make both indexes anew. Call inside `writing`; StorageFullError."""
        return repairing.repair(self.verify, self.transaction, self.reading, self._indexes)
