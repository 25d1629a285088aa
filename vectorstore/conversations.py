"""Keeps conversations in a library's SQLite file, over a connection of its own.

So neither a long search nor a run that writes documents keeps a conversation waiting. It takes no
write lock and writes no log: no index follows what is said. Knows no engine and no page.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from quoth.datatypes import Conversation, ConversationRecord, Turn
from quoth.errors import UnknownConversationError
from vectorstore import kept_answers, lock, migrations, schema
from vectorstore.connecting import atomic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quoth.datatypes import Answer, Rating, TurnStatus

_PATIENCE_MILLISECONDS = 5000  # a person waits: better an error that says why than a frozen page
_LISTED = "c.id, c.title, c.created_at, c.changed_at, (SELECT count(*) FROM turns t WHERE "
_LISTED += "t.conversation = c.row), c.version, c.branched_from"
_KEPT = "number, question, asked_at, status, text, answer, withdrawn, error, rating, note"


class ConversationStore:
    """The conversations of a library. Safe to share between threads; opened at the first use.

    `owner` is whose they are: nobody finds, reads or changes those of others. Every method raises
    UnknownConversationError for one that is not theirs, and LibraryLockedError, StorageFullError,
    CorruptLibraryError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._sql: sqlite3.Connection | None = None

    @property
    def lasts(self) -> bool:
        """Whether conversations are kept; where the library cannot be written they end with this."""
        return lock.is_writable(self._folder)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._sql is not None:
                self._sql.close()
                self._sql = None

    def records(self, owner: str, words: str = "") -> tuple[ConversationRecord, ...]:
        """Those in whose title, questions or answers every word is found; the latest first."""
        with self._opened() as sql:
            rows = sql.execute(
                f"SELECT {_LISTED} FROM conversations c WHERE c.owner = ? AND NOT EXISTS ("
                "SELECT 1 FROM json_each(?) w WHERE instr(folded(c.title), w.value) = 0 AND NOT "
                "EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.row AND "
                "instr(folded(t.question || ' ' || t.text), w.value))) "
                "ORDER BY c.changed_at DESC, c.row DESC",
                (owner, json.dumps(words.casefold().split())),
            )
            return tuple(ConversationRecord(*row) for row in rows)

    def conversation(self, owner: str, conversation_id: str) -> Conversation:
        """A conversation with its turns."""
        with self._opened() as sql:
            row = _row(sql, owner, conversation_id)
            (listed,) = sql.execute(f"SELECT {_LISTED} FROM conversations c WHERE row = ?", (row,))
            turns = sql.execute(
                f"SELECT {_KEPT} FROM turns WHERE conversation = ? ORDER BY number", (row,)
            )
            return Conversation(ConversationRecord(*listed), tuple(map(_turn, turns)))

    def version(self, owner: str, conversation_id: str) -> int:
        """Counts the changes of a conversation, so that it need not be read again for nothing."""
        with self._opened() as sql:
            row = _row(sql, owner, conversation_id)
            found = sql.execute("SELECT version FROM conversations WHERE row = ?", (row,))
            return int(found.fetchone()[0])

    def create(self, owner: str, title: str) -> str:
        """Begin a conversation and give its id."""
        with self._writing() as sql:
            return _insert(sql, owner, title, "")

    def branch(self, owner: str, conversation_id: str, number: int) -> str:
        """Begin a conversation with the turns before this one, and give its id."""
        with self._writing() as sql:
            row = _row(sql, owner, conversation_id)
            (title,) = sql.execute("SELECT title FROM conversations WHERE row = ?", (row,))
            new = _insert(sql, owner, title[0], conversation_id)
            sql.execute(
                f"INSERT INTO turns (conversation, {_KEPT}) SELECT ?, {_KEPT} FROM turns "
                "WHERE conversation = ? AND number < ?",
                (_row(sql, owner, new), row, number),
            )
            return new

    def rename(self, owner: str, conversation_id: str, title: str) -> None:
        """Give it another title."""
        with self._changing(owner, conversation_id) as (sql, row):
            sql.execute("UPDATE conversations SET title = ? WHERE row = ?", (title, row))

    def delete(self, owner: str, conversation_id: str) -> None:
        """Take it out with its turns."""
        with self._writing() as sql:
            row = _row(sql, owner, conversation_id)
            sql.execute("DELETE FROM conversations WHERE row = ?", (row,))

    def begin_turn(self, owner: str, conversation_id: str, question: str) -> int:
        """Add a question that is being answered, and give its number."""
        with self._changing(owner, conversation_id) as (sql, row):
            now = _now()
            (last,) = sql.execute(
                "SELECT coalesce(max(number), 0) FROM turns WHERE conversation = ?", (row,)
            ).fetchone()
            sql.execute(
                f"INSERT INTO turns (conversation, {_KEPT}) "
                "VALUES (?, ?, ?, ?, 'writing', '', NULL, 0, '', '', '')",
                (row, last + 1, question, now),
            )
            sql.execute("UPDATE conversations SET changed_at = ? WHERE row = ?", (now, row))
            return int(last) + 1

    def write_turn(
        self,
        owner: str,
        conversation_id: str,
        number: int,
        status: TurnStatus,
        *,
        text: str,
        answer: Answer | None = None,
        withdrawn: bool = False,
        error: str = "",
    ) -> None:
        """Keep what has come of a question so far."""
        kept = None if answer is None else kept_answers.to_bytes(answer)
        with self._changing(owner, conversation_id) as (sql, row):
            _insist(
                sql.execute(
                    "UPDATE turns SET status = ?, text = ?, answer = ?, withdrawn = ?, error = ? "
                    "WHERE conversation = ? AND number = ?",
                    (status, text, kept, withdrawn, error, row, number),
                ),
                number,
            )

    def rate(
        self, owner: str, conversation_id: str, number: int, rating: Rating, note: str
    ) -> None:
        """Keep what the asker thought of an answer."""
        with self._changing(owner, conversation_id) as (sql, row):
            _insist(
                sql.execute(
                    "UPDATE turns SET rating = ?, note = ? WHERE conversation = ? AND number = ?",
                    (rating, note, row, number),
                ),
                number,
            )

    def rated(self, owner: str) -> tuple[Turn, ...]:
        """Every turn with a rating, in the order in which they were asked."""
        with self._opened() as sql:
            rows = sql.execute(
                f"SELECT {_KEPT} FROM turns t JOIN conversations c ON c.row = t.conversation "
                "WHERE c.owner = ? AND t.rating != '' ORDER BY t.asked_at, c.row, t.number",
                (owner,),
            )
            return tuple(map(_turn, rows))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time, with SQLite's errors translated."""
        with self._lock:
            if self._sql is None:
                self._sql = self._connected()
                self._sql.execute(f"PRAGMA busy_timeout = {_PATIENCE_MILLISECONDS}")
                self._sql.create_function("folded", 1, str.casefold, deterministic=True)
            with schema.translated(self._folder / schema.FILE_NAME):
                yield self._sql

    def _connected(self) -> sqlite3.Connection:
        if self.lasts:
            return schema.connect(self._folder, writable=True)
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(migrations.FORMAT_3)
        return connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing."""
        with self._opened() as sql, atomic(sql):
            yield sql

    @contextmanager
    def _changing(
        self, owner: str, conversation_id: str
    ) -> Iterator[tuple[sqlite3.Connection, int]]:
        """The same for one conversation, by its row; its version counts up."""
        with self._writing() as sql:
            row = _row(sql, owner, conversation_id)
            sql.execute("UPDATE conversations SET version = version + 1 WHERE row = ?", (row,))
            yield sql, row


def _row(sql: sqlite3.Connection, owner: str, conversation_id: str) -> int:
    found = sql.execute(
        "SELECT row FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
    ).fetchone()
    if found is None:
        raise UnknownConversationError(
            f"no conversation {conversation_id}; quoth conversations list shows what there is"
        )
    return int(found[0])


def _insert(sql: sqlite3.Connection, owner: str, title: str, branched_from: str) -> str:
    new, now = secrets.token_hex(8), _now()
    sql.execute(
        "INSERT INTO conversations (id, owner, title, created_at, changed_at, branched_from, version)"
        " VALUES (?, ?, ?, ?, ?, ?, 0)",
        (new, owner, title, now, now, branched_from),
    )
    return new


def _insist(changed: sqlite3.Cursor, number: int) -> None:
    if not changed.rowcount:
        raise UnknownConversationError(f"the conversation has no question {number}")


def _turn(row: tuple[Any, ...]) -> Turn:
    number, question, asked_at, status, text, kept, withdrawn, error, rating, note = row
    answer = None
    if kept is not None:
        try:
            answer = kept_answers.from_bytes(kept)
        except (ValueError, TypeError, KeyError):
            error = error or "the kept answer cannot be read any more; ask again"
    return Turn(
        number, question, asked_at, status, text, answer, bool(withdrawn), error, rating, note
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
