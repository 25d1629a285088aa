"""Texts that are no files: added, fetched and removed by ids of a program's own.

A text is a document of one page whose source is `text:` and its id. It knows the library and how
documents are cut and embedded, and no LangChain.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest import document_id
from quoth.datatypes import Document, Page, SourceFile, TextItem
from quoth.shelf import LibraryShelf
from vectorstore import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.config import Config
    from quoth.datatypes import Chunk
    from vectorstore import Embedder, LocalLibrary

_SCHEME = "text:"
_ITEM = "item"
_TOGETHER = 256


class Texts:
    """The texts of one collection. Made by `Quoth.texts`."""

    def __init__(
        self, library: LocalLibrary, embedder: Embedder, config: Config, collection: str
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._config = config
        self._collection = collection

    def add(self, items: Sequence[TextItem]) -> None:
        """Write texts, each in place of the one that had its id; each whole or not at all.

        Raises EmbedderMismatchError, LibraryLockedError, StorageFullError.
        """
        with self._library.writing():
            shelf = LibraryShelf(self._library, self._embedder, self._config, self._collection)
            for start in range(0, len(items), _TOGETHER):
                documents = [_document(item) for item in items[start : start + _TOGETHER]]
                cut = [shelf.cut(document) for document in documents]
                rows = shelf.embed([chunk for chunks in cut for chunk in chunks])
                ends = np.cumsum([len(chunks) for chunks in cut])
                for document, chunks, end in zip(documents, cut, ends, strict=True):
                    vectors = rows[end - len(chunks) : end]
                    shelf.put(document, chunks, vectors, SourceFile(document.source))

    def get(self, ids: Sequence[str]) -> tuple[TextItem, ...]:
        """The texts with these ids, in their order; an id that names nothing is left out."""
        known = (self._library.known_file(self._collection, _SCHEME + one) for one in ids)
        return tuple(self._item(file.document_id) for file in known if file is not None)

    def ids(self) -> tuple[str, ...]:
        """The ids of all texts, sorted."""
        if self._collection not in self._library.collections():
            return ()
        records = self._library.documents(self._collection)
        sources = (source for record in records for source in record.sources)
        return tuple(sorted(s.removeprefix(_SCHEME) for s in sources if s.startswith(_SCHEME)))

    def remove(self, ids: Sequence[str]) -> None:
        """Take texts out, all or none; an id that names nothing is no error."""
        sources = [_SCHEME + one for one in ids]
        with self._library.writing():
            if self._collection in self._library.collections():
                catalogue.drop_sources(self._library, self._collection, sources)

    def is_text(self, chunk: Chunk) -> bool:
        """Whether a chunk is of a text, not of a file."""
        return chunk.source.startswith(_SCHEME)

    def of_chunk(self, chunk: Chunk) -> TextItem:
        """The whole text that a chunk is of. Raises UnknownDocumentError when it is gone."""
        return self._item(chunk.document_id)

    def _item(self, document: str) -> TextItem:
        found = self._library.document(document)
        kept = json.loads(found.metadata[_ITEM])
        return TextItem(kept["id"], found.text, kept["metadata"])


def _document(item: TextItem) -> Document:
    """The text as a document; its id tells texts apart that differ in their metadata alone."""
    kept = json.dumps({"id": item.id, "metadata": dict(item.metadata)}, default=str)
    return Document(
        id=document_id(f"{kept}\n{item.text}".encode(errors="surrogatepass")),
        source=_SCHEME + item.id,
        title=str(item.metadata.get("title", "")),
        media_type="text/plain",
        pages=(Page(1, item.text, 0),),
        language=str(item.metadata.get("language", "")),
        metadata={**_plain(item.metadata), _ITEM: kept},
    )


def _plain(metadata: Mapping[str, Any]) -> dict[str, str]:
    """What filters and people can read of the metadata."""
    scalars = (str, int, float, bool)
    return {key: str(value) for key, value in metadata.items() if isinstance(value, scalars)}
