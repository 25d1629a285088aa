"""Turns "which documents" into what SQLite and the indexes understand. Knows no index library."""

from __future__ import annotations

import fnmatch
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from quoth.errors import UnknownDocumentError
from vectorstore.lexical import LexicalFilter

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from quoth.datatypes import DocumentRecord, RowArray, Where


def allowed_rows(
    sql: sqlite3.Connection, collection: int | None, where: Where | None
) -> RowArray | None:
    """The chunk rows that may be found, ascending; None when all may."""
    if where is None and (collection is None or _holds_everything(sql, collection)):
        return None
    ranges = _select(sql, "first_chunk, last_chunk", collection, where)
    spans = [np.arange(first, last + 1, dtype=np.int64) for first, last in ranges]
    return np.concatenate([np.empty(0, dtype=np.int64), *spans])


def lexical_filter(
    sql: sqlite3.Connection, collection: int | None, where: Where | None
) -> LexicalFilter | None:
    """The same choice for the lexical index."""
    if where is not None:
        return LexicalFilter(documents=[row for (row,) in _select(sql, "row", collection, where)])
    if collection is None or _holds_everything(sql, collection):
        return None
    return LexicalFilter(collection=collection)


def _holds_everything(sql: sqlite3.Connection, collection: int) -> bool:
    other = sql.execute(
        "SELECT 1 FROM documents WHERE collection != ? LIMIT 1", (collection,)
    ).fetchone()
    return other is None


def _select(
    sql: sqlite3.Connection, columns: str, collection: int | None, where: Where | None
) -> list[tuple[int, ...]]:
    condition = "(?1 IS NULL OR collection = ?1)"
    parameters: list[Any] = [collection]
    if where is not None and where.document_ids:
        condition += f" AND id IN ({', '.join('?' * len(where.document_ids))})"
        parameters += where.document_ids
    if where is not None and where.sources:
        rows = _documents_from(sql, where.sources)
        condition += f" AND row IN ({', '.join(map(str, rows))})"
    return sql.execute(
        f"SELECT {columns} FROM documents WHERE {condition} ORDER BY row",
        parameters,
    ).fetchall()


def _documents_from(sql: sqlite3.Connection, patterns: Sequence[str]) -> list[int]:
    return sorted(
        {
            document
            for source, document in sql.execute("SELECT source, document FROM sources")
            if any(_matches(source, pattern) for pattern in patterns)
        }
    )


def _matches(source: str, pattern: str) -> bool:
    """Whether a shell pattern fits the whole source or its file name, in any case of letters."""
    texts = (source.lower(), PurePath(source).name.lower())
    return any(
        text == pattern.lower() or fnmatch.fnmatchcase(text, pattern.lower()) for text in texts
    )


def named(every: Sequence[DocumentRecord], name: str) -> list[DocumentRecord]:
    """The documents with this id, source, path or file name. Raises UnknownDocumentError."""
    absolute = str(Path(name).expanduser().absolute())
    found = [record for record in every if _is_named(record, name, absolute)]
    if not found:
        raise UnknownDocumentError(f"no document {name}; quoth list shows what there is")
    return found


def _is_named(record: DocumentRecord, name: str, absolute: str) -> bool:
    return record.id == name or any(
        source in (name, absolute) or PurePath(source).name == name for source in record.sources
    )
