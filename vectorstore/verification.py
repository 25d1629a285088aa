"""Checks that a library is whole: SQLite itself, its rows against each other, the indexes against it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np

from quoth.datatypes import Problem
from quoth.errors import CorruptLibraryError
from vectorstore import lock, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from vectorstore.indexes import Indexes

    Opened = Callable[[], AbstractContextManager[sqlite3.Connection]]

_RESTORE = (
    "run quoth repair; if that does not help, restore the library from a backup, "
    "or delete it and ingest again"
)
_REPAIR = "run quoth repair"
_REINGEST = "run quoth repair, then ingest the file again"

# In bytes; -1 for what is no vector at all.
_SIZE = "CASE typeof(vector) WHEN 'blob' THEN length(vector) ELSE -1 END"

# Each query finds (document row or 0, what) that must not be there.
_ROW_CHECKS = {
    "documents without a source": "SELECT d.row FROM documents d LEFT JOIN sources s "
    "ON s.document = d.row WHERE s.source IS NULL",
    "chunks without a vector": "SELECT c.document FROM chunks c LEFT JOIN vectors v "
    "ON v.chunk = c.row WHERE v.chunk IS NULL",
    "documents that filters do not know": "SELECT d.row FROM documents d LEFT JOIN facts f "
    "ON f.document = d.row WHERE f.document IS NULL",
    "documents whose chunks are not all there": "SELECT row FROM documents d WHERE "
    "last_chunk - first_chunk + 1 != (SELECT count(*) FROM chunks c WHERE c.document = d.row "
    "AND c.row BETWEEN d.first_chunk AND d.last_chunk)",
    "chunks outside of their document's range": "SELECT d.row FROM chunks c JOIN documents d "
    "ON d.row = c.document WHERE c.row NOT BETWEEN d.first_chunk AND d.last_chunk",
    "sources of another collection than their document's": "SELECT d.row FROM sources s "
    "JOIN documents d ON d.row = s.document WHERE d.collection != s.collection",
}


def verify(snapshot: Opened, reading: Opened, indexes: Indexes) -> tuple[Problem, ...]:
    """Everything that is wrong, in words; empty when the library is whole.

    `snapshot` sees one state throughout, whoever writes meanwhile; `reading` sees the newest.
    """
    with snapshot() as sql:
        damage = integrity(sql)
        if damage:
            return tuple(Problem(f"SQLite reports damage: {line}", _RESTORE) for line in damage)
        vectors = list(_vectors(sql))
        dense = () if vectors else _dense(sql, indexes)
        found = [*_rows(sql), *_documents(sql), *vectors, *dense]
    with reading() as sql:
        return (*found, *_lexical(sql, indexes))


def integrity(sql: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with its file, a line each."""
    return [str(row[0]) for row in sql.execute("PRAGMA integrity_check") if row[0] != "ok"]


def require_whole(reading: Opened, file: Path) -> None:
    """Raise CorruptLibraryError where SQLite sees damage in `file` on a quick look, 1 GB/s."""
    with reading() as sql:
        (found,) = sql.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise CorruptLibraryError(
            f"{file} is damaged ({str(found).splitlines()[-1]}); run quoth verify, then quoth repair"
        )


def broken_documents(sql: sqlite3.Connection) -> set[int]:
    """The rows of documents that only their files can mend."""
    found = {row for query in _ROW_CHECKS.values() for (row,) in sql.execute(query)}
    rows = [row for (row,) in sql.execute("SELECT row FROM documents")]
    return found.union(row for row in rows if _wrong(sql, row))


def bad_vectors(sql: sqlite3.Connection) -> list[int]:
    """The chunk rows whose vectors have another length than most, or are not of unit length."""
    sizes = _sizes(sql)
    if not sizes:
        return []
    usual = max(sizes, key=lambda size: (size > 0 and size % 4 == 0, sizes[size]))
    bad = [row for (row,) in sql.execute(f"SELECT chunk FROM vectors WHERE {_SIZE} != ?", (usual,))]
    cursor = sql.execute(f"SELECT chunk, vector FROM vectors WHERE {_SIZE} = ?", (usual,))
    if usual <= 0 or usual % 4:
        return sorted([*bad, *(row for row, _ in cursor)])
    while batch := cursor.fetchmany(10_000):
        joined = np.frombuffer(b"".join(blob for _, blob in batch), dtype=np.float32)
        norms = np.linalg.norm(joined.reshape(len(batch), usual // 4), axis=1)
        # Written so that a norm that is not a number is wrong too.
        wrong = ~(np.abs(norms - 1) < 1e-3)
        bad += [chunk for (chunk, _), is_wrong in zip(batch, wrong, strict=True) if is_wrong]
    return sorted(bad)


def _sizes(sql: sqlite3.Connection) -> dict[int, int]:
    return dict(sql.execute(f"SELECT {_SIZE}, count(*) FROM vectors GROUP BY 1").fetchall())


def _rows(sql: sqlite3.Connection) -> Iterator[Problem]:
    orphans = sql.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        tables = ", ".join(sorted({str(table) for table, *_ in orphans}))
        yield Problem(f"{len(orphans)} rows of {tables} refer to rows that are gone", _REPAIR)
    for name, query in _ROW_CHECKS.items():
        found = [row for (row,) in sql.execute(query)]
        if found:
            yield Problem(f"{len(found)} {name} (the first: {_name(sql, found[0])})", _REINGEST)


def _documents(sql: sqlite3.Connection) -> Iterator[Problem]:
    for (row,) in sql.execute("SELECT row FROM documents").fetchall():
        wrong = _wrong(sql, row)
        if wrong:
            yield Problem(f"{_name(sql, row)}: {wrong}", _REINGEST)


def _wrong(sql: sqlite3.Connection, row: int) -> str:
    """What is wrong with a document's texts, "" when all is well.

    A chunk must be the very characters that its offsets name, and what its vector was made from.
    """
    (document_id, characters) = sql.execute(
        "SELECT id, n_characters FROM documents WHERE row = ?", (row,)
    ).fetchone()
    try:
        document = records.document(sql, document_id)
        assert document is not None
        text = document.text
        ends = [0, *(page.end for page in document.pages)]
        if len(text) != characters or [page.start for page in document.pages] != ends[:-1]:
            return "its pages are not all there"
        wrong = [chunk for chunk in records.chunk_texts(sql, row) if not chunk.is_whole(text)]
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:  # broken JSON, another type
        return f"it cannot be read ({error})"
    return f"{len(wrong)} chunks differ from its text" if wrong else ""


def _name(sql: sqlite3.Connection, row: int) -> str:
    """What a person calls a document."""
    found = sql.execute(
        "SELECT coalesce((SELECT min(source) FROM sources WHERE document = ?1), "
        "(SELECT id FROM documents WHERE row = ?1), ?1)",
        (row,),
    ).fetchone()
    return str(found[0])


def _vectors(sql: sqlite3.Connection) -> Iterator[Problem]:
    bad = bad_vectors(sql)
    if bad:
        (document,) = sql.execute(
            "SELECT coalesce(max(document), 0) FROM chunks WHERE row = ?", (bad[0],)
        ).fetchone()
        yield Problem(
            f"{len(bad)} vectors are damaged: of another length, or not of unit length "
            f"(the first: {_name(sql, document)})",
            _REINGEST,
        )


def _dense(sql: sqlite3.Connection, indexes: Indexes) -> Iterator[Problem]:
    sizes = _sizes(sql)
    if not sizes:
        return
    ((size, vectors),) = sizes.items()
    indexed = len(indexes.dense(sql, size // 4))
    if indexed != vectors:
        yield Problem(f"the dense index holds {indexed} vectors and the library {vectors}", _REPAIR)


def _lexical(sql: sqlite3.Connection, indexes: Indexes) -> Iterator[Problem]:
    found = _lexical_differs(sql, indexes)
    if found and lock.is_writable(indexes.folder):
        with lock.try_writing(indexes.folder) as mine:
            # A writer at work brings it up to date; without one it must be so now.
            if not mine:
                return
            indexes.catch_up(sql)
            found = _lexical_differs(sql, indexes)
    if found:
        yield Problem(found, _REPAIR)


def _lexical_differs(sql: sqlite3.Connection, indexes: Indexes) -> str:
    index = indexes.lexical(sql)
    indexed = index.rows()
    held = {row for (row,) in sql.execute("SELECT row FROM chunks")}
    missing, strange = len(held - set(indexed)), len(set(indexed) - held)
    twice = len(indexed) - len(set(indexed))
    if not (missing or strange or twice):
        return ""
    return (
        f"the lexical index lacks {missing} chunks of the library, holds {strange} that it "
        f"does not have, and {twice} twice"
    )
