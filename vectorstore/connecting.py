"""How an SQLite file is opened, and how a change is all or nothing. Knows no tables."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def open_file(
    file: Path, how: str, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """A connection for all threads that begins transactions only when told to.

    `how` are the parameters of the file's URI, such as "mode=ro". Raises sqlite3.Error.
    """
    return sqlite3.connect(
        f"{file.resolve().as_uri()}?{how}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,
        factory=factory,
    )


@contextmanager
def atomic(connection: sqlite3.Connection) -> Iterator[None]:
    """Keep what is written inside when the block ends without an error, else nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:  # raised again; Ctrl-C too must leave no half of it behind
        # SQLite has rolled back by itself after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
