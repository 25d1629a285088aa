"""A sample of a library's chunks that depends on their texts alone. Knows tables, no index."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quoth.datatypes import Collections
    from vectorstore.library import LocalLibrary


@dataclass(frozen=True, slots=True)
class Sample:
    """Chunk rows, and of how many they were taken. The same texts have the same `content`."""

    rows: tuple[int, ...]
    n_chunks: int
    content: str


def sample_chunks(library: LocalLibrary, collection: Collections, most: int) -> Sample:
    """At most `most` chunks of some collections (None: all), in the order of their digests.

    A digest is as good as chance, and a document that comes or goes changes the sample by its own
    share only (bottom-k sampling: Cohen and Kaplan, 2007). An unknown collection holds nothing.
    """
    names = (collection,) if isinstance(collection, str) else collection
    inside = "SELECT id FROM collections WHERE name IN (SELECT value FROM json_each(?))"
    place = "1" if names is None else f"d.collection IN ({inside})"
    values = () if names is None else (json.dumps(list(names)),)
    with library.reading() as sql:
        found = sql.execute(
            "SELECT c.row, c.digest FROM chunks c JOIN documents d ON d.row = c.document "
            f"WHERE {place} ORDER BY c.digest, c.row LIMIT ?",
            (*values, most),
        ).fetchall()
        (n_chunks,) = sql.execute(
            f"SELECT sum(last_chunk - first_chunk + 1) FROM documents d WHERE {place}", values
        ).fetchone()
    hasher = hashlib.blake2b(library.embedder.encode(), digest_size=12)
    for _, digest in found:
        hasher.update(digest)
    return Sample(tuple(row for row, _ in found), int(n_chunks or 0), hasher.hexdigest())
