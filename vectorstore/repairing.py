"""Mends a library's rows as far as other rows allow; what only a file can mend it marks. Knows SQL."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from quoth.datatypes import RepairReport
from vectorstore import verification

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.datatypes import Problem
    from vectorstore.indexes import Indexes
    from vectorstore.verification import Opened


def repair(
    verify: Callable[[], tuple[Problem, ...]],
    transaction: Opened,
    reading: Opened,
    indexes: Indexes,
) -> RepairReport:
    """Mend the rows, make both indexes anew, and tell what that changed. Hold the write lock.

    Raises StorageFullError.
    """
    before = verify()
    _mend_rows(transaction)
    with reading() as sql:
        indexes.forget(sql)
        indexes.catch_up(sql)
    left = verify()
    still = {problem.what for problem in left}
    return RepairReport(tuple(p.what for p in before if p.what not in still), left)


def _mend_rows(transaction: Opened) -> None:
    """Mend what can be mended. What SQLite itself finds damaged is left alone but for its indexes."""
    with transaction() as sql:
        damage = verification.integrity(sql)
    if damage:
        _make_indexes_anew(transaction)
        with transaction() as sql:
            if verification.integrity(sql):
                return
    with transaction() as sql:
        _delete_orphans(sql)
        _delete_bad_vectors(sql)
        _name_the_nameless(sql)
        _mark_for_reading(sql)
        _empty_broken_json(sql)


def _make_indexes_anew(transaction: Opened) -> None:
    """SQLite's own indexes are derived too."""
    try:
        with transaction() as sql:
            sql.execute("REINDEX")
    except sqlite3.DatabaseError:
        return  # the tables are damaged as well, which the caller will see


def _delete_orphans(sql: sqlite3.Connection) -> None:
    """Delete what SQLite would have deleted together with the row that it belongs to."""
    broken = {(table, key) for table, _, _, key in sql.execute("PRAGMA foreign_key_check")}
    for table, key in sorted(broken):
        for found, _, parent, column, target, _, on_delete, _ in sql.execute(
            f"PRAGMA foreign_key_list({table})"
        ).fetchall():
            if found == key and on_delete == "CASCADE":
                sql.execute(
                    f"DELETE FROM {table} WHERE {column} NOT IN (SELECT {target} FROM {parent})"
                )


def _delete_bad_vectors(sql: sqlite3.Connection) -> None:
    """Without its vector a text is embedded again when its file is read again."""
    bad = verification.bad_vectors(sql)
    sql.executemany("DELETE FROM vectors WHERE chunk = ?", [(chunk,) for chunk in bad])


def _empty_broken_json(sql: sqlite3.Connection) -> None:
    """One unreadable column would keep all documents from being listed."""
    columns = (
        "documents.metadata", "documents.warnings", "documents.headings", "chunks.headings",
        "pages.places",
    )  # fmt: skip
    for name in columns:
        table, _, column = name.partition(".")
        empty = "{}" if column == "metadata" else "[]"
        sql.execute(f"UPDATE {table} SET {column} = '{empty}' WHERE NOT json_valid({column})")


def _name_the_nameless(sql: sqlite3.Connection) -> None:
    """A document that has lost its source can be found and removed under its id."""
    sql.execute(
        "INSERT OR IGNORE INTO sources (collection, source, document, size, modified_ns) "
        "SELECT collection, 'lost name ' || id, row, 0, 0 FROM documents "
        "WHERE row NOT IN (SELECT document FROM sources)"
    )


def _mark_for_reading(sql: sqlite3.Connection) -> None:
    """The next ingest of a broken document's file reads it again, though it has not changed."""
    broken = verification.broken_documents(sql)
    sql.executemany("UPDATE documents SET recipe = '' WHERE row = ?", [(row,) for row in broken])
