"""Writes the rows of a library's SQLite file, inside a transaction that the caller holds.

Knows no index and no lock. Every function that changes what a search may find counts a change in
the log, for the indexes to follow.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import astuple
from typing import TYPE_CHECKING

from vectorstore import records
from vectorstore.facts import facts_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from quoth.datatypes import Chunk, Document, FloatArray, Page, SourceFile


def set_meta(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Set a value of the meta table."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def write_log(
    connection: sqlite3.Connection, kind: str, document: int = 0, first: int = 0, last: int = -1
) -> None:
    """Count a change."""
    connection.execute(
        "INSERT INTO log (kind, document, first_chunk, last_chunk) VALUES (?, ?, ?, ?)",
        (kind, document, first, last),
    )


def make_collection(connection: sqlite3.Connection, name: str) -> int:
    """The row of a collection, made if need be."""
    connection.execute("INSERT OR IGNORE INTO collections (name) VALUES (?)", (name,))
    found = records.collection_id(connection, name)
    assert found is not None
    return found


def put_document(
    connection: sqlite3.Connection,
    collection: int,
    document: Document,
    chunks: Sequence[Chunk],
    vectors: FloatArray,
    recipe: str,
) -> int:
    """Write a document; one of the same content is deleted and leaves it its sources and tags.

    Gives its row.
    """
    before = records.document_row(connection, collection, document.id)
    sources = [] if before is None else records.sources_of(connection, before)
    tags = [] if before is None else records.tags_of(connection, before)
    if before is not None:
        delete_document(connection, before)
    row = insert_document(connection, collection, document, chunks, vectors, recipe)
    add_tags(connection, row, tags)
    for source in sources:
        point_source(connection, collection, source, row)
    return row


def insert_document(
    connection: sqlite3.Connection,
    collection: int,
    document: Document,
    chunks: Sequence[Chunk],
    vectors: FloatArray,
    recipe: str,
) -> int:
    """Write a document with its pages, chunks and vectors; count the change; give its row."""
    headings = json.dumps([[h.start, h.level, h.text] for h in document.headings])
    cursor = connection.execute(
        "INSERT INTO documents (id, collection, title, media_type, language, metadata, warnings, "
        "headings, recipe, n_characters, first_chunk, last_chunk, added_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, -1, ?)",
        (
            document.id, collection, document.title, document.media_type, document.language,
            json.dumps(dict(document.metadata)), json.dumps(document.warnings), headings, recipe,
            sum(len(page.text) for page in document.pages),
            dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        ),
    )  # fmt: skip
    row = int(cursor.lastrowid or 0)
    _insert_facts(connection, row, document)
    connection.executemany(
        "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?)",
        [(row, p.number, p.label, p.start, p.text, _places(p)) for p in document.pages],
    )
    first, last = _insert_chunks(connection, row, chunks, vectors)
    connection.execute(
        "UPDATE documents SET first_chunk = ?, last_chunk = ? WHERE row = ?", (first, last, row)
    )
    write_log(connection, "add", row, first, last)
    return row


def _places(page: Page) -> str:
    return json.dumps([[one.start, one.end, *astuple(one.box)] for one in page.places])


def _insert_facts(connection: sqlite3.Connection, row: int, document: Document) -> None:
    facts = facts_of(
        document.title,
        document.media_type,
        document.language,
        document.metadata,
        len(document.pages),
    )
    connection.execute("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (row, *facts))


def _insert_chunks(
    connection: sqlite3.Connection, document: int, chunks: Sequence[Chunk], vectors: FloatArray
) -> tuple[int, int]:
    """Write chunks under consecutive rows that were never used before; give the first and last."""
    if len(chunks) != len(vectors):
        raise ValueError(f"{len(chunks)} chunks came with {len(vectors)} vectors")
    if not chunks:
        return 0, -1
    sequence = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
    first = int((sequence.fetchone() or (0,))[0]) + 1
    connection.executemany(
        "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                row, document, chunk.start, chunk.end, chunk.first_page, chunk.last_page,
                json.dumps(chunk.headings), chunk.n_tokens, chunk.text,
                records.digest(chunk.headings, chunk.text),
            )
            for row, chunk in enumerate(chunks, first)
        ],
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO vectors VALUES (?, ?)",
        [(row, vector.tobytes()) for row, vector in enumerate(vectors, first)],
    )
    return first, first + len(chunks) - 1


def delete_document(connection: sqlite3.Connection, row: int) -> None:
    """Take out a document with all that hangs on it; count the change."""
    first, last = connection.execute(
        "SELECT first_chunk, last_chunk FROM documents WHERE row = ?", (row,)
    ).fetchone()
    connection.execute("DELETE FROM documents WHERE row = ?", (row,))
    write_log(connection, "remove", row, first, last)


def point_source(
    connection: sqlite3.Connection, collection: int, file: SourceFile, document: int
) -> None:
    """Let `file` name `document`, with the tags of what it named before.

    A document that no source names any more is deleted.
    """
    before = connection.execute(
        "SELECT document FROM sources WHERE collection = ? AND source = ?",
        (collection, file.source),
    ).fetchone()
    connection.execute(
        "INSERT OR REPLACE INTO sources (collection, source, document, size, modified_ns, device) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (collection, file.source, document, file.size, file.modified_ns, file.device),
    )
    if before is not None and before[0] != document:
        add_tags(connection, document, records.tags_of(connection, before[0]))
        delete_if_unnamed(connection, before[0])


def forget_failure(connection: sqlite3.Connection, collection: int | None, source: str) -> None:
    """Forget that a file failed."""
    connection.execute(
        "DELETE FROM failures WHERE collection = ? AND source = ?", (collection, source)
    )


def delete_if_unnamed(connection: sqlite3.Connection, document: int) -> None:
    """Delete a document without sources."""
    named = connection.execute(
        "SELECT 1 FROM sources WHERE document = ? LIMIT 1", (document,)
    ).fetchone()
    if named is None:
        delete_document(connection, document)


def add_tags(connection: sqlite3.Connection, document: int, tags: Sequence[str]) -> None:
    """Tag a document; a tag that it has already is no error."""
    connection.executemany(
        "INSERT OR IGNORE INTO tags VALUES (?, ?)", [(document, tag) for tag in tags]
    )


def remove_tags(connection: sqlite3.Connection, document: int, tags: Sequence[str]) -> None:
    """Take tags off a document; one that it does not have is no error."""
    connection.executemany(
        "DELETE FROM tags WHERE document = ? AND tag = ?", [(document, tag) for tag in tags]
    )


def drop_source(connection: sqlite3.Connection, collection: int, source: str) -> None:
    """Let a source name nothing any more; a document without sources is deleted."""
    before = connection.execute(
        "DELETE FROM sources WHERE collection = ? AND source = ? RETURNING document",
        (collection, source),
    ).fetchone()
    if before is not None:
        delete_if_unnamed(connection, before[0])
