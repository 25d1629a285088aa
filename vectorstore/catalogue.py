"""Keeps a library's order: collections, tags, and which files it has from which folders.

It knows tables and the library's transactions; no index: these follow the log.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from quoth.datatypes import KnownFile
from quoth.errors import InvalidNameError, UnknownDocumentError
from vectorstore import records, selection, writes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from quoth.datatypes import Collections, DocumentRecord
    from vectorstore.library import LocalLibrary

_LONGEST_NAME = 100


def collection_sizes(library: LocalLibrary) -> dict[str, int]:
    """How many documents each collection holds, by name."""
    with library.reading() as sql:
        rows = sql.execute(
            "SELECT name, (SELECT count(*) FROM documents d WHERE d.collection = c.id) "
            "FROM collections c ORDER BY name"
        )
        return dict(rows.fetchall())


def create_collection(library: LocalLibrary, name: str) -> None:
    """Make an empty collection. Call inside `writing`. Raises InvalidNameError."""
    with library.transaction() as sql:
        _insist_on_new(sql, name)
        writes.make_collection(sql, name)


def rename_collection(library: LocalLibrary, name: str, new_name: str) -> None:
    """Give a collection another name. Call inside `writing`.

    Raises UnknownDocumentError, InvalidNameError.
    """
    with library.transaction() as sql:
        place = _collection(library, sql, name)
        if new_name == name:
            return
        _insist_on_new(sql, new_name)
        sql.execute("UPDATE collections SET name = ? WHERE id = ?", (new_name, place))
        writes.write_log(sql, "other")


def delete_collection(library: LocalLibrary, name: str) -> int:
    """Take out a collection with its documents; give their number. Call inside `writing`.

    Raises UnknownDocumentError.
    """
    with library.transaction() as sql:
        place = _collection(library, sql, name)
        rows = sql.execute("SELECT row FROM documents WHERE collection = ?", (place,)).fetchall()
        for (row,) in rows:
            writes.delete_document(sql, row)
        sql.execute("DELETE FROM collections WHERE id = ?", (place,))
        writes.write_log(sql, "other")
    return len(rows)


def _collection(library: LocalLibrary, sql: sqlite3.Connection, name: str) -> int:
    found = records.collection_id(sql, name)
    if found is None:
        known = ", ".join(library.collections()) or "none yet"
        raise UnknownDocumentError(f"no collection {name}; there are: {known}")
    return found


def _insist_on_new(sql: sqlite3.Connection, name: str) -> None:
    _insist_on_name(name, "a collection")
    if records.collection_id(sql, name) is not None:
        raise InvalidNameError(f"there is a collection {name} already; choose another name")


def _insist_on_name(name: str, whose: str) -> None:
    is_plain = not any(unicodedata.category(character)[0] == "C" for character in name)
    if not (name and name == name.strip() and is_plain and len(name) <= _LONGEST_NAME):
        raise InvalidNameError(
            f"{name[:_LONGEST_NAME]!r} cannot name {whose}; use 1 to {_LONGEST_NAME} characters "
            "without line ends, or spaces at its ends"
        )


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: case-folded, without white space around. Raises InvalidNameError."""
    cleaned = [tag.strip().casefold() for tag in tags]
    for tag in cleaned:
        _insist_on_name(tag, "a tag")
    return tuple(dict.fromkeys(cleaned))


def tag_documents(
    library: LocalLibrary,
    names: Sequence[str],
    collection: Collections,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> tuple[DocumentRecord, ...]:
    """Add tags to documents and take others off; give the documents as they are now.

    `names` are ids, sources or file names; all are tagged or none. Call inside `writing`. Raises
    UnknownDocumentError, InvalidNameError.
    """
    added, removed = clean_tags(add), clean_tags(remove)
    every = library.documents(collection)
    chosen = {(r.collection, r.id) for r in selection.named(every, names)}
    with library.transaction() as sql:
        for collection_name, document_id in sorted(chosen):
            place = _collection(library, sql, collection_name)
            row = records.document_row(sql, place, document_id)
            assert row is not None
            writes.remove_tags(sql, row, removed)
            writes.add_tags(sql, row, added)
        writes.write_log(sql, "other")
    return tuple(r for r in library.documents(collection) if (r.collection, r.id) in chosen)


def mark_for_reading(library: LocalLibrary, names: Sequence[str], collection: str) -> list[str]:
    """Let the next ingest read these documents' files though they have not changed; their sources.

    Call inside `writing`. Raises UnknownDocumentError.
    """
    every = library.documents(collection)
    chosen = selection.named(every, names)
    with library.transaction() as sql:
        place = _collection(library, sql, collection)
        sql.executemany(
            "UPDATE documents SET recipe = '' WHERE collection = ? AND id = ?",
            [(place, record.id) for record in chosen],
        )
    return list(dict.fromkeys(source for record in chosen for source in record.sources))


def tag_ids(
    library: LocalLibrary, collection: str, document_ids: Iterable[str], tags: Sequence[str]
) -> None:
    """Add clean tags to documents of a collection, by id. Call inside `writing`."""
    with library.transaction() as sql:
        place = records.collection_id(sql, collection)
        for document_id in document_ids:
            row = None if place is None else records.document_row(sql, place, document_id)
            if row is not None:
                writes.add_tags(sql, row, tags)
        writes.write_log(sql, "other")


def files_below(
    library: LocalLibrary, collection: str, folders: Iterable[Path]
) -> dict[str, KnownFile]:
    """What a collection holds of files below these folders at any depth, by source."""
    found: dict[str, KnownFile] = {}
    with library.reading() as sql:
        place = records.collection_id(sql, collection)
        for folder in folders:
            below = str(folder).rstrip("/") + "/"
            rows = sql.execute(
                "SELECT s.source, d.id, d.recipe, s.size, s.modified_ns, s.device FROM sources s "
                "JOIN documents d ON d.row = s.document "
                "WHERE s.collection = ? AND s.source > ? AND s.source < ?",
                (place, below, below[:-1] + chr(ord("/") + 1)),
            )
            found.update((row[0], KnownFile(*row[1:])) for row in rows)
    return found


def drop_sources(library: LocalLibrary, collection: str, sources: Iterable[str]) -> None:
    """Forget these names; a document that no other source names goes. Call inside `writing`."""
    with library.transaction() as sql:
        place = _collection(library, sql, collection)
        for source in sources:
            writes.drop_source(sql, place, source)


def note_devices(library: LocalLibrary, collection: str, devices: Mapping[str, int]) -> None:
    """Record on which file system each source lies. Call inside `writing`."""
    with library.transaction() as sql:
        place = _collection(library, sql, collection)
        sql.executemany(
            "UPDATE sources SET device = ? WHERE collection = ? AND source = ?",
            [(device, place, source) for source, device in devices.items()],
        )
