"""Opens an SQLite file in a folder that cannot be written. Knows no tables.

SQLite reads a WAL database through shared memory in a file beside it, which it cannot make there.
Without a WAL there is nothing to share, and the file can be opened as one that never changes.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from quoth.errors import LibraryError
from vectorstore.connecting import open_file

if TYPE_CHECKING:
    from pathlib import Path

    State = tuple[int, int, int]


class FrozenConnection(sqlite3.Connection):
    """A connection that trusts its file not to change. Whoever may write it may prove that wrong."""

    file: Path
    seen: State

    @property
    def is_stale(self) -> bool:
        """Whether somebody has written to the file since it was opened."""
        return _state(self.file) != self.seen


def connect(file: Path) -> sqlite3.Connection:
    """Open `file` for reading. Raises LibraryError where it needs a repair first; sqlite3.Error."""
    connection = open_file(file, "mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        return _connect_frozen(file)
    return connection


def _connect_frozen(file: Path) -> FrozenConnection:
    seen = _state(file)
    if seen[-1]:
        raise LibraryError(
            f"{file.parent} holds changes of a writer that died and cannot be written here; "
            "run quoth verify on it where it can be written, or on a copy"
        )
    connection = open_file(file, "mode=ro&immutable=1", FrozenConnection)
    assert isinstance(connection, FrozenConnection)
    connection.file, connection.seen = file, seen
    return connection


def _state(file: Path) -> State:
    """Size and time of the file, and the bytes of its WAL."""
    wal = file.with_name(f"{file.name}-wal")
    try:
        stat = file.stat()
        return stat.st_size, stat.st_mtime_ns, wal.stat().st_size if wal.exists() else 0
    except OSError:
        return -1, 0, 0
