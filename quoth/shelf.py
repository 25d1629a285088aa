"""Joins an ingest run to a library and an embedder. The engine uses it; nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingest import READER_VERSION, chunk_document
from vectorstore import catalogue, digest, failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from quoth.config import Config
    from quoth.datatypes import (
        Chunk,
        Document,
        DocumentRecord,
        FloatArray,
        IngestReport,
        KnownFailure,
        KnownFile,
        SourceFile,
    )
    from vectorstore import Embedder, LocalLibrary

    Remade = tuple[DocumentRecord, Document, Sequence[Chunk], FloatArray, str]


class LibraryShelf:
    """The library as ingest and sync runs see it (`ingest.mirror.MirrorShelf`): one collection."""

    def __init__(
        self,
        library: LocalLibrary,
        embedder: Embedder,
        config: Config,
        collection: str,
        tags: Iterable[str] = (),
    ) -> None:
        """`tags` are for every document of a run. Raises InvalidNameError."""
        self.recipe = f"{READER_VERSION}/{config.chunking.max_tokens}/{embedder.fingerprint}"
        self._library = library
        self._embedder = embedder
        self._max_tokens = config.chunking.max_tokens
        self._collection = collection
        self._tags = catalogue.clean_tags(tags)

    def known(self, source: str) -> KnownFile | None:
        """What the collection holds under this source."""
        return self._library.known_file(self._collection, source)

    def below(self, folders: Iterable[Path]) -> dict[str, KnownFile]:
        """What the collection holds of files below these folders, by source."""
        return catalogue.files_below(self._library, self._collection, folders)

    def drop(self, sources: Sequence[str]) -> None:
        """Forget these sources, and the documents that no other source names."""
        catalogue.drop_sources(self._library, self._collection, sources)

    def note_devices(self, devices: Mapping[str, int]) -> None:
        """Record on which file system each source lies."""
        catalogue.note_devices(self._library, self._collection, devices)

    def failures(self) -> dict[str, KnownFailure]:
        """What failed of the collection's files, by source."""
        return failures.failures(self._library, self._collection)

    def note_failures(self, found: Sequence[KnownFailure]) -> None:
        """Keep that these files failed."""
        failures.note_failures(self._library, self._collection, found)

    def forget_failures(self, sources: Sequence[str]) -> None:
        """Forget that these files failed, for they are gone."""
        failures.forget_failures(self._library, self._collection, sources)

    def attach(self, file: SourceFile) -> bool:
        """Let a file name a document that the collection holds already."""
        return self._library.attach(file, collection=self._collection, recipe=self.recipe)

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """The document's chunks, none longer than the embedder reads."""
        limit = self._embedder.max_tokens
        wanted = min(self._max_tokens or limit, limit)
        return chunk_document(document, self._embedder.count_tokens, wanted)

    def embed(self, chunks: Sequence[Chunk]) -> FloatArray:
        """One row for each chunk; a text that was ever embedded for the library costs nothing."""
        digests = [digest(chunk.headings, chunk.text) for chunk in chunks]
        vectors = self._library.known_vectors(digests)
        new = {
            key: chunk.text_with_headings
            for key, chunk in zip(digests, chunks, strict=True)
            if key not in vectors
        }
        rows = self._embedder.embed_passages(list(new.values()))
        vectors.update(zip(new, rows, strict=True))
        stacked = [vectors[key] for key in digests]
        return np.stack(stacked) if stacked else rows

    def put(
        self, document: Document, chunks: Sequence[Chunk], vectors: FloatArray, file: SourceFile
    ) -> None:
        """Keep a document in place of what this file named before."""
        self._library.put(
            document,
            chunks,
            vectors,
            collection=self._collection,
            file=file,
            recipe=self.recipe,
            embedder=self._embedder.fingerprint,
        )

    def tag(self, report: IngestReport) -> None:
        """Give the tags to the documents of a run, the unchanged ones too."""
        if self._tags:
            ids = [o.document_id for o in report.outcomes if o.status not in ("failed", "removed")]
            catalogue.tag_ids(self._library, self._collection, ids, self._tags)


def remade(
    library: LocalLibrary,
    embedder: Embedder,
    config: Config,
    records: Sequence[DocumentRecord],
    on_progress: Callable[[int, int], None],
) -> Iterator[Remade]:
    """Each document cut and embedded again, as `LocalLibrary.replace_all` takes it."""
    for done, record in enumerate(records):
        on_progress(done, len(records))
        shelf = LibraryShelf(library, embedder, config, record.collection)
        document = library.document(record.id)
        chunks = shelf.cut(document)
        vectors = embedder.embed_passages([chunk.text_with_headings for chunk in chunks])
        yield record, document, chunks, vectors, shelf.recipe
