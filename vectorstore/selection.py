"""Turns "which documents" into what SQLite and the indexes understand. Knows no index library."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from quoth.datatypes import Where
from quoth.errors import UnknownDocumentError
from vectorstore import records

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from quoth.datatypes import DocumentRecord, RowArray

# Choices that are kept: both indexes ask for the same one, and so do the questions that follow.
_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The chunks that a search may find: `rows`, ascending.

    Where they are all those of some collections, or of some documents (rows), it says so.
    """

    rows: RowArray
    collections: Sequence[int] | None = None
    documents: Sequence[int] | None = None


class Selector:
    """Finds the chunks that a search may find, and remembers the last choices.

    A choice among 100,000 documents takes some 50 ms, and is good until the library changes.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], Selection | None] = OrderedDict()

    def __call__(
        self, sql: sqlite3.Connection, collections: tuple[int, ...] | None, where: Where | None
    ) -> Selection | None:
        """What may be found in these collections (None: all); None when everything may.

        Raises FilterError.
        """
        key = (records.last_change(sql), collections, where)
        if key not in self._kept:
            self._kept[key] = _choose(sql, collections, where)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _choose(
    sql: sqlite3.Connection, collections: tuple[int, ...] | None, where: Where | None
) -> Selection | None:
    if collections is not None and _hold_everything(sql, collections):
        collections = None
    if where is None or where == Where():
        if collections is None:
            return None
        rows = _chunk_rows(_select(sql, collections, None))
        return Selection(rows, collections=collections)
    found = _select(sql, collections, where)
    return Selection(_chunk_rows(found), documents=[row for row, _, _ in found])


def _hold_everything(sql: sqlite3.Connection, collections: tuple[int, ...]) -> bool:
    other = sql.execute(
        f"SELECT 1 FROM documents WHERE collection NOT IN ({_marks(collections)}) LIMIT 1",
        collections,
    ).fetchone()
    return other is None


def _select(
    sql: sqlite3.Connection, collections: tuple[int, ...] | None, where: Where | None
) -> list[tuple[int, int, int]]:
    """(row, first chunk, last chunk) of each document that may be found, by row."""
    conditions, values = ["1"], list[Any]()
    if collections is not None:
        conditions.append(f"d.collection IN ({_marks(collections)})")
        values += collections
    for condition, more in _conditions(where or Where()):
        conditions.append(condition)
        values += more
    # A row of `documents` is long; what is asked of it here lies in an index too.
    return sql.execute(
        "SELECT d.row, d.first_chunk, d.last_chunk FROM documents d INDEXED BY document_chunks "
        f"JOIN facts f ON f.document = d.row WHERE {' AND '.join(conditions)} ORDER BY d.row",
        values,
    ).fetchall()


def _conditions(where: Where) -> list[tuple[str, Sequence[Any]]]:
    found: list[tuple[str, Sequence[Any]]] = []
    if where.document_ids:
        ids = json.dumps(where.document_ids)
        found.append(("d.id IN (SELECT value FROM json_each(?))", (ids,)))
    if where.sources:
        fitting = " OR ".join(["fits_path(source, ?)"] * len(where.sources))
        found.append(
            (f"d.row IN (SELECT document FROM sources WHERE {fitting})", list(where.sources))
        )
    if where.expression:
        from vectorstore.filters import condition

        found.append(condition(where.expression))
    return found


def _chunk_rows(documents: Sequence[tuple[int, int, int]]) -> RowArray:
    """Every chunk row of the documents, ascending."""
    spans = np.array(documents, dtype=np.int64).reshape(-1, 3)
    lengths = spans[:, 2] - spans[:, 1] + 1
    before = np.cumsum(lengths) - lengths
    rows: RowArray = np.arange(lengths.sum(), dtype=np.int64) + np.repeat(
        spans[:, 1] - before, lengths
    )
    return rows


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def named(every: Sequence[DocumentRecord], names: Iterable[str]) -> tuple[DocumentRecord, ...]:
    """The documents with these ids, sources, paths or file names, each once; of an archive's, all.

    Raises UnknownDocumentError for a name that fits nothing.
    """
    places: dict[str, list[int]] = {}
    for place, record in enumerate(every):
        for known in {record.id, *_names(record)}:
            places.setdefault(known, []).append(place)
    chosen: dict[int, None] = {}
    for name in names:
        absolute = os.path.abspath(Path(name).expanduser())  # noqa: PTH100 (keeps links)
        found = {*places.get(name, ()), *places.get(absolute, ())}
        if not found:
            raise UnknownDocumentError(f"no document {name}; quoth list shows what there is")
        chosen |= dict.fromkeys(sorted(found))
    return tuple(every[place] for place in chosen)


def _names(record: DocumentRecord) -> Iterator[str]:
    for source in record.sources:
        for path in {source, source.partition("!/")[0]}:
            yield path
            yield PurePath(path).name
