"""A library's documents cut or embedded another way, in a library of their own. Knows no questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.datatypes import SourceFile
from quoth.engine import Quoth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quoth.config import Config
    from quoth.datatypes import Collections


def recut(
    quoth: Quoth,
    folder: Path,
    config: Config,
    collection: Collections,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Quoth:
    """A library in `folder` with the same documents, cut and embedded by `config`.

    The files are not read again. `on_progress` gets (documents done, documents in all).
    """
    same = config.embedder == quoth.config.embedder
    copy = Quoth.open(folder, config=config, embedder=quoth.embedder if same else None)
    records = quoth.documents(collection=collection)
    for done, record in enumerate(records):
        on_progress(done, len(records))
        document = quoth.document(record.id)
        with copy.shelf(record.collection) as shelf:
            chunks = shelf.cut(document)
            shelf.put(document, chunks, shelf.embed(chunks), SourceFile(record.sources[0]))
    on_progress(len(records), len(records))
    return copy
