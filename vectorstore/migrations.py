"""Converts libraries of older formats, step by step, in one transaction. Knows no index and no lock.

A new library gets what every format added, so that both ways end in the same tables. A step stays
as it was written, whatever came later.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vectorstore.connecting import atomic
from vectorstore.facts import facts_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

LATEST = 4
FORMAT_2 = """
ALTER TABLE sources ADD COLUMN device INTEGER NOT NULL DEFAULT 0;
CREATE TABLE facts (
    document INTEGER PRIMARY KEY REFERENCES documents (row) ON DELETE CASCADE,
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    type TEXT NOT NULL,
    language TEXT NOT NULL,
    created TEXT,
    modified TEXT,
    year INTEGER,
    n_pages INTEGER NOT NULL
);
CREATE INDEX facts_by_author ON facts (author);
CREATE INDEX facts_by_type ON facts (type);
CREATE INDEX facts_by_year ON facts (year);
CREATE TABLE tags (
    document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (document, tag)
) WITHOUT ROWID;
CREATE INDEX tags_by_name ON tags (tag);
CREATE INDEX document_chunks ON documents (row, collection, first_chunk, last_chunk);
"""
FORMAT_3 = """
CREATE TABLE conversations (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    branched_from TEXT NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX conversations_by_owner ON conversations (owner, changed_at);
CREATE TABLE turns (
    conversation INTEGER NOT NULL REFERENCES conversations (row) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    question TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('writing', 'answered', 'stopped', 'failed')),
    text TEXT NOT NULL,
    answer BLOB,
    withdrawn INTEGER NOT NULL,
    error TEXT NOT NULL,
    rating TEXT NOT NULL CHECK (rating IN ('', 'good', 'bad')),
    note TEXT NOT NULL,
    PRIMARY KEY (conversation, number)
);
CREATE TABLE users (
    name TEXT PRIMARY KEY,
    password TEXT NOT NULL,
    added_at TEXT NOT NULL
) WITHOUT ROWID;
"""
FORMAT_4 = """
ALTER TABLE pages ADD COLUMN places TEXT NOT NULL DEFAULT '[]';
CREATE TABLE failures (
    collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    recipe TEXT NOT NULL,
    reason TEXT NOT NULL,
    encrypted INTEGER NOT NULL,
    PRIMARY KEY (collection, source)
) WITHOUT ROWID;
"""


def migrate(connection: sqlite3.Connection) -> None:
    """Take every step up to the latest format, or none. Call with the write lock held."""
    with atomic(connection):
        # Another process may have converted it while this one waited for the lock.
        (now,) = connection.execute("PRAGMA user_version").fetchone()
        for step in range(now, LATEST):
            _STEPS[step](connection)
            connection.execute(f"PRAGMA user_version = {step + 1}")


def _add_facts(sql: sqlite3.Connection) -> None:
    """1 to 2: what filters compare, tags, and on which file system a source lay."""
    _run(FORMAT_2, sql)
    make_facts(sql)


def _add_conversations(sql: sqlite3.Connection) -> None:
    """2 to 3: conversations with their answers, and who may use the page."""
    _run(FORMAT_3, sql)


def _add_places_and_failures(sql: sqlite3.Connection) -> None:
    """3 to 4: where the text of scanned pages stands, and which files failed."""
    _run(FORMAT_4, sql)


def _run(statements: str, sql: sqlite3.Connection) -> None:
    """One by one: `executescript` would end the transaction."""
    for statement in statements.split(";"):
        sql.execute(statement)


def make_facts(sql: sqlite3.Connection) -> None:
    """Derive the facts of the documents that have none."""
    rows = sql.execute(
        "SELECT row, title, media_type, language, metadata, "
        "(SELECT count(*) FROM pages WHERE document = d.row) FROM documents d "
        "WHERE row NOT IN (SELECT document FROM facts)"
    )
    for row, title, media_type, language, metadata, n_pages in rows.fetchall():
        facts = facts_of(title, media_type, language, _told(metadata), n_pages)
        sql.execute("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (row, *facts))


def _told(metadata: str) -> dict[str, str]:
    """Damaged metadata tell nothing, and must not keep a library from opening."""
    try:
        return dict(json.loads(metadata))
    except (ValueError, TypeError):
        return {}


_STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _add_facts,
    2: _add_conversations,
    3: _add_places_and_failures,
}
