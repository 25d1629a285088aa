"""The SQLite schema of a library: tables, format version, opening. Knows no index.

SQLite holds the only truth. A write is one transaction and ends with one row in `log`; the
highest `log.change` is the library's change counter. The indexes are derived: each remembers the
change it has reached and replays the log from there.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quoth.errors import (
    CorruptLibraryError,
    LibraryError,
    LibraryLockedError,
    NotALibraryError,
    OldFormatError,
    StorageFullError,
)
from vectorstore import lock, migrations, patterns, readonly
from vectorstore.connecting import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "library.sqlite"
FORMAT_VERSION = migrations.LATEST
APPLICATION_ID = 0x51756F74  # "Quot": tells our files from other SQLite files

# As format 1 had them; the later formats' additions are in vectorstore/migrations.py.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE documents (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    collection INTEGER NOT NULL REFERENCES collections (id),
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    language TEXT NOT NULL,
    metadata TEXT NOT NULL,
    warnings TEXT NOT NULL,
    headings TEXT NOT NULL,
    recipe TEXT NOT NULL,
    n_characters INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL,
    last_chunk INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    UNIQUE (collection, id)
);
CREATE TABLE sources (
    collection INTEGER NOT NULL REFERENCES collections (id),
    source TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    PRIMARY KEY (collection, source)
) WITHOUT ROWID;
CREATE INDEX sources_by_document ON sources (document);
CREATE TABLE pages (
    document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (document, number)
);
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents (row) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    first_page INTEGER NOT NULL,
    last_page INTEGER NOT NULL,
    headings TEXT NOT NULL,
    n_tokens INTEGER NOT NULL,
    text TEXT NOT NULL,
    digest BLOB NOT NULL
);
CREATE INDEX chunks_by_document ON chunks (document);
CREATE INDEX chunks_by_digest ON chunks (digest);
CREATE TABLE vectors (
    chunk INTEGER PRIMARY KEY REFERENCES chunks (row) ON DELETE CASCADE,
    vector BLOB NOT NULL
);
CREATE TABLE log (
    change INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'remove', 'other')),
    document INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL,
    last_chunk INTEGER NOT NULL
);
"""


def connect(folder: Path, *, writable: bool) -> sqlite3.Connection:
    """Open the library file in `folder`, making it when `writable` and there is none.

    A library of an older format is converted first, under the write lock. Raises NotALibraryError,
    OldFormatError, CorruptLibraryError, StorageFullError, LibraryLockedError.
    """
    file = folder / FILE_NAME
    if folder.exists() and not folder.is_dir():
        raise NotALibraryError(f"{folder} is a file, not a folder; choose another --library")
    if not file.exists():
        if not writable:
            raise NotALibraryError(f"{folder} is not a Quoth library; make one with quoth ingest")
        _refuse_foreign_folder(folder)
    _refuse_lost_file(file)
    with translated(file):
        connection = _open(file, writable=writable)
        _check_or_create(connection, file, writable=writable)
        _convert(connection, file, writable=writable)
        if writable:
            _use_write_ahead_log(connection)  # only now that the file is known to be ours
            # WAL with NORMAL never corrupts; a power cut may lose the last documents, whole.
            connection.execute("PRAGMA synchronous = NORMAL")
            # Pages of the indexes change with every document: they are moved into the file by
            # 64 MB, not by 4, which halves the time of a commit.
            connection.execute("PRAGMA wal_autocheckpoint = 16000")
    return connection


def _refuse_foreign_folder(folder: Path) -> None:
    """A folder that holds other things is not turned into a library by a mistyped path."""
    names = {entry.name for entry in folder.iterdir()} - OWN_NAMES
    strangers = [name for name in names if not name.startswith(FILE_NAME)]
    if strangers:
        raise NotALibraryError(
            f"{folder} is not a Quoth library and is not empty (it holds {min(strangers)}); "
            "choose an empty or a new folder"
        )


def _refuse_lost_file(file: Path) -> None:
    """A library that has lost its file is not made anew in silence."""
    fresh = {FILE_NAME, f"{FILE_NAME}-journal", "quoth.toml", "write.lock", "uploads"}
    # Listed before the look at the file: another process may be making it.
    left = sorted({entry.name for entry in file.parent.iterdir()} - fresh)
    if file.exists() and file.stat().st_size:
        return
    if left:
        raise CorruptLibraryError(
            f"{file} is {'empty' if file.exists() else 'gone'} and {left[0]} beside it shows that "
            "it held a library; restore it from a backup, or move the folder away and ingest again"
        )


OWN_NAMES = frozenset({"quoth.toml", "write.lock", "lexical", "uploads", "dense.snapshot"})


def _open(file: Path, *, writable: bool) -> sqlite3.Connection:
    connection = open_file(file, "mode=rwc") if writable else readonly.connect(file)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    patterns.register(connection)
    return connection


def _check_or_create(connection: sqlite3.Connection, file: Path, *, writable: bool) -> None:
    connection.execute("BEGIN")  # another process may be making it: see all of that or nothing
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    version = format_version(connection)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.execute("COMMIT")
    if tables == 0 and application_id == 0 and writable:
        _create_once(connection)
    elif application_id != APPLICATION_ID:
        raise NotALibraryError(
            f"{file} is an SQLite file but not a Quoth library; choose another folder"
        )
    elif version > FORMAT_VERSION:
        raise NotALibraryError(
            f"{file} has format {version} and this Quoth knows {FORMAT_VERSION}; upgrade Quoth"
        )


def _convert(connection: sqlite3.Connection, file: Path, *, writable: bool) -> None:
    """Bring a library of an older format to this one; the whole of it, or nothing."""
    version = format_version(connection)
    if version >= FORMAT_VERSION:
        return
    if not writable:
        raise OldFormatError(
            f"{file} has the older format {version} and cannot be written here; convert it where it "
            f"can, with quoth list --library, or copy the folder"
        )
    with lock.writing(file.parent):
        migrations.migrate(connection)


def format_version(connection: sqlite3.Connection) -> int:
    """The format of the open library."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Change the mode in the file's header; wait for others that open the file now.

    SQLite's own patience does not serve here: the change begins as a read, and two readers that both
    want to be alone would wait for each other, so it gives up at once.
    """
    until = time.monotonic() + lock.PATIENCE_SECONDS
    changed = False
    while not changed:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            changed = True
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.005)  # one of the two goes on, so they cannot miss each other for ever


def _create_once(connection: sqlite3.Connection) -> None:
    """Create the tables, unless another process is faster."""
    try:
        _create(connection)
    except sqlite3.OperationalError:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        if application_id != APPLICATION_ID:
            raise


def _create(connection: sqlite3.Connection) -> None:
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES} {migrations.FORMAT_2} {migrations.FORMAT_3} "
        f"{migrations.FORMAT_4} "
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT_VERSION}; "
        f"INSERT INTO meta VALUES ('library', '{uuid.uuid4().hex}'); COMMIT;"
    )


# SQLite's words about a damaged file, or a text in it, can be damaged too.
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Raise the error of ours that says what SQLite's about `file` means."""
    try:
        yield
    except _UNREADABLE as error:
        raise _error(error, file) from error


def _error(error: Exception, file: Path) -> Exception:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if isinstance(error, sqlite3.ProgrammingError):
        return LibraryError(f"{file} is not open ({error}); open the library again")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryLockedError(f"another program keeps {file} locked ({error}); try again")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return CorruptLibraryError(
            f"{file} is damaged ({error}); restore it from a backup, or move its folder away and "
            "ingest again"
        )
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
        return StorageFullError(
            f"{file} cannot be written ({error}); free disk space or choose another --library"
        )
    if primary == sqlite3.SQLITE_CANTOPEN:
        return LibraryError(f"{file} cannot be opened ({error}); check its permissions")
    return CorruptLibraryError(f"{file} cannot be used ({error}); run quoth verify")
