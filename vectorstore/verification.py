"""Checks that a library is whole: SQLite itself, its rows against each other, the indexes against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quoth.datatypes import Problem
from vectorstore import records

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from vectorstore.indexes import Indexes

_RESTORE = "restore the library from a backup, or make a new one by ingesting again"
_REINGEST = "remove the document and ingest it again"
_REBUILD = "delete the folder `lexical` in the library; the next search makes it again"

# Each query finds rows that must not be there.
_ROW_CHECKS = {
    "documents without a source": "SELECT d.id FROM documents d LEFT JOIN sources s "
    "ON s.document = d.row WHERE s.source IS NULL",
    "chunks without a vector": "SELECT c.row FROM chunks c LEFT JOIN vectors v "
    "ON v.chunk = c.row WHERE v.chunk IS NULL",
    "vectors without a chunk": "SELECT v.chunk FROM vectors v LEFT JOIN chunks c "
    "ON c.row = v.chunk WHERE c.row IS NULL",
    "documents that filters do not know": "SELECT d.id FROM documents d LEFT JOIN facts f "
    "ON f.document = d.row WHERE f.document IS NULL",
    "documents whose chunks are not all there": "SELECT id FROM documents d WHERE "
    "last_chunk - first_chunk + 1 != (SELECT count(*) FROM chunks c WHERE c.document = d.row)",
}


def verify(sql: sqlite3.Connection, indexes: Indexes) -> tuple[Problem, ...]:
    """Everything that is wrong, in words; empty when the library is whole."""
    damage = [row[0] for row in sql.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if damage:
        return tuple(Problem(f"SQLite reports damage: {line}", _RESTORE) for line in damage)
    return (*_rows(sql), *_texts(sql), *_vectors(sql, indexes), *_lexical(sql, indexes))


def _rows(sql: sqlite3.Connection) -> Iterator[Problem]:
    orphans = sql.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        yield Problem(f"{len(orphans)} rows refer to rows that are gone", _RESTORE)
    for name, query in _ROW_CHECKS.items():
        found = sql.execute(query).fetchall()
        if found:
            yield Problem(f"{len(found)} {name} (the first is {found[0][0]})", _REINGEST)


def _texts(sql: sqlite3.Connection) -> Iterator[Problem]:
    """A chunk must be the very characters that its offsets name."""
    for (document_id,) in sql.execute("SELECT DISTINCT id FROM documents").fetchall():
        document = records.document(sql, document_id)
        assert document is not None
        text = document.text
        chunks = sql.execute(
            "SELECT c.start, c.end, c.text FROM chunks c JOIN documents d ON d.row = c.document "
            "WHERE d.id = ?",
            (document_id,),
        )
        wrong = sum(text[start:end] != chunk for start, end, chunk in chunks)
        if wrong:
            yield Problem(f"{wrong} chunks of {document.source} differ from its text", _REINGEST)


def _vectors(sql: sqlite3.Connection, indexes: Indexes) -> Iterator[Problem]:
    sizes = sql.execute("SELECT length(vector), count(*) FROM vectors GROUP BY 1").fetchall()
    if not sizes:
        return
    if len(sizes) > 1:
        yield Problem(f"vectors have {len(sizes)} different lengths", _RESTORE)
        return
    dimension = sizes[0][0] // 4
    _, vectors = records.vectors_between(sql, 0, np.iinfo(np.int64).max, dimension)
    norms = np.linalg.norm(vectors, axis=1)
    wrong = int(np.count_nonzero(~(np.abs(norms - 1) < 1e-3)))
    if wrong:
        yield Problem(f"{wrong} vectors are not of unit length", "run quoth ingest --re-embed")
    indexed = len(indexes.dense(sql, dimension))
    if indexed != len(vectors):
        yield Problem(
            f"the dense index holds {indexed} vectors and the library {len(vectors)}",
            "open the library again: the dense index is made from it",
        )


def _lexical(sql: sqlite3.Connection, indexes: Indexes) -> Iterator[Problem]:
    (chunks,) = sql.execute("SELECT count(*) FROM chunks").fetchone()
    indexed = len(indexes.lexical(sql))
    if indexed != chunks:
        yield Problem(
            f"the lexical index holds {indexed} chunks and the library {chunks}", _REBUILD
        )
