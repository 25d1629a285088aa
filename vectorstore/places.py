"""Tells where chunks stand: on which page, in which files, beside which others. Knows SQLite only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vectorstore.records import chunks_by_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from quoth.datatypes import Chunk


def page_of(connection: sqlite3.Connection, document_id: str, offset: int) -> int:
    """The number of the page that holds the character at `offset`; 1 when it is unknown."""
    row = connection.execute(
        "SELECT p.number FROM pages p JOIN documents d ON d.row = p.document "
        "WHERE d.id = ? AND p.start <= ? ORDER BY p.start DESC, p.number DESC LIMIT 1",
        (document_id, offset),
    ).fetchone()
    return 1 if row is None else int(row[0])


def sources_by_row(
    connection: sqlite3.Connection, rows: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    """Every source of the document of each chunk row, sorted; a row that is gone is left out."""
    found: dict[int, tuple[str, ...]] = {}
    result = connection.execute(
        "SELECT c.row, s.source FROM chunks c JOIN sources s ON s.document = c.document "
        "WHERE c.row IN (SELECT value FROM json_each(?)) ORDER BY c.row, s.source",
        (str(list(rows)),),
    )
    for row, source in result:
        found[row] = (*found.get(row, ()), source)
    return found


def text_between(connection: sqlite3.Connection, document_id: str, start: int, end: int) -> str:
    """The characters [start, end) of a document; "" when it is gone."""
    row = connection.execute(
        "SELECT row FROM documents WHERE id = ? LIMIT 1", (document_id,)
    ).fetchone()
    if row is None:
        return ""
    pages = connection.execute(
        "SELECT start, text FROM pages WHERE document = ?1 AND start < ?3 AND start >= "
        "(SELECT max(start) FROM pages WHERE document = ?1 AND start <= ?2) ORDER BY number",
        (row[0], start, end),
    )
    return "".join(text[max(0, start - first) : end - first] for first, text in pages)


def beside(connection: sqlite3.Connection, chunk: Chunk) -> tuple[Chunk | None, Chunk | None]:
    """The chunks before and after one in its document; None where there is none."""
    here = connection.execute(
        "SELECT c.row, d.first_chunk, d.last_chunk FROM chunks c JOIN documents d "
        "ON d.row = c.document WHERE d.id = ? AND c.start = ? AND c.end = ? LIMIT 1",
        (chunk.document_id, chunk.start, chunk.end),
    ).fetchone()
    if here is None:
        return None, None
    row, first, last = here
    found = chunks_by_row(connection, [at for at in (row - 1, row + 1) if first <= at <= last])
    return found.get(row - 1), found.get(row + 1)
