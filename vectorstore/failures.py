"""Keeps which files failed to be read, as long as they are the same; knows no document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.datatypes import KnownFailure
from vectorstore import records, writes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vectorstore.library import LocalLibrary


def failures(library: LocalLibrary, collection: str) -> dict[str, KnownFailure]:
    """What failed of the files for a collection, by source."""
    with library.reading() as sql:
        rows = sql.execute(
            "SELECT source, size, modified_ns, recipe, reason, encrypted FROM failures "
            "WHERE collection = ?",
            (records.collection_id(sql, collection),),
        )
        return {
            source: KnownFailure(source, size, modified_ns, recipe, reason, bool(encrypted))
            for source, size, modified_ns, recipe, reason, encrypted in rows
        }


def note_failures(library: LocalLibrary, collection: str, found: Iterable[KnownFailure]) -> None:
    """Keep failures, each in place of what its source failed with before. Call inside `writing`."""
    with library.transaction() as sql:
        place = writes.make_collection(sql, collection)
        sql.executemany(
            "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (place, f.source, f.size, f.modified_ns, f.recipe, f.reason, f.encrypted)
                for f in found
            ],
        )


def forget_failures(library: LocalLibrary, collection: str, sources: Iterable[str]) -> None:
    """Of files that are gone. Call inside `writing`."""
    with library.transaction() as sql:
        place = records.collection_id(sql, collection)
        for source in sources:
            writes.forget_failure(sql, place, source)
