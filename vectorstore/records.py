"""Reads the rows of a library's SQLite file. Knows no index and no lock."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quoth.datatypes import (
    Box,
    Chunk,
    Document,
    DocumentRecord,
    Heading,
    KnownFile,
    Page,
    Place,
    SourceFile,
    with_headings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from quoth.datatypes import FloatArray, RowArray


# SQLite allows 32,766 parameters a statement; a few hundred rows a time is as fast as any.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the log: what happened to which rows."""

    change: int
    kind: str
    document: int
    first_chunk: int
    last_chunk: int


@dataclass(frozen=True, slots=True)
class ChunkText:
    """A chunk's text as it was kept, to be checked against its document."""

    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    digest: bytes

    def is_whole(self, document_text: str) -> bool:
        """Whether it is what its offsets name, and what its vector was made from."""
        return (
            document_text[self.start : self.end] == self.text
            and digest(self.headings, self.text) == self.digest
        )


def digest(headings: tuple[str, ...], text: str) -> bytes:
    """Names what is embedded, so that the same text is embedded once."""
    return hashlib.blake2b(with_headings(headings, text).encode(), digest_size=16).digest()


def _decoded(text: str) -> Any:
    """A JSON column. Raises sqlite3.DatabaseError for one that is broken, like any broken page."""
    try:
        return json.loads(text)
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError(f"broken JSON: {error}") from error


def meta(connection: sqlite3.Connection, key: str) -> str:
    """A value of the meta table, "" when it is not set."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return "" if row is None else str(row[0])


def last_change(connection: sqlite3.Connection) -> int:
    """The change counter: 0 for a new library."""
    row = connection.execute("SELECT max(change) FROM log").fetchone()
    return int(row[0] or 0)


def statistics(connection: sqlite3.Connection) -> dict[str, int]:
    """Counts of documents, pages, chunks and characters."""
    documents, chunks, characters = connection.execute(
        "SELECT count(*), coalesce(sum(last_chunk - first_chunk + 1), 0), "
        "coalesce(sum(n_characters), 0) FROM documents"
    ).fetchone()
    (pages,) = connection.execute("SELECT count(*) FROM pages").fetchone()
    return {
        "documents": documents,
        "pages": pages,
        "chunks": chunks,
        "characters": characters,
    }


def count_chunks(connection: sqlite3.Connection) -> int:
    """How many chunks there are."""
    return int(connection.execute("SELECT count(*) FROM chunks").fetchone()[0])


def changes_since(connection: sqlite3.Connection, change: int) -> list[Change]:
    """What has happened after `change`, oldest first."""
    rows = connection.execute("SELECT * FROM log WHERE change > ? ORDER BY change", (change,))
    return [Change(*row) for row in rows]


def rows_changed_since(connection: sqlite3.Connection, change: int) -> int:
    """How many chunk rows were added or removed after `change`."""
    row = connection.execute(
        "SELECT sum(last_chunk - first_chunk + 1) FROM log WHERE change > ?", (change,)
    ).fetchone()
    return int(row[0] or 0)


def collection_id(connection: sqlite3.Connection, name: str) -> int | None:
    """The row of a collection."""
    row = connection.execute("SELECT id FROM collections WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def known_file(connection: sqlite3.Connection, collection: int, source: str) -> KnownFile | None:
    """What the library holds under `source`."""
    row = connection.execute(
        "SELECT d.id, d.recipe, s.size, s.modified_ns, s.device FROM sources s "
        "JOIN documents d ON d.row = s.document WHERE s.collection = ? AND s.source = ?",
        (collection, source),
    ).fetchone()
    return None if row is None else KnownFile(*row)


def document_row(connection: sqlite3.Connection, collection: int, document_id: str) -> int | None:
    """The row of a document in a collection."""
    row = connection.execute(
        "SELECT row FROM documents WHERE collection = ? AND id = ?", (collection, document_id)
    ).fetchone()
    return None if row is None else int(row[0])


def recipe_of(connection: sqlite3.Connection, document: int) -> str:
    """How a document was cut and embedded."""
    return str(
        connection.execute("SELECT recipe FROM documents WHERE row = ?", (document,)).fetchone()[0]
    )


def sources_of(connection: sqlite3.Connection, document: int) -> list[SourceFile]:
    """Every source that names a document."""
    rows = connection.execute(
        "SELECT source, size, modified_ns, device FROM sources WHERE document = ?", (document,)
    )
    return [
        SourceFile(source, size, modified_ns, device=device)
        for source, size, modified_ns, device in rows
    ]


def tags_of(connection: sqlite3.Connection, document: int) -> list[str]:
    """The tags of a document, sorted."""
    rows = connection.execute("SELECT tag FROM tags WHERE document = ? ORDER BY tag", (document,))
    return [tag for (tag,) in rows]


def indexed_texts(
    connection: sqlite3.Connection, document: int
) -> Iterator[tuple[int, int, int, str, tuple[str, ...]]]:
    """(row, document, collection, text, texts beside it) of each chunk of a document, with headings."""
    rows = connection.execute(
        "SELECT c.row, c.document, d.collection, c.headings, c.text FROM chunks c "
        "JOIN documents d ON d.row = c.document WHERE c.document = ? ORDER BY c.row",
        (document,),
    ).fetchall()
    texts = [with_headings(tuple(_decoded(headings)), text) for *_, headings, text in rows]
    for at, (row, owner, collection, *_) in enumerate(rows):
        beside = (*texts[max(at - 1, 0) : at], *texts[at + 1 : at + 2])
        yield row, owner, collection, texts[at], beside


def chunk_texts(connection: sqlite3.Connection, document: int) -> list[ChunkText]:
    """The chunks of a document. Raises ValueError for broken JSON."""
    rows = connection.execute(
        "SELECT start, end, text, headings, digest FROM chunks WHERE document = ?", (document,)
    )
    return [ChunkText(s, e, text, tuple(_decoded(h)), key) for s, e, text, h, key in rows]


def vectors_by_digest(
    connection: sqlite3.Connection, digests: Sequence[bytes]
) -> dict[bytes, FloatArray]:
    """The vectors of texts that the library has embedded before."""
    found: dict[bytes, FloatArray] = {}
    for batch in _batches(digests):
        rows = connection.execute(
            "SELECT c.digest, v.vector FROM chunks c JOIN vectors v ON v.chunk = c.row "
            f"WHERE c.digest IN ({_marks(batch)})",
            batch,
        )
        found.update((row[0], np.frombuffer(row[1], dtype=np.float32)) for row in rows)
    return found


def vectors_by_row(connection: sqlite3.Connection, rows: Sequence[int]) -> dict[int, FloatArray]:
    """The vectors of chunk rows; a row that is gone is left out."""
    found: dict[int, FloatArray] = {}
    for batch in _batches(rows):
        result = connection.execute(
            f"SELECT chunk, vector FROM vectors WHERE chunk IN ({_marks(batch)})", batch
        )
        found.update((row, np.frombuffer(blob, dtype=np.float32)) for row, blob in result)
    return found


def vectors_between(
    connection: sqlite3.Connection, first: int, last: int, dimension: int
) -> tuple[RowArray, FloatArray]:
    """All chunk rows in [first, last], ascending, with their vectors."""
    found = connection.execute(
        "SELECT chunk, vector FROM vectors WHERE chunk BETWEEN ? AND ? ORDER BY chunk",
        (first, last),
    ).fetchall()
    rows = np.fromiter((row for row, _ in found), dtype=np.int64, count=len(found))
    try:
        joined = np.frombuffer(b"".join(blob for _, blob in found), dtype=np.float32)
        return rows, joined.reshape(len(found), dimension)
    except (TypeError, ValueError) as error:
        raise sqlite3.DatabaseError(f"a vector is damaged: {error}") from error


def chunks_by_row(connection: sqlite3.Connection, rows: Sequence[int]) -> dict[int, Chunk]:
    """The chunks of these rows; a row that is gone is left out."""
    found: dict[int, Chunk] = {}
    for batch in _batches(rows):
        result = connection.execute(
            "SELECT c.row, d.id, (SELECT min(s.source) FROM sources s WHERE s.document = d.row), "
            "c.text, c.start, c.end, c.first_page, c.last_page, c.headings, c.n_tokens "
            f"FROM chunks c JOIN documents d ON d.row = c.document WHERE c.row IN ({_marks(batch)})",
            batch,
        )
        found.update((row[0], _chunk(row[1:])) for row in result)
    return found


def _chunk(row: Sequence[Any]) -> Chunk:
    document_id, source, text, start, end, first_page, last_page, headings, n_tokens = row
    return Chunk(
        id=f"{document_id}:{start}-{end}",
        document_id=document_id,
        source=source,
        text=text,
        start=start,
        end=end,
        first_page=first_page,
        last_page=last_page,
        headings=tuple(_decoded(headings)),
        n_tokens=n_tokens,
    )


def records(
    connection: sqlite3.Connection,
    collections: tuple[int, ...] | None = None,
    rows: Sequence[int] | None = None,
) -> tuple[DocumentRecord, ...]:
    """The documents of some collections (None: all), or of these rows, by collection and source."""
    place, values = "1", tuple[Any, ...]()
    if rows is not None:
        place, values = "d.row IN (SELECT value FROM json_each(?))", (json.dumps(list(rows)),)
    elif collections is not None:
        place, values = f"d.collection IN ({_marks(collections)})", collections
    found = connection.execute(
        "SELECT d.id, c.name, (SELECT json_group_array(source) FROM "
        "(SELECT source FROM sources s WHERE s.document = d.row ORDER BY source)), d.title, "
        "d.media_type, d.language, (SELECT count(*) FROM pages p WHERE p.document = d.row), "
        "d.last_chunk - d.first_chunk + 1, d.n_characters, d.added_at, d.metadata, d.warnings, "
        "(SELECT json_group_array(tag) FROM "
        "(SELECT tag FROM tags t WHERE t.document = d.row ORDER BY tag)) "
        "FROM documents d JOIN collections c ON c.id = d.collection "
        f"WHERE {place}",
        values,
    )
    every = [
        DocumentRecord(
            id=row[0],
            collection=row[1],
            sources=tuple(_decoded(row[2])),
            title=row[3],
            media_type=row[4],
            language=row[5],
            n_pages=row[6],
            n_chunks=row[7],
            n_characters=row[8],
            added_at=row[9],
            metadata=_decoded(row[10]),
            warnings=tuple(_decoded(row[11])),
            tags=tuple(json.loads(row[12])),
        )
        for row in found
    ]
    return tuple(sorted(every, key=lambda record: (record.collection, record.sources)))


def document(connection: sqlite3.Connection, document_id: str) -> Document | None:
    """A whole document, its text included."""
    found = connection.execute(
        "SELECT d.row, d.title, d.media_type, d.language, d.metadata, d.warnings, d.headings, "
        "(SELECT min(s.source) FROM sources s WHERE s.document = d.row) "
        "FROM documents d WHERE d.id = ? LIMIT 1",
        (document_id,),
    ).fetchone()
    if found is None:
        return None
    row, title, media_type, language, metadata, warnings, headings, source = found
    pages = connection.execute(
        "SELECT number, text, start, label, places FROM pages WHERE document = ? ORDER BY number",
        (row,),
    )
    return Document(
        id=document_id,
        source=source,
        title=title,
        media_type=media_type,
        pages=tuple(
            Page(number, text, start, label, _places(kept))
            for number, text, start, label, kept in pages
        ),
        headings=tuple(Heading(*heading) for heading in _decoded(headings)),
        language=language,
        metadata=_decoded(metadata),
        warnings=tuple(_decoded(warnings)),
    )


def _places(kept: str) -> tuple[Place, ...]:
    return tuple(Place(start, end, Box(*sides)) for start, end, *sides in _decoded(kept))


def _batches(values: Sequence[Any]) -> Iterable[list[Any]]:
    return (list(values[i : i + _BATCH]) for i in range(0, len(values), _BATCH))


def _marks(batch: Sequence[Any]) -> str:
    return ", ".join("?" * len(batch))
